/**
 * The two networks for MNIST before training: layers with random weights.
 *
 *   node examples/architectures.mjs mlp|cnn FILE.json
 *
 * Weights are normal with variance 2 / inputs (He et al., ICCV 2015) from a fixed seed.
 */
import { writeFileSync } from 'node:fs';

const INPUT = { shape: [28, 28, 1], type: { bits: 8, signed: false, scale: '1/255' } };

/** Uniform in 0 .. 1 from a seed. Source: mulberry32, public domain, by Tommy Ettinger. */
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const next = uniform(2024);
const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

function weights(...shape) {
  const inputs = shape.slice(1).reduce((product, n) => product * n, 1);
  const make = ([length, ...rest]) =>
    Array.from({ length }, () =>
      rest.length > 0 ? make(rest) : Number((normal() * Math.sqrt(2 / inputs)).toFixed(6)),
    );
  return { encoding: 'real', values: make(shape) };
}

const dense = (name, inputs, outputs, relu = true) => ({
  type: 'dense',
  name,
  weights: weights(outputs, inputs),
  bias: 0,
  ...(relu && { activation: 'relu' }),
});

const conv = (name, inputs, outputs, kernel, stride, padding) => ({
  type: 'conv',
  name,
  stride,
  padding,
  weights: weights(outputs, kernel, kernel, inputs),
  bias: 0,
  activation: 'relu',
});

const MODELS = {
  mlp: () => ({
    name: 'mnist_mlp',
    layers: [
      { type: 'flatten', name: 'flat' },
      dense('fc1', 784, 64),
      dense('fc2', 64, 64),
      dense('scores', 64, 10, false),
    ],
  }),
  cnn: () => ({
    name: 'mnist_cnn',
    layers: [
      conv('conv1', 1, 8, 3, 2, 1),
      conv('conv2', 8, 16, 3, 1, 1),
      { type: 'pool', name: 'pool', kind: 'maximum', kernel: 2, stride: 2 },
      { type: 'flatten', name: 'flat' },
      dense('scores', 784, 10, false),
    ],
  }),
};

const [, , which, file] = process.argv;
const { name, layers } = MODELS[which]();
writeFileSync(file, `${JSON.stringify({ format: 'narrowgate-model', version: 1, name, input: INPUT, layers })}\n`);
