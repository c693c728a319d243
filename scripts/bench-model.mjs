/** Error of the resource model against Yosys, over layers that were not used to fit it. */
import { estimateUnit } from '../dist/5-plan/model.js';
import { synthesizeAll } from '../dist/8-resources/index.js';
import { modelUnits } from './model-layers.mjs';

const JUDGE_SEED = 20; // fit-model.mjs fits with another

export async function measureModel(count = 64) {
  const units = await modelUnits(JUDGE_SEED, count);
  const measured = await synthesizeAll(
    units.map(({ job }) => job),
    'xc7',
  );
  const cases = units.map(({ unit, job }, k) => {
    const { lut, sites, ff, bram } = estimateUnit(unit, 'xc7');
    const error = Math.abs(lut - measured[k].lut) / measured[k].lut;
    return {
      name: job.name,
      unit,
      lut,
      error,
      sites: Math.abs(sites - measured[k].sites) / measured[k].sites,
      ff: Math.abs(ff - measured[k].ff) / measured[k].ff,
      bram: bram - measured[k].bram,
      found: measured[k],
    };
  });
  const sorted = (pick) => cases.map(pick).sort((a, b) => a - b);
  const at = (values, part) => `${(100 * values[Math.floor(part * (values.length - 1))]).toFixed(1)} %`;
  const [lut, sites, ff] = ['error', 'sites', 'ff'].map((key) => sorted((each) => each[key]));
  console.log(`\n## Resource model against Yosys: ${count} layers that were not used to fit it (xc7)\n`);
  console.log('| resource | median error | 90th percentile | largest |\n| --- | --- | --- | --- |');
  console.log(`| LUT | ${at(lut, 0.5)} | ${at(lut, 0.9)} | ${at(lut, 1)} |`);
  console.log(`| sites | ${at(sites, 0.5)} | ${at(sites, 0.9)} | ${at(sites, 1)} |`);
  console.log(`| FF | ${at(ff, 0.5)} | ${at(ff, 0.9)} | ${at(ff, 1)} |`);
  console.log(`\nBlock RAM is exact in ${cases.filter(({ bram }) => bram === 0).length} of ${count} layers.`);
  if (process.env.NARROWGATE_DEBUG)
    for (const each of cases.sort((a, b) => b.error - a.error).slice(0, 25))
      console.error(
        each.name,
        each.unit.requantisation,
        JSON.stringify(each.unit.accumulator?.bits),
        Math.round(each.lut),
        each.found.lut,
        `bram ${each.found.bram} ${each.bram}`,
      );
}
