import { buildLayers } from '../../6-emit/build-record.js';
import { writeFolder } from '../../shared/output-folder.js';
import { inBackground } from '../background.js';
import { analyseGiven, type GivenOptions, planOptions } from '../options.js';
import { alignTable, type Output } from '../output.js';

/** What is kept of an earlier build: compiled simulations, which know themselves whether they are up to date. */
export const KEPT = ['sim/verilator', 'sim/icarus'];

/** RTL, bench, certificate. */
export async function build(given: GivenOptions, output: Output): Promise<number> {
  const bounded = await analyseGiven(given, output);
  const options = planOptions(given, bounded, given.accumulator);
  const { plan, files } = await inBackground('generate', bounded, options);
  const directory = given.output ?? '';
  writeFolder(directory, files, 'build.json', KEPT);
  const layers = buildLayers(plan);
  const value = { directory, top: plan.top, files: [...files.keys()].sort(), cycles: plan.cycles, layers };
  const rows = layers.map((layer) => [
    layer.name,
    layer.op,
    layer.accumulatorBits,
    layer.pe,
    layer.simd,
    layer.engine,
    layer.interval,
    layer.requantisation,
  ]);
  const text = [
    `${plan.top} in ${directory}: ${files.size} files, one inference per ${plan.cycles.interval} cycles, latency ${plan.cycles.latency}`,
    alignTable([['layer', 'op', 'accumulator', 'PE', 'SIMD', 'engine', 'cycles', 'requantisation'], ...rows]),
  ];
  output.result(value, text.join('\n'));
  return 0;
}
