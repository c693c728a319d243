/**
 * The analytic resource model: what a planned unit occupies, from its parts and its ROM images, without synthesis.
 * Structure gives the terms (model-terms.ts); FITTED scales them. Refit with scripts/fit-model.mjs;
 * `node scripts/bench.mjs model` publishes the error against Yosys.
 */

import { blockRam } from './model-block-ram.js';
import { dspBlocks } from './model-dsp.js';
import { FITTED } from './model-fit.js';
import { flipFlops } from './model-flip-flops.js';
import { unitTerms } from './model-terms.js';
import type { UnitContents } from './stream.js';
import type { Estimate, Target } from './types.js';

/** Expected resources of a unit; xcup has the LUTs of xc7. */
export function estimateUnit(unit: UnitContents, target: Target): Estimate {
  const fitted = FITTED[target === 'ice40' ? 'ice40' : 'xc7'];
  const terms = unitTerms(unit, fitted.rom, target);
  let [lut, sites] = [0, 0];
  for (const [term, amount] of terms) {
    const [lutScale, siteScale] = fitted.scales[term] ?? [1, 1]; // a term that no layer of the fit has
    lut += lutScale * amount;
    sites += siteScale * amount;
  }
  let ff = 0;
  for (const [module, count] of flipFlops(unit, target)) {
    ff += count;
    sites += (fitted.scales[`${module}.flip_flops`]?.[1] ?? 0) * count; // those that share no LUT's cell
  }
  const bram = blockRam(unit, target);
  if (target !== 'ice40') return { lut, sites, ff, bram, dsp: dspBlocks(unit) };
  // a logic cell has one flip-flop
  return { lut, sites: Math.max(sites, ff), ff, bram, dsp: 0 };
}

/** The sum of several estimates. */
export function totalEstimate(each: readonly Estimate[]): Estimate {
  const sum = (pick: (estimate: Estimate) => number) => each.reduce((total, one) => total + pick(one), 0);
  return {
    lut: sum((one) => one.lut),
    sites: sum((one) => one.sites),
    ff: sum((one) => one.ff),
    bram: sum((one) => one.bram),
    dsp: sum((one) => one.dsp),
  };
}
