/**
 * `make bench`: the numbers of docs/measurements.md, as Markdown on standard output.
 *
 * usage: node scripts/bench.mjs [SECTION ...]
 *   (sections: the table at the end of this file; by default all but those that take an hour or an extra package)
 * Sections that need the zoo's networks are left out where its folder is missing: NARROWGATE_ZOO (default ../shared/zoo).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { measureAdd } from './bench-add.mjs';
import { measureAdders } from './bench-adders.mjs';
import { measureArrays } from './bench-arrays.mjs';
import { measureClock } from './bench-clock.mjs';
import { measureDsp } from './bench-dsp.mjs';
import { measureExport } from './bench-export.mjs';
import { measureFifos } from './bench-fifos.mjs';
import { measureImages, measurePolicies } from './bench-images.mjs';
import { measureModel } from './bench-model.mjs';
import { measurePlanning } from './bench-planning.mjs';
import { measureQuantize } from './bench-quantize.mjs';
import { measureReduction } from './bench-reduction.mjs';
import { measureRequantise } from './bench-requantise.mjs';
import { measureResnet } from './bench-resnet.mjs';
import { measureScaling } from './bench-scaling.mjs';
import { measureThresholds } from './bench-thresholds.mjs';
import { measureTraining } from './bench-train.mjs';
import { measureUnrolled } from './bench-unrolled.mjs';
import { measureWidths } from './bench-widths.mjs';
import { measureWindows } from './bench-windows.mjs';
import { table } from './markdown-table.mjs';

const zoo = resolve(process.env.NARROWGATE_ZOO ?? '../shared/zoo');
const work = mkdtempSync(join(tmpdir(), 'narrowgate-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const DIGITS = join(zoo, 'data/mnist_t10k_x_u8.npy');
const PIXELS = ['--input-type', 'uint8', '--input-scale', '1/255'];
const NETWORKS = {
  TFC_1W1A: { port: PIXELS, inputs: DIGITS },
  TFC_2W2A: { port: PIXELS, inputs: DIGITS },
  qkeras_jettagging: {
    port: ['--input-type', 'fixed<16,6>'],
    inputs: join(zoo, 'data/jets_random_x_f32.npy'),
  },
};

/** Run the command line; its JSON result and the seconds it took. */
function narrowgate(...args) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync('node', ['dist/cli/main.js', ...args, '--json', '--quiet'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`narrowgate ${args.join(' ')}: exit ${status}\n${stderr}`);
  return { json: JSON.parse(stdout), seconds: (performance.now() - start) / 1000 };
}

const model = (name) => join(zoo, `qonnx/${name}.onnx`);

function times() {
  const rows = [];
  for (const [name, ...options] of [
    ['TFC_1W1A'],
    ['TFC_2W2A'],
    ['qkeras_jettagging', '--cycles', '1'],
    ['qkeras_jettagging', '--cycles', '1', '--search-effort', '500'],
  ]) {
    const { port, inputs } = NETWORKS[name];
    const inspect = narrowgate('inspect', model(name), ...port).seconds;
    const build = narrowgate('build', model(name), '-o', join(work, name), ...port, ...options).seconds;
    const run = narrowgate('run', model(name), '--inputs', inputs, ...port);
    rows.push([
      [name, ...options].join(' '),
      inspect.toFixed(2),
      build.toFixed(2),
      Math.round(run.json.count / run.seconds),
    ]);
  }
  console.log('## Times of whole commands, start-up included\n');
  console.log(table(['network', 'inspect, s', 'build, s', 'golden inference, samples/s'], rows));
}

function resources() {
  console.log('\n## Resources for each accumulator policy (xc7), checked on 1,000 vectors in Verilator\n');
  const rows = [];
  for (const [name, cycles] of [
    ['TFC_1W1A', 1024],
    ['TFC_1W1A', 64],
    ['TFC_2W2A', 1024],
    ['TFC_2W2A', 64],
    ['qkeras_jettagging', 64],
  ]) {
    const { port, inputs } = NETWORKS[name];
    const { json } = narrowgate(
      ...[
        'compare',
        model(name),
        '--accumulators',
        '32,datatype,l1,minimal',
        '--cycles',
        String(cycles),
        ...port,
      ],
      ...[
        '--inputs',
        inputs,
        '--count',
        '1000',
        '--simulator',
        'verilator',
        '-o',
        join(work, `${name}-${cycles}`),
      ],
    );
    for (const row of json.rows) {
      const { accumulator, bits, lut, sites, ff, bram, dsp, interval, latency, vectors, passed } = row;
      const check = passed ? `${vectors} bit-exact` : 'FAILED';
      rows.push([name, interval, latency, accumulator, bits.join(' '), lut, sites, ff, bram, dsp, check]);
    }
  }
  const head = [
    'network',
    'interval',
    'latency',
    'policy',
    'bits',
    'LUT',
    'sites',
    'FF',
    'BRAM',
    'DSP',
    'check',
  ];
  console.log(table(head, rows));
  console.log('\n## Icarus, 50 vectors, random stalls\n');
  const checks = Object.entries(NETWORKS).map(([name, { port, inputs }]) => {
    const directory = join(work, `icarus-${name}`);
    const cycles = name === 'qkeras_jettagging' ? '64' : '1024';
    const { json: built } = narrowgate('build', model(name), '-o', directory, '--cycles', cycles, ...port);
    const { json } = narrowgate(
      'simulate',
      directory,
      '--inputs',
      inputs,
      '--count',
      '50',
      '--simulator',
      'icarus',
    );
    const same =
      json.cycles.interval === built.cycles.interval && json.cycles.latency === built.cycles.latency;
    return [
      name,
      json.vectors,
      json.mismatches,
      `${json.cycles.interval} / ${json.cycles.latency}`,
      same ? 'yes' : 'NO',
    ];
  });
  console.log(
    table(['network', 'vectors', 'mismatches', 'interval / latency measured', 'as planned'], checks),
  );
}

function clock() {
  const network = { name: 'TFC_1W1A', file: model('TFC_1W1A'), port: PIXELS };
  measureClock({ narrowgate, table, network, folder: work });
}

/** What each section prints; whether it needs the zoo; extra: only when named (hours, or nextpnr: docs/resources.md). */
const sections = {
  times: { print: times, zoo: true },
  scaling: { print: measureScaling },
  resources: { print: resources, zoo: true },
  arrays: { print: measureArrays },
  model: { print: measureModel },
  thresholds: { print: measureThresholds },
  planning: { print: () => measurePlanning(zoo), zoo: true },
  dsp: {
    print: () => measureDsp({ narrowgate, networks: NETWORKS, model, table, folder: work }),
    zoo: true,
  },
  add: { print: measureAdd },
  adders: { print: () => measureAdders(zoo) },
  windows: { print: measureWindows },
  requantise: { print: () => measureRequantise({ zoo, table }), zoo: true },
  images: { print: () => measureImages({ narrowgate, table, zoo, folder: work }), zoo: true },
  policies: {
    print: () => measurePolicies({ narrowgate, table, zoo, folder: work }),
    zoo: true,
    extra: true,
  },
  quantize: { print: () => measureQuantize({ narrowgate, table, zoo, folder: work }), zoo: true },
  resnet: { print: () => measureResnet({ narrowgate, table, zoo, folder: work }), zoo: true, extra: true },
  reduction: { print: () => measureReduction({ narrowgate, folder: work }), extra: true },
  fifos: { print: () => measureFifos({ narrowgate, table, zoo, folder: work }), zoo: true, extra: true },
  train: { print: () => measureTraining(), extra: true },
  export: { print: () => measureExport({ narrowgate, table, zoo, folder: work }), zoo: true },
  unrolled: { print: () => measureUnrolled(zoo), zoo: true },
  widths: {
    print: () => measureWidths({ narrowgate, networks: NETWORKS, model, table, folder: work }),
    zoo: true,
  },
  clock: { print: clock, zoo: true, extra: true },
};
const usual = Object.keys(sections).filter((name) => !sections[name].extra);
const wanted = process.argv.length > 2 ? process.argv.slice(2) : usual;
for (const name of wanted) {
  const section = sections[name];
  if (!section) throw new Error(`unknown section '${name}': ${Object.keys(sections).join(', ')}`);
  if (section.zoo && !existsSync(zoo)) {
    console.log(`\n${name}: left out, there is no folder ${zoo} (NARROWGATE_ZOO)`);
    continue;
  }
  await section.print();
}
