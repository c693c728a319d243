/** How bounds and golden inference scale with the number of weights: 1x, 10x, 100x of a random layer. */
import { evaluateDense } from '../dist/3-integer/evaluate.js';
import { boundDense } from '../dist/4-bounds/bounds.js';
import { printHead, printRow } from './markdown-table.mjs';

const TYPE = {
  encoding: 'integer',
  signed: true,
  bits: 4,
  min: -8,
  max: 7,
  scale: Float32Array.of(1),
  zeroPoint: 0,
};

/** A layer of 4-bit weights from a fixed generator. */
function randomLayer(inputs, outputs) {
  let state = 1;
  const weights = Int32Array.from({ length: inputs * outputs }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 28) - 8;
  });
  return { kind: 'dense', name: 'layer', inputs, outputs, weights, weightType: TYPE };
}

/** Least of three runs, milliseconds. */
function time(work) {
  const runs = [0, 1, 2].map(() => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.min(...runs);
}

export function measureScaling() {
  console.log('\n## Scaling with the number of weights\n');
  printHead('weights | bounds, ms | ns per weight | inference of one sample, ms | ns per weight');
  for (const outputs of [100, 1000, 10000]) {
    const layer = randomLayer(784, outputs);
    const ranges = new Array(784).fill({ min: -8, max: 7 });
    const samples = 10000 / outputs;
    const codes = Int32Array.from({ length: 784 * samples }, (_, k) => (k % 16) - 8);
    const count = layer.weights.length;
    const bounds = time(() => boundDense(layer, ranges, TYPE));
    const inference = time(() => evaluateDense(layer, codes, samples)) / samples;
    const perWeight = (ms) => ((ms * 1e6) / count).toFixed(2);
    printRow(
      count.toLocaleString('en'),
      bounds.toFixed(2),
      perWeight(bounds),
      inference.toFixed(3),
      perWeight(inference),
    );
  }
}
