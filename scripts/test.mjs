/**
 * `make test`: lint, build, all tests. The last line of standard output is "N passed, M failed", alone.
 *
 * N counts vitest tests. M counts vitest tests, and beyond them one for each test file that could not run, one for an
 * error outside any test, and one each for lint and build: M is 0 exactly when the exit status is 0.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const RESULTS = 'out/test/results.json';
const SUMMARY = 'out/test/summary.txt';

/** Run a program with our own terminal; true when it succeeded. */
function run(title, command, args) {
  console.log(`== ${title}`);
  const { MAKEFLAGS: _, ...env } = process.env; // the jobs of an outer make are not for us
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** Passed and failed tests of a vitest run; a run that left no results is one failure. */
function countTests(succeeded) {
  let report;
  try {
    report = JSON.parse(readFileSync(RESULTS, 'utf8'));
  } catch {
    return { passed: 0, failed: 1 };
  }
  const { numPassedTests: passed, numFailedTests, testResults } = report;
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = numFailedTests + brokenFiles;
  return { passed, failed: failed === 0 && !succeeded ? 1 : failed };
}

rmSync('out/test', { recursive: true, force: true });
mkdirSync('out/test', { recursive: true });
const stages = [
  run('lint', 'npm', ['run', '--silent', 'lint']),
  run('build', 'make', ['--no-print-directory', 'build']),
];
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`];
const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...reporters];
const succeeded = run('test', process.execPath, vitest);
const { passed, failed: failedTests } = countTests(succeeded);
const failed = failedTests + stages.filter((ok) => !ok).length;
if (!stages[0]) console.log('lint failed; its messages are above');
if (!stages[1]) console.log('the build failed; its messages are above');
const line = `${passed} passed, ${failed} failed`;
writeFileSync(SUMMARY, `${line}\n`);
console.log(line);
process.exitCode = failed === 0 ? 0 : 1;
