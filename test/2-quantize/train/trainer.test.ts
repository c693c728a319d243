import { describe, expect, test } from 'vitest';
import type { Network } from '../../../src/1-import/types.js';
import { assignUniform, type UniformWidths } from '../../../src/2-quantize/assign.js';
import { prepareFloat } from '../../../src/2-quantize/quantize.js';
import { readCheckpoint, writeCheckpoint } from '../../../src/2-quantize/train/checkpoint.js';
import type { TrainedMethod } from '../../../src/2-quantize/train/plan.js';
import { prepareTraining, type Training } from '../../../src/2-quantize/train/train.js';
import type { TrainingOptions } from '../../../src/2-quantize/train/trainer.js';
import { toInteger } from '../../../src/3-integer/convert.js';
import { evaluateBatches } from '../../../src/3-integer/evaluate.js';
import { classify, inputCodes } from '../../../src/3-integer/host.js';
import { boundNetwork } from '../../../src/4-bounds/bounds.js';
import { CNN, MLP, samples } from './networks.js';

const OPTIONS: TrainingOptions = {
  epochs: 4,
  batch: 32,
  seed: 3,
  optimizer: { kind: 'adam', learningRate: 0.01, schedule: 'cosine', weightDecay: 0 },
  penalty: 1e-3,
  settling: 0.3,
};

const COUNT = 512;

interface Asked extends UniformWidths {
  readonly method?: TrainedMethod;
}

function prepare(net: Network, asked?: Asked, options = OPTIONS): Promise<Training> {
  const prepared = prepareFloat(net);
  const data = samples(net.input.shape, COUNT);
  return prepareTraining(
    prepared,
    data,
    options,
    asked && {
      assignment: assignUniform(prepared.network, prepared.points, asked),
      method: asked.method ?? 'a2q+',
      range: { kind: 'mean-squared-error' },
      inputBits: asked.inputs,
      calibration: { values: data.values.subarray(0, (64 * data.values.length) / COUNT), count: 64 },
    },
  );
}

function run({ trainer }: Training, steps = Infinity) {
  let last = { loss: Number.NaN };
  for (let k = 0; k < steps && trainer.step < trainer.steps; k++) last = trainer.next();
  return last.loss;
}

/** Accuracy of the integer model. */
function goldenAccuracy(network: Network): number {
  const test = samples(network.input.shape, COUNT, 9);
  const integers = toInteger(network);
  const { codes } = inputCodes(
    integers,
    { shape: [COUNT, ...network.input.shape], data: test.values },
    'x.npy',
  );
  const outputs = new Float64Array(COUNT * 3);
  evaluateBatches(integers, codes, COUNT, (part, first) => outputs.set(part, first * 3));
  const classes = classify(integers, outputs, 3);
  return classes.reduce((sum, each, n) => sum + (each === test.labels[n] ? 1 : 0), 0) / COUNT;
}

test('float training learns', async () => {
  const training = await prepare(MLP());
  const test = samples([12], COUNT, 9);
  const before = training.trainer.accuracy(test);
  run(training);
  expect(training.trainer.accuracy(test)).toBeGreaterThan(Math.max(0.85, before));
});

describe.each([
  ['MLP', MLP, 9],
  ['CNN', CNN, 11],
] as const)('%s', (_, make, accumulator) => {
  test.each(['a2q', 'a2q+'] as const)(
    'trained with %s fits its accumulator, and the integer model agrees',
    async (method) => {
      const training = await prepare(make(), { weights: 4, activations: 4, inputs: 4, accumulator, method });
      run(training);
      const network = training.finish();
      for (const { widths } of boundNetwork(toInteger(network)).accumulators.values())
        expect(widths.exact).toBeLessThanOrEqual(accumulator);
      const accuracy = training.trainer.accuracy(samples(network.input.shape, COUNT, 9));
      expect(accuracy).toBeGreaterThan(0.6);
      expect(Math.abs(goldenAccuracy(network) - accuracy) * COUNT).toBeLessThanOrEqual(2);
    },
  );

  test('without an accumulator weights are rounded to nearest, and the integer model agrees', async () => {
    const training = await prepare(make(), { weights: 3, activations: 3, inputs: 4 });
    run(training);
    const network = training.finish();
    const accuracy = training.trainer.accuracy(samples(network.input.shape, COUNT, 9));
    expect(Math.abs(goldenAccuracy(network) - accuracy) * COUNT).toBeLessThanOrEqual(2);
  });
});

test('a layer without a bias gets one, which is trained, and the integer model agrees', async () => {
  const { nodes, ...net } = MLP();
  const bare = nodes.flatMap((node) => {
    if (node.op === 'elementwise' && node.kind === 'add') return [];
    const output = node.op === 'dense' ? `t${nodes.indexOf(node) + 1}` : node.output;
    return [{ ...node, output }];
  });
  const training = await prepare({ ...net, nodes: bare }, { weights: 4, activations: 4, inputs: 4 });
  const before = training.trainer.values()['bias:n0'];
  run(training);
  expect(training.trainer.values()['bias:n0']).not.toEqual(before);
  const network = training.finish();
  const accuracy = training.trainer.accuracy(samples(network.input.shape, COUNT, 9));
  expect(accuracy).toBeGreaterThan(0.6);
  expect(Math.abs(goldenAccuracy(network) - accuracy) * COUNT).toBeLessThanOrEqual(2);
});

const NARROW: Asked = { weights: 4, activations: 4, inputs: 4, accumulator: 9 };

test('one seed gives one result, another another', async () => {
  const results = [];
  for (const seed of [3, 3, 4]) {
    const training = await prepare(MLP(), NARROW, { ...OPTIONS, epochs: 2, seed });
    run(training);
    results.push(training.trainer.values());
    training.trainer.dispose();
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).not.toEqual(results[0]);
});

test('a training that was stopped and resumed ends as one that was not', async () => {
  const whole = await prepare(MLP(), NARROW);
  run(whole);
  const first = await prepare(MLP(), NARROW);
  run(first, 21); // within an epoch
  const bytes = writeCheckpoint(first.trainer.state(), 'f');
  const second = await prepare(MLP(), NARROW);
  const state = readCheckpoint(bytes, 'f');
  if (typeof state === 'string') throw new Error(state);
  second.trainer.resume(state);
  run(second);
  expect(second.trainer.state()).toEqual(whole.trainer.state());
});

test('a checkpoint of something else, or a part of one, is not taken', async () => {
  const { trainer } = await prepare(MLP());
  const bytes = writeCheckpoint(trainer.state(), 'f');
  expect(readCheckpoint(bytes, 'g')).toBe('different');
  expect(readCheckpoint(bytes.subarray(0, bytes.length - 1), 'f')).toBe('damaged');
  expect(readCheckpoint(Buffer.from('no checkpoint'), 'f')).toBe('damaged');
});

test.each(['sgd', 'adam'] as const)('%s: weights decay, biases do not', async (kind) => {
  const optimizer = { kind, learningRate: 0.01, schedule: 'constant', weightDecay: 50 } as const;
  const training = await prepare(MLP(), undefined, { ...OPTIONS, epochs: 20, optimizer });
  const before = training.trainer.values();
  run(training);
  const after = training.trainer.values();
  const size = (values: Float32Array) => Math.max(...values.map(Math.abs));
  expect(size(after['weights:n0'])).toBeLessThan(size(before['weights:n0']) / 10);
  expect(size(after['bias:n0'])).toBeGreaterThan(size(before['bias:n0']) / 10);
});
