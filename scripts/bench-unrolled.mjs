/** The jet-tagging network's layers with constant weights: shared adders against tables of input bits. */
import { join } from 'node:path';
import { adderSums } from '../dist/5-plan/engines/unrolled/adders.js';
import { DEFAULT_EFFORT, solveAdderGraph } from '../dist/5-plan/engines/unrolled/solve.js';
import { sumCost, timed } from '../dist/5-plan/engines/unrolled/sums.js';
import { tableSums } from '../dist/5-plan/engines/unrolled/tables.js';
import { parsePortType } from '../dist/cli/parse.js';
import { analyse } from '../dist/compile.js';
import { printHead, printRow } from './markdown-table.mjs';

/** Steps of --search-effort 500. */
const LONG_EFFORT = 5e7;

/** @param zoo folder of the networks */
export async function measureUnrolled(zoo) {
  const file = join(zoo, 'qonnx/qkeras_jettagging.onnx');
  const { network } = await analyse(file, { inputPort: parsePortType('fixed<16,6>', undefined) });
  console.log('\n## Constant sums of the jet-tagging network: adders and tables (xc7, by structure)\n');
  console.log(`adders: ${DEFAULT_EFFORT} steps of the search; adders, long: ${LONG_EFFORT}\n`);
  printHead('layer | input bits | way | adders | LUT | sites | FF | stages');
  for (const { kind, name, weights, inputs, outputs, input } of network.nodes) {
    if (kind !== 'dense') continue;
    const { bits, signed, min, max } = network.tensors.get(input).type;
    const matrix = { weights, inputs, outputs, field: { bits, signed, min, max } };
    for (const way of ['adders', 'adders, long', 'tables']) {
      const search = (effort) => adderSums(matrix, solveAdderGraph(weights, outputs, inputs, { effort }));
      const { nodes, rows } =
        way === 'tables' ? tableSums(matrix) : search(way === 'adders' ? DEFAULT_EFFORT : LONG_EFFORT);
      const lanes = rows.map(({ from, shift, invert }) =>
        from === undefined ? { constant: 0 } : { from, shift, invert },
      );
      const module = timed('sums', matrix, { nodes, outputs: lanes }, 48, way === 'tables');
      const { adders, lut, sites, ff } = sumCost(module);
      printRow(name, bits, way, adders, lut, sites, ff, module.stages);
    }
  }
}
