/** Error of the resource model against Yosys, over layers that were not used to fit it. */
import { readFileSync } from 'node:fs';
import { estimateUnit } from '../dist/5-plan/model.js';
import { synthesizeAll } from '../dist/8-resources/index.js';
import { printHead, printRow } from './markdown-table.mjs';
import { JUDGE_SEED, modelUnits } from './model-layers.mjs';

const RESOURCES = [
  ['lut', 'LUT', 'LUT4'],
  ['sites', 'sites', 'logic cells'],
  ['ff', 'FF', 'FF'],
];

export async function measureModel(count = 72) {
  const units = await modelUnits(JUDGE_SEED, count);
  const fitted = new Set(JSON.parse(readFileSync('scripts/model-measurements.json')).map(({ hash }) => hash));
  const known = units.filter(({ hash }) => fitted.has(hash)).length;
  if (known > 0) throw new Error(`${known} of the layers were used to fit the model`);
  for (const target of ['xc7', 'ice40']) await judge(target, units);
}

async function judge(target, units) {
  const measured = await synthesizeAll(
    units.map(({ job }) => job),
    target,
    { workers: 1 },
  );
  const cases = units.map(({ unit, job }, k) => {
    const [found, estimate] = [measured[k], estimateUnit(unit, target)];
    const errors = Object.fromEntries(
      RESOURCES.map(([key]) => [key, Math.abs(estimate[key] - found[key]) / Math.max(1, found[key])]),
    );
    return { job, unit, found, estimate, errors };
  });
  const percent = (value) => `${(100 * value).toFixed(1)} %`;
  console.log(
    `\n## Resource model against Yosys: ${cases.length} layers that were not used to fit it (${target})\n`,
  );
  printHead('resource | median error | 90th percentile | largest');
  for (const [key, xilinx, ice40] of RESOURCES) {
    const sorted = cases.map(({ errors }) => errors[key]).sort((a, b) => a - b);
    const at = (share) => percent(sorted[Math.ceil(share * sorted.length) - 1]);
    const name = target === 'ice40' ? ice40 : xilinx;
    printRow(name, at(0.5), at(0.9), at(1));
  }
  const sizes = cases.map(({ found }) => found.lut).sort((a, b) => a - b);
  const number = (pick) => cases.filter(({ unit }) => pick(unit)).length;
  const exact = cases.filter(({ found, estimate }) => found.bram === estimate.bram).length;
  const sum = (pick) => cases.reduce((total, each) => total + pick(each), 0);
  const off = sum(({ estimate }) => estimate.lut) / sum(({ found }) => found.lut) - 1;
  console.log(
    `\nThe layers have ${sizes[0]} to ${sizes[sizes.length - 1].toLocaleString('en')} LUTs (median ` +
      `${sizes[sizes.length >> 1]}); ${number(({ engine }) => engine === 'unrolled')} are unrolled, ` +
      `${number(({ requantisation }) => requantisation === 'threshold_sequential')} have sequential thresholds. ` +
      `All together are estimated ${off < 0 ? '' : '+'}${percent(off)}. Block RAM is exact in ${exact} of ${cases.length}.`,
  );
  if (process.env.NARROWGATE_DEBUG)
    for (const { job, found, estimate, errors } of cases
      .sort((a, b) => b.errors.lut - a.errors.lut)
      .slice(0, 15))
      console.error(
        percent(errors.lut),
        found.lut,
        Math.round(estimate.lut),
        job.name,
        found.bram,
        estimate.bram,
      );
}
