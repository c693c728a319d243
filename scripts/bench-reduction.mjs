/**
 * LUTs of whole networks with 32-bit accumulators against narrow ones: with this project's arrays and thresholds, and with
 * behavioural arrays and parallel thresholds, the setting of the A2Q paper. Same networks, foldings, ROMs and streams.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { importModel } from '../dist/1-import/index.js';
import { evaluateFloat } from '../dist/2-quantize/evaluate/evaluate.js';
import { foldFloat } from '../dist/2-quantize/fold.js';
import { topOne } from '../dist/3-integer/host.js';
import { synthesizeAll } from '../dist/8-resources/index.js';
import { realSamples } from '../dist/cli/samples.js';
import { analyse, generate } from '../dist/compile.js';
import { readNpy } from '../dist/shared/npy.js';
import { writeFolder } from '../dist/shared/output-folder.js';
import { behaviouralPlan, buildFiles, unitJobs } from './behavioural-plan.mjs';
import { printHead, printRow, table } from './markdown-table.mjs';
import { mnist } from './mnist.mjs';

/** Part of the float accuracy that the papers ask for. */
const KEPT = 0.992;
const SIMULATED = 20;
const WIDE = 32;

/** The MLP's foldings have about as many multipliers; in this one more neurons have an accumulator and thresholds of their own. */
const IN_PARALLEL = new Map([
  ['fc1', { pe: 8, simd: 7 }],
  ['fc2', { pe: 4, simd: 1 }],
  ['scores', { pe: 1, simd: 1 }],
]);

/**
 * Networks of a folder of examples/, and quantized from the float one in it: bits of weights, activations and input, and the limit of the
 * sums. `built`: the accumulators. `simulated`: those with which the behavioural hardware is held against the integer model.
 */
const FAMILIES = [
  {
    family: 'mnist-mlp',
    cycles: 1024,
    foldings: { 'neurons in parallel': IN_PARALLEL, 'as planned': undefined },
    networks: [
      { name: 'w4a4-p12', built: [WIDE, 12], simulated: 12 },
      { name: 'w4a4-p10', built: [10] },
      { name: 'W3A3, AXE', quantize: [3], built: [WIDE] },
      { name: 'W3A3, AXE within 11', quantize: [3, 11], built: [11] },
      { name: 'W8A8, AXE', quantize: [8], built: [WIDE] },
    ],
  },
  {
    family: 'mnist-cnn',
    cycles: 8000,
    foldings: { 'as planned': undefined },
    networks: [
      { name: 'w4a4-p12', built: [WIDE, 12], simulated: 12 },
      { name: 'w4a4-p16', built: [16] },
    ],
  },
];

/**
 * @param narrowgate runs the command line: { json }
 * @param folder an empty one
 */
export async function measureReduction({ narrowgate, folder }) {
  const context = { narrowgate, folder, digits: mnist() };
  for (const family of FAMILIES) await measureFamily(context, family);
}

async function measureFamily(context, { family, cycles, foldings, networks }) {
  const float = `examples/${family}/float`;
  const reference = await floatAccuracy(float, context.digits);
  console.log(
    `\n## What 32-bit accumulators cost: ${family}, ${cycles} cycles (xc7; float accuracy ${percent(reference)})\n`,
  );
  const columns = 'network | of float | folding | PE x SIMD | accumulators';
  printHead(
    `${columns} | LUT | sites | FF | BRAM | behavioural LUT | sites | FF | BRAM | FINN's formula, LUT`,
  );
  const rows = [];
  for (const [folding, folds] of Object.entries(foldings)) {
    const designs = [];
    for (const network of networks) {
      const model = modelOf(context, family, network);
      const accuracy = accuracyOf(context, model) / reference;
      const check = (build) => simulate(context, build);
      for (const bits of network.built) {
        const checked = network.simulated === bits && check;
        const design = await designOf(context.folder, model, { folds, cycles }, bits, checked);
        designs.push({ ...design, network: network.name, accuracy, folding, bits });
      }
    }
    for (const row of await synthesize(designs)) {
      rows.push(row);
      print(row);
    }
  }
  console.log(
    `\nFewest LUTs at ${100 * KEPT} % of the float accuracy or more, 32 bits against narrow ones:\n`,
  );
  printReductions(rows, Object.keys(foldings));
}

/** A folder of a network: of the examples, or quantized from the float one with training digits. */
function modelOf({ narrowgate, folder, digits }, family, { name, quantize }) {
  if (!quantize) return `examples/${family}/${name}`;
  const [bits, limit] = quantize.map(String);
  const out = join(folder, `${family}-w${bits}-${limit ?? 'free'}`);
  const widths = ['--weights', bits, '--activations', bits, '--input-bits', bits];
  const within = limit ? ['--accumulator', limit] : [];
  if (!existsSync(out))
    narrowgate(
      ...['quantize', `examples/${family}/float`, '-o', out, '--calibrate', digits.trainInputs],
      ...[...widths, ...within],
    );
  return out;
}

function accuracyOf({ narrowgate, digits }, model) {
  const test = ['--inputs', digits.testInputs, '--labels', digits.testLabels];
  return narrowgate('run', model, ...test).json.accuracy;
}

async function floatAccuracy(float, { testInputs, testLabels }) {
  const network = await importModel(float);
  const samples = realSamples(network, readNpy(testInputs), testInputs);
  const reals = evaluateFloat(foldFloat(network), samples);
  const labels = readNpy(testLabels).data;
  const classes = topOne(reals, reals.length / samples.count);
  return classes.filter((each, n) => each === Number(labels[n])).length / samples.count;
}

/** @throws when an output of the behavioural hardware differs from the integer model */
function simulate({ narrowgate, digits }, build) {
  const check = ['--inputs', digits.testInputs, '--count', String(SIMULATED), '--simulator', 'verilator'];
  narrowgate('simulate', build, ...check);
}

/**
 * One network in both forms: their synthesis jobs, and FINN's formula.
 *
 * @param check simulates the folder of the behavioural form
 */
async function designOf(folder, model, { folds, cycles }, bits, check) {
  const options = { target: 'xc7', accumulator: { policy: bits, overflow: 'refuse' } };
  const start = await analyse(model);
  const { bounded, plan } = generate(start, { ...options, folds: folds ?? plannedFolds(start, cycles) });
  if (plan.cycles.interval > cycles) throw new Error(`the folding takes ${plan.cycles.interval} cycles`);
  const layers = plan.units.filter(({ accumulator }) => accumulator);
  const shapes = layers.map(({ fold }) => `${fold.pe}x${fold.simd}`).join(' ');
  const formula = Math.round(layers.reduce((sum, unit) => sum + finnLuts(unit, bounded, bits), 0));
  const design = { jobs: unitJobs(plan, false), behaviouralJobs: [], shapes, formula };
  if (activationBits(bounded, layers[0]) > PARALLEL_BITS) return design;
  const other = behaviouralPlan(bounded, plan, bits);
  if (check) {
    const build = join(folder, 'behavioural');
    writeFolder(build, buildFiles(other, bounded), 'build.json');
    check(build);
  }
  return { ...design, behaviouralJobs: unitJobs(other, true) };
}

/** The planner's folding with 32-bit accumulators: a folding must not follow from the width. */
function plannedFolds(bounded, cycles) {
  const accumulator = { policy: WIDE, overflow: 'refuse' };
  const { units } = generate(bounded, { target: 'xc7', accumulator, cycles }).plan;
  return new Map(units.flatMap(({ node, fold }) => (fold ? [[node, { pe: fold.pe, simd: fold.simd }]] : [])));
}

/** All designs at once, so that no worker waits. */
async function synthesize(designs) {
  const jobs = designs.flatMap((design) => [...design.jobs, ...design.behaviouralJobs]);
  const units = await synthesizeAll(jobs, 'xc7');
  const figures = new Map(jobs.map((job, index) => [job, units[index]]));
  return designs.map(({ jobs: own, behaviouralJobs, ...design }) => ({
    ...design,
    own: total(own, figures),
    behavioural: behaviouralJobs.length > 0 ? total(behaviouralJobs, figures) : undefined,
  }));
}

function total(jobs, figures) {
  const sum = (key) => jobs.reduce((all, job) => all + figures.get(job)[key], 0);
  return { lut: sum('lut'), sites: sum('sites'), ff: sum('ff'), bram: sum('bram') };
}

/** Activations with more bits have no parallel thresholds: 8 bits are 255 comparators a lane. */
const PARALLEL_BITS = 6;

function activationBits({ network }, { tensor }) {
  return network.tensors.get(tensor).type.bits;
}

/**
 * LUTs of a matrix-vector unit by FINN's published resource model (lut_estimation of its HLS unit, multipliers in LUTs), without weight
 * memory. A formula, not a measurement.
 */
function finnLuts({ node, fold: { pe, simd }, after }, { network, accumulators }, bits) {
  const { layer } = accumulators.get(node);
  const a = network.tensors.get(layer.input).type.bits;
  const w = layer.weightType.bits;
  const step = network.nodes.find((each) => each.kind === 'step' && each.input === layer.output);
  const thresholds = step && after.length > 0 ? step.levels - 1 : 0;
  const multipliers = simd * (2 * Math.ceil((w + a) / 6) - 1) * (w + a);
  const adders = (w + a) * (2 * simd - 1);
  const memory = thresholds * bits * (Math.ceil(layer.outputs / pe / 64) + 1);
  return 300 + 1.1 * pe * (multipliers + adders + bits + memory);
}

function print({ network, accuracy, folding, shapes, bits, own, behavioural, formula }) {
  const figures = (each) => (each ? [each.lut, each.sites, each.ff, each.bram] : ['-', '-', '-', '-']);
  printRow(
    network,
    percent(accuracy),
    folding,
    shapes,
    bits,
    ...figures(own),
    ...figures(behavioural),
    formula,
  );
}

/** By folding and way: the cheapest network at 32 bits over the cheapest at fewer. */
function printReductions(rows, foldings) {
  const ways = {
    'arrays of this project': (row) => row.own.lut,
    'behavioural arrays, parallel thresholds': (row) => row.behavioural?.lut,
    "FINN's formula": (row) => row.formula,
  };
  const lines = [];
  for (const [what, luts] of Object.entries(ways))
    for (const folding of foldings)
      for (const [weights, of] of [
        ['4 bits', (row) => /w4/i.test(row.network)],
        ['any', () => true],
      ]) {
        const kept = rows.filter(
          (row) => row.folding === folding && row.accuracy >= KEPT && of(row) && luts(row),
        );
        const least = (some) =>
          some.reduce((best, row) => (best && luts(best) <= luts(row) ? best : row), undefined);
        const [wide, narrow] = [
          least(kept.filter(({ bits }) => bits === WIDE)),
          least(kept.filter(({ bits }) => bits < WIDE)),
        ];
        if (weights === 'any' && rows.every(({ network }) => /w4/i.test(network))) continue;
        const name = (row) => `${luts(row)} (${row.network}${row.bits === WIDE ? '' : `, ${row.bits} bits`})`;
        lines.push([
          what,
          folding,
          weights,
          name(wide),
          name(narrow),
          `${(luts(wide) / luts(narrow)).toFixed(2)}x`,
        ]);
      }
  console.log(table(['LUTs by', 'folding', 'weights', '32 bits', 'narrow', 'reduction'], lines));
}

function percent(part) {
  return `${(100 * part).toFixed(2)} %`;
}
