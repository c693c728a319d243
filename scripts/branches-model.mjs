/** A network whose branches meet: for the test of graphs, and for the bench of the FIFOs in front of its joins. */

/** Integers in a range that repeat irregularly. */
export function irregular(shape, most, seed) {
  let state = seed;
  const make = ([length, ...rest]) =>
    Array.from({ length }, () => {
      if (rest.length) return make(rest);
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return ((state >>> 16) % (2 * most + 1)) - most;
    });
  return make(shape);
}

const four = { bits: 4, signed: false, scale: 8 };

/** A convolution of 3-bit weights with codes of 4 bits behind it. */
export function conv(name, shape, rest) {
  const [outputs] = shape;
  return {
    type: 'conv',
    name,
    kernel: [shape[1], shape[2]],
    weights: { bits: 3, scale: 1, values: irregular(shape, 3, outputs * 7 + name.length) },
    activation: 'relu',
    output: four,
    ...rest,
  };
}

/** Two 3 x 3 convolutions beside a skip, a branch with stride 2 on both sides, three tensors joined. */
export const BRANCHES = {
  format: 'narrowgate-model',
  version: 1,
  name: 'branches',
  input: { shape: [6, 5, 2], type: { bits: 5, signed: true, scale: 1 } },
  layers: [
    conv('first', [4, 3, 3, 2], { padding: 1 }),
    conv('left', [4, 3, 3, 4], { padding: 1 }),
    conv('deeper', [4, 3, 3, 4], { padding: 1 }),
    { type: 'add', name: 'sum', inputs: ['deeper', 'first'], output: { ...four, scale: 16 } },
    conv('down', [6, 3, 3, 4], { padding: 1, stride: 2 }),
    { ...conv('short', [6, 1, 1, 4], { stride: 2 }), input: 'sum' },
    { type: 'add', name: 'second', inputs: ['down', 'short'], output: four },
    { type: 'concat', name: 'three', inputs: ['second', 'down', 'short'] },
    { type: 'pool', name: 'means', kind: 'average', kernel: 2, stride: 1, output: { ...four, scale: 4 } },
    { type: 'flatten', name: 'flat' },
    { type: 'dense', name: 'scores', weights: { bits: 3, values: irregular([3, 2 * 2 * 18], 3, 5) } },
  ],
};
