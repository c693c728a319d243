/**
 * Fit the resource model: synthesise random layers (cached), solve for the scales of the model's terms, write
 * src/5-plan/model-fit.ts and the measurements it rests on (scripts/model-measurements.json).
 *
 * usage: node scripts/fit-model.mjs [count]   (after npm run build; about 3 s per layer on two cores)
 */
import { writeFileSync } from 'node:fs';
import { unitTerms } from '../dist/5-plan/model.js';
import { synthesizeAll } from '../dist/8-resources/index.js';
import { modelUnits } from './model-layers.mjs';

const FIT_SEED = 1; // bench.mjs judges with another
const units = await modelUnits(FIT_SEED, Number(process.argv[2] ?? 80));
const measured = await synthesizeAll(
  units.map(({ job }) => job),
  'xc7',
  { onProgress: (p) => process.stderr.write(`\r${p.done}/${p.total} ${p.seconds.toFixed(1)} s   `) },
);
const rows = units.map(({ unit, job }, k) => ({
  name: job.name,
  terms: unitTerms(unit),
  lut: measured[k].lut,
  sites: measured[k].sites,
  ff: measured[k].ff,
  bram: measured[k].bram,
}));
const kinds = Object.keys(rows[0].terms);

/** Non-negative least squares of relative errors, by coordinate descent. */
function solve(figure) {
  const scale = Object.fromEntries(kinds.map((kind) => [kind, 1]));
  const weight = rows.map((row) => 1 / Math.max(30, row[figure]) ** 2);
  for (let round = 0; round < 3000; round++)
    for (const kind of kinds) {
      let [above, below] = [0, 0];
      rows.forEach((row, k) => {
        const others = kinds.reduce(
          (sum, other) => sum + (other === kind ? 0 : scale[other] * row.terms[other]),
          0,
        );
        above += weight[k] * row.terms[kind] * (row[figure] - others);
        below += weight[k] * row.terms[kind] ** 2;
      });
      if (below > 0) scale[kind] = Math.max(0, above / below);
    }
  return kinds.map((kind) => `    ${kind}: ${Number(scale[kind].toFixed(3))},`).join('\n');
}
const text = `/** Scales of the model's terms (model.ts), written by scripts/fit-model.mjs, not by hand. */
export const FITTED: Readonly<Record<'lut' | 'sites', Readonly<Record<string, number>>>> = {
  lut: {
${solve('lut')}
  },
  sites: {
${solve('sites')}
  },
};
`;
writeFileSync('src/5-plan/model-fit.ts', text);
console.log(text);
writeFileSync('scripts/model-measurements.json', `${JSON.stringify(rows, undefined, 1)}\n`);
