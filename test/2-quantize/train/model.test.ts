import { jit, numpy as np, valueAndGrad } from '@jax-js/jax';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluateFloat } from '../../../src/2-quantize/evaluate/evaluate.js';
import { batchShape, takeBatch } from '../../../src/2-quantize/train/dataset.js';
import { floatStart } from '../../../src/2-quantize/train/initialize.js';
import { checkTrainable, createModel, type Parameters } from '../../../src/2-quantize/train/model.js';
import { startBackEnd } from '../../../src/2-quantize/train/trainer.js';
import type { Tensor } from '../../../src/2-quantize/train/windows.js';
import { CNN, MLP, network, samples, window } from './networks.js';

beforeAll(startBackEnd);

const COUNT = 5;

describe.each([
  ['dense', MLP()],
  ['conv, depthwise, pools, addition', CNN()],
  [
    'windows that leave rows over',
    network(
      [7, 7, 1],
      [{ conv: window(3, 2, 0), outputs: 2 }, { pool: 'maximum', window: window(2, 2) }, { flatten: true }],
    ),
  ],
] as const)('%s', (_, net) => {
  const data = samples(net.input.shape, COUNT);
  const classes = net.tensors.get(net.output)?.shape[0] ?? 0;
  const { values, shapes } = floatStart(net);
  const model = createModel(net);
  const load = (given: Readonly<Record<string, Float32Array>>): Parameters =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, np.array(given[name].slice()).reshape(shape)]),
    );
  const batch = takeBatch(data, [0, 1, 2, 3, 4], 0, COUNT, Math.max(3, classes));
  const input = () => np.array(batch.values.slice()).reshape(batchShape(data.shape, COUNT));
  const forward = (given: Readonly<Record<string, Float32Array>>) =>
    jit((parameters: Parameters, x: Tensor) => model(parameters, x))(
      load(given),
      input(),
    ).dataSync() as Float32Array;

  test('the graph computes what the float32 evaluator does', () => {
    const logits = forward(values);
    const expected = evaluateFloat(net, { values: data.values, count: COUNT });
    expect(logits.length).toBe(expected.length);
    for (let n = 0; n < COUNT; n++)
      for (let c = 0; c < classes; c++)
        expect(logits[c * COUNT + n]).toBeCloseTo(expected[n * classes + c], 4);
  });

  test('gradients are the slopes of the function', () => {
    const loss = (parameters: Parameters, x: Tensor) => np.sum(np.square(model(parameters, x)));
    const [, gradients] = jit((parameters: Parameters, x: Tensor) => valueAndGrad(loss)(parameters, x))(
      load(values),
      input(),
    ) as unknown as [Tensor, Parameters];
    const lossAt = (given: Readonly<Record<string, Float32Array>>) =>
      forward(given).reduce((sum, value) => sum + value * value, 0);
    for (const [name, gradient] of Object.entries(gradients)) {
      const slopes = gradient.dataSync() as Float32Array;
      const at = slopes.reduce((best, slope, i) => (Math.abs(slope) > Math.abs(slopes[best]) ? i : best), 0);
      const shifted = (by: number) => ({
        ...values,
        [name]: values[name].map((value, i) => (i === at ? value + by : value)),
      });
      const slope = (lossAt(shifted(1e-3)) - lossAt(shifted(-1e-3))) / 2e-3;
      expect(slope / slopes[at], name).toBeCloseTo(1, 1);
    }
  });
});

test('every node without a gradient is named', () => {
  const net = MLP();
  const nodes = net.nodes.map((node) =>
    node.op === 'elementwise' && node.kind === 'relu' ? { ...node, kind: 'tanh' as const } : node,
  );
  expect(() => checkTrainable({ ...net, nodes })).toThrow(/training_unsupported.*'n2' \(tanh\)/);
});
