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

/** Pixels 0 .. 255 as the int8 codes pixel - 128: the same bytes with the top bit inverted. */
function signedCopy(from, to) {
  const bytes = readFileSync(from);
  const start = 10 + bytes.readUInt16LE(8);
  for (let k = start; k < bytes.length; k++) bytes[k] ^= 0x80;
  bytes.write('|i1', bytes.indexOf('|u1'), 'latin1');
  writeFileSync(to, bytes);
  return to;
}
