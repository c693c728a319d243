/** The TFC networks of the QONNX zoo on all of MNIST's test set, against results that others computed. */
import { beforeAll, describe, expect, test } from 'vitest';
import { importOnnx } from '../../src/1-import/onnx/index.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluate, evaluateBatches } from '../../src/3-integer/evaluate.js';
import { classify, inputCodes, outputReals } from '../../src/3-integer/host.js';
import type { IntegerNetwork } from '../../src/3-integer/types.js';
import { boundNetwork } from '../../src/4-bounds/bounds.js';
import { DEVICES } from '../../src/5-plan/device.js';
import { totalEstimate } from '../../src/5-plan/model.js';
import { planWithin } from '../../src/5-plan/planner.js';
import type { Plan } from '../../src/5-plan/types.js';
import { readNpy } from '../../src/shared/npy.js';
import { skipped, zooFile, zooMissing } from './zoo.js';

const DIGITS = 10_000;
const MODELS = [
  { model: 'TFC_1W1A', quantizer: 'BipolarQuant', accuracy: 0.9296 },
  { model: 'TFC_2W2A', quantizer: 'Quant', accuracy: 0.966 },
];

describe.each(MODELS)('$model', ({ model, quantizer, accuracy }) => {
  const name = zooMissing ? `, ${skipped}` : '';
  let network: IntegerNetwork;
  let pixels: Float32Array;
  let sums: Int32Array;

  beforeAll(() => {
    if (zooMissing) return;
    network = toInteger(importOnnx(zooFile(`qonnx/${model}.onnx`)));
    pixels = Float32Array.from(readNpy(zooFile('data/mnist_t10k_x_u8.npy')).data, (pixel) => pixel / 255);
    const { codes, count } = inputCodes(network, { shape: [DIGITS, 28, 28], data: pixels }, 'mnist');
    sums = new Int32Array(DIGITS * 10);
    evaluateBatches(network, codes, count, (output, first) => sums.set(output, first * 10));
  });

  test.skipIf(zooMissing)(`the last sums equal the reference for all ${DIGITS} digits${name}`, () => {
    const reference = readNpy(zooFile(`reference/${model}_t10k_last_matmul_int16.npy`)).data;
    expect(reference.length).toBe(sums.length);
    const wrong = sums.reduce((count, sum, k) => count + (sum === reference[k] ? 0 : 1), 0);
    expect(wrong).toBe(0);
  });

  test.skipIf(zooMissing)(`the logits equal the reference to float32's last bits${name}`, () => {
    const reference = readNpy(zooFile(`reference/${model}_t10k_logits_f32.npy`)).data;
    const reals = outputReals(network.hostOutput, sums, 10);
    const worst = reals.reduce(
      (most, real, k) => Math.max(most, Math.abs(real - reference[k]) / Math.max(1, Math.abs(reference[k]))),
      0,
    );
    expect(worst).toBeLessThan(2 ** -22);
  });

  test.skipIf(zooMissing)(`accuracy is ${accuracy}, the first maximum winning ties${name}`, () => {
    const labels = readNpy(zooFile('data/mnist_t10k_y.npy')).data;
    const classes = classify(network, sums, 10);
    expect(classes.filter((each, n) => each === labels[n]).length / DIGITS).toBe(accuracy);
  });

  test.skipIf(zooMissing)(`the codes of every quantizer equal the reference for 10 digits${name}`, () => {
    const first = { shape: [10, 28, 28], data: pixels.subarray(0, 10 * 784) };
    const { codes, count } = inputCodes(network, first, 'mnist');
    const { tensors } = evaluate(network, codes, count);
    const quantized = [...tensors].filter(([tensor]) =>
      network.nodes.every((node) => node.output !== tensor || node.kind === 'step'),
    );
    expect(quantized).toHaveLength(4);
    quantized.forEach(([tensor, found], layer) => {
      const node = String([7, 12, 17, 22][layer]).padStart(2, '0');
      const reference = readNpy(
        zooFile(`reference/layers/${model}_first10_node${node}_${quantizer}_codes.npy`),
      );
      expect(found.length, tensor).toBe(reference.data.length);
      expect(Array.from(found), tensor).toEqual(Array.from(reference.data));
    });
  });
});

test.skipIf(zooMissing)(
  `TFC_1W1A on ice40up5k, a block RAM short of the cheapest plan, is no slower for it${zooMissing ? `, ${skipped}` : ''}`,
  () => {
    const bounded = boundNetwork(toInteger(importOnnx(zooFile('qonnx/TFC_1W1A.onnx'))));
    const [device] = DEVICES.filter(({ name }) => name === 'ice40up5k');
    const common = { target: 'ice40', accumulator: { overflow: 'refuse' } } as const;
    const blocks = (plan: Plan) => totalEstimate(plan.estimates).bram;
    expect(blocks(planWithin(bounded, { ...common, cycles: 392 }))).toBeGreaterThan(0.7 * device.bram);
    const plan = planWithin(bounded, { ...common, budget: { device, utilisation: 0.7 } });
    expect(plan.cycles.interval).toBe(392);
    expect(blocks(plan)).toBeLessThanOrEqual(0.7 * device.bram);
  },
);
