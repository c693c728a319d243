/**
 * The analytic resource model: what a planned unit occupies, from its parts and its ROM images, without synthesis.
 * Structure gives the terms (model-terms.ts); FITTED scales them. Refit with scripts/fit-model.mjs;
 * `node scripts/bench.mjs model` publishes the error against Yosys.
 */

import { blockRam } from './model-block-ram.js';
import { dspBlocks } from './model-dsp.js';
import { FITTED } from './model-fit.js';
import { flipFlops } from './model-flip-flops.js';
import { type Terms, unitTerms } from './model-terms.js';
import type { UnitContents } from './stream.js';
import type { Estimate, Target } from './types.js';

/** Expected resources of a unit; xcup has the LUTs of xc7. */
export function estimateUnit(unit: UnitContents, target: Target): Estimate {
  const fitted = fittedFor(target);
  const { lut, sites } = scaleTerms(unitTerms(unit, fitted.rom, target), target);
  let [ff, alone] = [0, 0]; // alone: those that share no LUT's cell
  for (const [module, count] of flipFlops(unit, target)) {
    ff += count;
    alone += (fitted.scales[`${module}.flip_flops`]?.[1] ?? 0) * count;
  }
  const ice40 = target === 'ice40';
  const least = ice40 ? Math.max(lut, ff) : lut; // a site holds one LUT, a logic cell one flip-flop beside it
  return {
    lut,
    sites: Math.max(sites + alone, least),
    ff,
    bram: blockRam(unit, target),
    dsp: ice40 ? 0 : dspBlocks(unit),
  };
}

/** LUTs and sites of terms, by the fit. */
export function scaleTerms(terms: Terms, target: Target): { lut: number; sites: number } {
  const { scales } = fittedFor(target);
  let [lut, sites] = [0, 0];
  for (const [term, amount] of terms) {
    const [lutScale, siteScale] = scales[term] ?? [1, 1]; // a term that no layer of the fit has
    lut += lutScale * amount;
    sites += siteScale * amount;
  }
  return { lut, sites };
}

/** The fit of a target. */
export function fittedFor(target: Target) {
  return FITTED[target === 'ice40' ? 'ice40' : 'xc7'];
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
