/**
 * Fit the resource model: synthesise random layers (cached) and random ROMs, solve for the scales of the model's terms
 * module by module, write src/5-plan/model-fit.ts and the measurements it rests on (scripts/model-measurements.json).
 * Prints the error on layers left out of the fit in turn; scripts/bench-model.mjs judges by layers of another seed.
 *
 * usage: node scripts/fit-model.mjs [count]   (after npm run build; with an empty cache about half an hour on one core)
 */
import { writeFileSync } from 'node:fs';
import { flipFlops } from '../dist/5-plan/model-flip-flops.js';
import { unitTerms } from '../dist/5-plan/model-terms.js';
import { laneUnits } from './model-lanes.mjs';
import { FIT_SEED, modelUnits } from './model-layers.mjs';
import { romTable } from './model-roms.mjs';
import { solveScales, totalOf } from './model-solve.mjs';
import { synthesizeParts } from './model-synthesis.mjs';

const units = [...(await modelUnits(FIT_SEED, Number(process.argv[2] ?? 130), true)), ...laneUnits()];
const progress = (done, total) => {
  if (done === total || done % 20 === 0) process.stderr.write(`${done} of ${total}\n`);
};
const fits = {};
const measurements = [];
for (const target of ['xc7', 'ice40']) {
  const rom = await romTable(target);
  const measured = await synthesizeParts(
    units.map(({ job }) => job),
    target,
    progress,
  );
  const rows = units.map(({ unit, job, hash }, k) => ({
    name: job.name,
    kind: unit.kind,
    hash,
    parts: measured[k],
    terms: Object.fromEntries(unitTerms(unit, rom, target)),
    flipFlops: Object.fromEntries(flipFlops(unit, target)),
  }));
  fits[target] = { rom, scales: solveScales(rows, target) };
  report(target, rows);
  for (const [k, row] of rows.entries()) {
    measurements[k] ??= { name: row.name, hash: row.hash };
    measurements[k][target] = row.parts;
  }
}

/** Ten times, a tenth of the layers is left out of the fit and estimated. */
function report(target, rows) {
  const errors = { lut: [], sites: [], ff: [] };
  for (let part = 0; part < 10; part++) {
    const left = rows.filter((_, k) => k % 10 === part);
    const scales = solveScales(
      rows.filter((_, k) => k % 10 !== part),
      target,
    );
    for (const row of left.filter(({ kind }) => kind === 'dense'))
      for (const figure of Object.keys(errors)) {
        const found = totalOf(row.parts, figure);
        errors[figure].push([Math.abs(estimate(row, scales, figure) / found - 1), row, found]);
      }
  }
  for (const [figure, list] of Object.entries(errors)) {
    list.sort(([a], [b]) => a - b);
    const at = (share) => `${(100 * list[Math.floor(share * (list.length - 1))][0]).toFixed(1)} %`;
    console.log(`${target} ${figure}: median ${at(0.5)}, 90th percentile ${at(0.9)}, largest ${at(1)}`);
    if (process.env.NARROWGATE_DEBUG)
      for (const [error, row, found] of list.slice(-12))
        console.log((100 * error).toFixed(1), found, row.name);
  }
}

function estimate(row, scales, figure) {
  if (figure === 'ff') return Object.values(row.flipFlops).reduce((sum, count) => sum + count, 0);
  const at = figure === 'lut' ? 0 : 1;
  let sum = 0;
  for (const [term, amount] of Object.entries(row.terms)) sum += (scales[term]?.[at] ?? 1) * amount;
  for (const [module, count] of Object.entries(row.flipFlops))
    sum += (scales[`${module}.flip_flops`]?.[at] ?? 0) * count;
  return sum;
}

const text = (target) => {
  const { rom, scales } = fits[target];
  const list = (values) => `[${values.join(', ')}]`;
  const lines = Object.entries(scales).map(([term, pair]) => `      '${term}': ${list(pair)},`);
  return `  ${target}: {
    rom: {
      one: ${rom.one},
      depths: ${list(rom.depths)},
      even: ${list(rom.even)},
      skewed: ${list(rom.skewed)},
      columns: ${rom.columns},
      sharing: ${rom.sharing},
    },
    scales: {
${lines.join('\n')}
    },
  },`;
};
writeFileSync(
  'src/5-plan/model-fit.ts',
  `/** Scales of the model's terms (model-terms.ts), written by scripts/fit-model.mjs, not by hand. */

/** LUTs for each column of a ROM, by its depth. */
export interface RomTable {
  readonly one: number; // up to this depth a column is one LUT
  readonly depths: readonly number[]; // beyond, ascending
  readonly even: readonly number[]; // [depths], half of the bits are 1
  readonly skewed: readonly number[]; // [depths], a fifth of them are
  readonly columns: number; // of the ROMs in the table
  readonly sharing: number; // LUTs a column fall with this power of the number of columns
}

export interface Fit {
  readonly rom: RomTable;
  readonly scales: Readonly<Record<string, readonly [lut: number, sites: number]>>;
}

export const FITTED: Readonly<Record<'xc7' | 'ice40', Fit>> = {
${text('xc7')}
${text('ice40')}
};
`,
);
writeFileSync(
  'scripts/model-measurements.json',
  `[\n${measurements.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`,
);
