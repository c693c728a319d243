/** ResNet-8 quantized by this project as hardware, beside the int8 network that MLPerf Tiny publishes. */
import { join } from 'node:path';
import { signedCopy } from './bench-images.mjs';

const CYCLES = 500_000;
const SIMULATED = 2;
const SETS = ['cifar10_ic01_v0.7', 'cifar10_test_first500'];

/** Bits of weights and activations, and of the accumulators that every sum has to fit and every layer has. */
const QUANTIZED = [
  { weights: 4, activations: 4, accumulator: 16 },
  { weights: 8, activations: 8, accumulator: 20 },
];

/** @param bench narrowgate (command line), table (Markdown), zoo and a folder for networks and builds */
export function measureResnet({ narrowgate, table, zoo, folder }) {
  console.log('\n## ResNet-8 as hardware (xc7)\n');
  const pixels = (set) => join(zoo, `data/${set}_x_u8.npy`);
  const signed = (set) => signedCopy(pixels(set), join(folder, `${set}.npy`));
  const own = QUANTIZED.map(({ weights, activations, accumulator }) => {
    const model = join(folder, `w${weights}a${activations}-p${accumulator}`);
    narrowgate(
      ...['quantize', join(zoo, 'float/resnet8_float.tflite'), '-o', model],
      ...['--weights', String(weights), '--activations', String(activations)],
      ...['--accumulator', String(accumulator), '--calibrate', pixels('cifar10_calib500')],
      ...['--input-type', 'uint8', '--input-scale', '1'],
    );
    const policy = String(accumulator);
    return { name: `W${weights}A${activations}, AXE`, model, policy, inputs: pixels };
  });
  const published = join(zoo, 'tflite/resnet8_int8.tflite');
  const int8 = ['32', 'minimal'].map((policy) => ({
    ...{ name: 'resnet8_int8, as published', model: published },
    ...{ policy, inputs: signed },
  }));
  const rows = [...int8, ...own].map(({ name, model, policy, inputs }, index) => {
    const accuracies = SETS.map((set) => {
      const labels = join(zoo, `data/${set}_y.npy`);
      const { accuracy } = narrowgate('run', model, '--inputs', inputs(set), '--labels', labels).json;
      return `${(100 * accuracy).toFixed(1)} %`;
    });
    const build = join(folder, `resnet8-${index}`);
    const options = ['--cycles', String(CYCLES), '--accumulator', policy];
    narrowgate('build', model, '-o', build, ...options);
    const check = ['--count', String(SIMULATED), '--simulator', 'verilator'];
    const { vectors, witnessVectors, cycles } = verdict(
      narrowgate('simulate', build, '--inputs', inputs(SETS[0]), ...check).json,
    );
    const { lut, sites, ff, bram } = narrowgate('resources', build).json.total;
    const row = [name, policy, ...accuracies, cycles.interval, lut, sites, ff, bram];
    console.error(row.join(' '));
    return [...row, `${vectors} bit-exact, ${witnessVectors} witnesses`];
  });
  const head = ['network', 'accumulators', '200 of ic01', '500 of the test set', 'interval'];
  console.log(table([...head, 'LUT', 'sites', 'FF', 'BRAM', 'check'], rows));
}

/** `simulate` has exited with 0: nothing differed. */
function verdict({ vectors, cycles, simulators }) {
  return { vectors, cycles, witnessVectors: simulators[0].witnessVectors };
}
