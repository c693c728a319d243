/** Writes docs/errors.md from the catalogue of messages. Reads the compiled program: run `make docs`. */
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const INTRODUCTION = `# Errors

This page is written by \`make docs\` from the catalogue in \`src/diagnostics/\`; do not edit it by hand.

A message goes to stderr. It starts with its code, and says what was expected and what was found, where, and what to try:

\`\`\`
accumulator_too_narrow: layer 'MatMul_20' needs a 10-bit accumulator, 9 bits were asked for: channel 1 spans -288 .. 288, ...
  at TFC_2W2A.onnx node MatMul_20
  try: --accumulator minimal, at least 10 bits, or --overflow wrap to accept wrapped sums
\`\`\`

Where several things are wrong with a model, all are reported, and the exit code is that of the first one.
A message with exit code 0 is a warning: it starts with \`warning\`, and work goes on.

| exit code | meaning |
|---|---|
| 0 | done, and every check passed |
| 1 | a check failed, or a simulation did not come to its end |
| 2 | the command line or an input is wrong |
| 3 | a program that the command needs is missing |
| 128 + n | stopped by signal n: 130 for Ctrl-C, 143 for SIGTERM |

| code | exit code | what it means |
|---|---|---|
`;

/**
 * The page as text.
 *
 * @param entries the catalogue, in the order of the page
 */
export function errorsPage(entries) {
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const rows = entries.map(
    ({ code, exitCode, explanation }) => `| \`${code}\` | ${exitCode} | ${cell(explanation)} |`,
  );
  return `${INTRODUCTION}${rows.join('\n')}\n`;
}

/** Names of the modules that fill the catalogue, without extension. */
export function errorModules() {
  return readdirSync(join(root, 'src', 'diagnostics'))
    .filter((file) => file.endsWith('-errors.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

async function write() {
  const compiled = (name) => import(pathToFileURL(join(root, 'dist', 'diagnostics', `${name}.js`)).href);
  for (const name of errorModules()) await compiled(name);
  const { catalogue } = await compiled('diagnostic');
  writeFileSync(join(root, 'docs', 'errors.md'), errorsPage(catalogue()));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await write();
