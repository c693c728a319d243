/** Adder graphs of constant matrices: adders without sharing, with greedy sharing, and after a short and a long search. */
import { existsSync } from 'node:fs';
import {
  depthOf,
  evaluateAdderGraph,
  minimumDepth,
  naiveAdders,
} from '../dist/5-plan/engines/unrolled/adder-graph.js';
import { adderBits } from '../dist/5-plan/engines/unrolled/node-ranges.js';
import { seededRandom } from '../dist/5-plan/engines/unrolled/random.js';
import { DEFAULT_EFFORT, solveAdderGraph } from '../dist/5-plan/engines/unrolled/solve.js';
import { analyse } from '../dist/compile.js';
import { printHead, printRow } from './markdown-table.mjs';

/** Steps of the long search; of --search-effort 500. */
const LONG_EFFORT = 5e7;
const JETS_DEPTH = 9;
const JETS_PUBLISHED = [693, 950, 586, 158]; // the fewest adders published for these layers

/** The dense layers of the jet-tagging network. */
async function jetLayers(model) {
  const port = { signed: true, bits: 16, scale: { numerator: 1, denominator: 2 ** 10 } }; // fixed<16,6>
  const { network } = await analyse(model, { inputPort: port });
  return network.nodes
    .filter(({ kind }) => kind === 'dense')
    .map(({ weights, inputs, outputs }, k) => ({
      name: `jet tagging, ${inputs}x${outputs}`,
      weights,
      inputs,
      outputs,
      maxDepth: JETS_DEPTH,
      published: JETS_PUBLISHED[k],
    }));
}

/** Signed weights of the given width, all equally likely. */
function randomMatrix(inputs, outputs, bits) {
  const random = seededRandom(1);
  const weights = Int32Array.from(
    { length: inputs * outputs },
    () => random.below(2 ** bits) - 2 ** (bits - 1),
  );
  return { name: `random ${bits}-bit, ${inputs}x${outputs}`, weights, inputs, outputs };
}

/** Fails unless the graph computes W x for a few vectors. */
function check(graph, { name, weights, inputs, outputs }) {
  const random = seededRandom(2);
  for (let count = 0; count < 10; count++) {
    const vector = Array.from({ length: inputs }, () => random.below(65536) - 32768);
    const found = evaluateAdderGraph(graph, vector);
    for (let row = 0; row < outputs; row++) {
      const wanted = vector.reduce((sum, x, k) => sum + x * weights[row * inputs + k], 0);
      if (found[row] !== wanted) throw new Error(`${name}: row ${row} is ${found[row]}, not ${wanted}`);
    }
  }
}

export async function measureAdders(zoo) {
  const model = `${zoo}/qonnx/qkeras_jettagging.onnx`;
  const matrices = existsSync(model) ? await jetLayers(model) : [];
  for (const bits of [4, 6]) matrices.push(randomMatrix(16, 64, bits), randomMatrix(64, 64, bits));
  console.log('\n## Adders of constant matrices\n');
  console.log(
    `default: ${DEFAULT_EFFORT} steps; long: ${LONG_EFFORT} steps; depth and bits are the default's\n`,
  );
  const searches = 'default | CPU s | long | CPU s';
  printHead(`matrix | naive | greedy | ${searches} | published | depth | least depth | adder bits`);
  for (const matrix of matrices) {
    const { name, weights, outputs, inputs, maxDepth, published } = matrix;
    const greedy = solveAdderGraph(weights, outputs, inputs, { maxDepth, effort: 0 });
    const timedSolve = (effort) => {
      const start = process.cpuUsage();
      const graph = solveAdderGraph(weights, outputs, inputs, { maxDepth, effort });
      const { user, system } = process.cpuUsage(start);
      return { graph, seconds: (user + system) / 1e6 };
    };
    const [short, long] = [DEFAULT_EFFORT, LONG_EFFORT].map(timedSolve);
    for (const graph of [greedy, short.graph, long.graph]) check(graph, matrix);
    const ranges = new Array(inputs).fill({ min: -128, max: 127 });
    printRow(
      name,
      naiveAdders(weights, outputs, inputs),
      greedy.nodes.length,
      short.graph.nodes.length,
      short.seconds.toFixed(2),
      long.graph.nodes.length,
      long.seconds.toFixed(1),
      published ?? '',
      depthOf(short.graph),
      minimumDepth(weights, outputs, inputs),
      adderBits(short.graph, ranges),
    );
  }
}
