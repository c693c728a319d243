import { inputCodes } from '../../3-integer/host.js';
import { readBuildFolder } from '../../7-simulate/build-folder.js';
import type { Simulator } from '../../7-simulate/types.js';
import { type Verdict, verify } from '../../7-simulate/verify.js';
import { renderJunit } from '../../9-report/index.js';
import * as errors from '../../diagnostics/command-errors.js';
import { fail } from '../../diagnostics/diagnostic.js';
import { samplesMissing } from '../../diagnostics/file-errors.js';
import { readNpy } from '../../shared/npy.js';
import { writeWhole } from '../../shared/output-folder.js';
import type { GivenOptions } from '../options.js';
import type { Output } from '../output.js';
import { parseWhole } from '../parse.js';

/** Vectors that Icarus gets when --count is not given: it is a hundred times slower than Verilator. */
const ICARUS_COUNT = 50;

/** Bit-exact check of a build folder. */
export async function simulate(given: GivenOptions, output: Output): Promise<number> {
  const folder = readBuildFolder(given.dir ?? '');
  const simulators = parseSimulators(given.simulator ?? 'both');
  const file = given.inputs ?? '';
  const count = parseWhole('--count', given.count, 1, 2 ** 31);
  const { codes, count: found } = inputCodes(folder.bounded.network, readNpy(file), file, count);
  if (found === 0) fail(samplesMissing(file));
  const verdict = await verify(folder, codes, {
    simulators,
    counts: { verilator: found, icarus: count === undefined ? Math.min(found, ICARUS_COUNT) : found },
    stall: parseWhole('--stall', given.stall, 0, 95) ?? 25,
    seed: parseWhole('--seed', given.seed, 0, 2 ** 31 - 1) ?? 1,
    trace: given.trace ?? false,
    onProgress: output.progress,
  });
  if (given.junit !== undefined) writeWhole(given.junit, simulationJunit(folder.record.top, verdict));
  output.result(verdict, verdictText(verdict));
  return verdict.passed ? 0 : 1;
}

/** both, verilator or icarus. */
export function parseSimulators(text: string): Simulator[] {
  if (text === 'both') return ['verilator', 'icarus'];
  if (text === 'verilator' || text === 'icarus') return [text];
  return fail(errors.badOption('--simulator', 'both, verilator or icarus', text));
}

/** The verdict in a few lines. */
export function verdictText(verdict: Verdict): string {
  const lines = verdict.simulators.map(
    (each) =>
      [
        `${each.simulator}: ${each.vectors} vectors, ${each.mismatches} mismatches`,
        `${each.witnessVectors} witnesses, ${each.witnessMismatches} mismatches`,
        ...(each.cycles ? [`interval ${each.cycles.interval}, latency ${each.cycles.latency} cycles`] : []),
        `${each.seconds.toFixed(1)} s${each.compiled ? ' with compilation' : ''}`,
      ].join('; ') + (each.problem ? `\n  ${each.problem}` : ''),
  );
  const first = verdict.firstMismatch;
  if (first)
    lines.push(
      `first mismatch (${first.simulator}): layer ${first.layer}, channel ${first.channel}, sample ${first.sample}${first.witness ? ' of the witnesses' : ''}, ` +
        `expected ${first.expected}, got ${first.got ?? 'nothing'}, cycle ${first.cycle}`,
    );
  lines.push(verdict.passed ? 'passed: every output equals the golden model' : 'FAILED');
  return lines.join('\n');
}

function simulationJunit(name: string, verdict: Verdict): string {
  const cases = verdict.simulators.map((each) => ({
    name: `${each.vectors} vectors bit-exact`,
    classname: `${name}.${each.simulator}`,
    seconds: each.seconds,
    failure: each.mismatches + each.witnessMismatches > 0 || each.problem ? verdictText(verdict) : undefined,
  }));
  return renderJunit([{ name, cases }]);
}
