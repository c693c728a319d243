/** Convolutional networks: built, simulated under random stalls, their cycles and multipliers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Model, longest interval, samples in Verilator; MACs of one inference from `inspect`. */
const RUNS = [
  { name: 'kws_int8', cycles: 50_000, inputs: 'kws01_first500_x_int8', samples: 50 },
  { name: 'resnet8_int8', cycles: 300_000, inputs: 'cifar10_ic01_v0.7_x_u8', samples: 10, pixels: true },
];

/** @param bench narrowgate (command line), table (Markdown), zoo and a folder for builds */
export function measureImages({ narrowgate, table, zoo, folder }) {
  console.log('\n## Convolutional networks in Verilator, random stalls\n');
  const rows = RUNS.map(({ name, cycles, inputs, samples, pixels }) => {
    const model = join(zoo, `tflite/${name}.tflite`);
    const directory = join(folder, name);
    const { layers } = narrowgate('inspect', model).json;
    const { json: built, seconds } = narrowgate('build', model, '-o', directory, '--cycles', String(cycles));
    const data = join(zoo, `data/${inputs}.npy`);
    const codes = pixels ? signedCopy(data, join(folder, `${inputs}.npy`)) : data;
    const arguments_ = ['--inputs', codes, '--count', String(samples), '--simulator', 'verilator'];
    const { json } = narrowgate('simulate', directory, ...arguments_);
    const multipliers = built.layers.reduce((sum, { pe = 0, simd = 0 }) => sum + pe * simd, 0);
    const macs = layers.reduce((sum, layer) => sum + layer.macs, 0);
    const used = macs / (multipliers * built.cycles.interval);
    return [
      name,
      cycles,
      multipliers,
      `${built.cycles.interval} / ${json.cycles.interval}`,
      `${built.cycles.latency} / ${json.cycles.latency}`,
      `${(100 * used).toFixed(1)} %`,
      json.vectors,
      json.mismatches,
      seconds.toFixed(1),
    ];
  });
  const head = [
    'network',
    '--cycles',
    'multipliers',
    'interval planned / measured',
    'latency planned / measured',
  ];
  console.log(table([...head, 'MACs / (multipliers x interval)', 'samples', 'mismatches', 'build, s'], rows));
}

/** Model, longest interval and samples in Verilator of the comparison of accumulator policies. */
const COMPARED = [
  { name: 'kws_int8', cycles: 50_000, inputs: 'kws01_first500_x_int8', samples: 2 },
  { name: 'resnet8_int8', cycles: 500_000, inputs: 'cifar10_ic01_v0.7_x_u8', samples: 1, pixels: true },
];

/** Convolutional networks with each accumulator policy, synthesised by Yosys; takes most of an hour. */
export function measurePolicies({ narrowgate, table, zoo, folder }) {
  console.log('\n## Convolutional networks for each accumulator policy (xc7), checked in Verilator\n');
  const rows = COMPARED.flatMap(({ name, cycles, inputs, samples, pixels }) => {
    const data = join(zoo, `data/${inputs}.npy`);
    const codes = pixels ? signedCopy(data, join(folder, `${inputs}.npy`)) : data;
    const { json } = narrowgate(
      ...['compare', join(zoo, `tflite/${name}.tflite`), '--accumulators', '32,datatype,l1,minimal'],
      ...['--cycles', String(cycles), '--inputs', codes, '--count', String(samples)],
      ...['--simulator', 'verilator', '-o', join(folder, `${name}-policies`)],
    );
    return json.rows.map(({ accumulator, bits, lut, sites, ff, bram, dsp, interval, vectors, passed }) => {
      const widths = `${Math.min(...bits)} to ${Math.max(...bits)}`;
      const check = passed ? `${vectors} bit-exact` : 'FAILED';
      return [name, interval, accumulator, widths, lut, sites, ff, bram, dsp, check];
    });
  });
  const head = ['network', 'interval', 'policy', 'bits', 'LUT', 'sites', 'FF', 'BRAM', 'DSP', 'check'];
  console.log(table(head, rows));
}

/** Pixels 0 .. 255 as the int8 codes pixel - 128: the same bytes with the top bit inverted. */
export function signedCopy(from, to) {
  const bytes = readFileSync(from);
  const start = 10 + bytes.readUInt16LE(8);
  for (let k = start; k < bytes.length; k++) bytes[k] ^= 0x80;
  bytes.write('|i1', bytes.indexOf('|u1'), 'latin1');
  writeFileSync(to, bytes);
  return to;
}
