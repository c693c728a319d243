/** What the ways to build a step function cost, and how wide the constants of its channels are. */
import { estimateUnit } from './model.js';
import type { RequantisationPlan } from './requantise.js';
import type { RequantisationReport, Spread, Target } from './types.js';

/** Costs by the resource model, of the step function alone. */
export function requantisationReport(
  { ways, lines }: RequantisationPlan,
  target: Target,
): RequantisationReport {
  return {
    ways: ways.map(({ way, part, memories }) => ({
      way,
      estimate: estimateUnit(
        { before: [], array: [], after: [part], memories: memories(), generated: [] },
        target,
      ),
    })),
    ...(lines && {
      constants: {
        shift: lines.shift,
        multiplierBits: lines.multiplierBits,
        biasBits: lines.biasBits - lines.zeros,
        extraBits: extraBits(lines.extras, lines.zeros),
        ownMultiplierBits: spreadOf(lines.rows.map(({ multiplierBits }) => multiplierBits)),
        ownShift: spreadOf(lines.rows.map(({ shift }) => shift)),
      },
    }),
  };
}

function extraBits(extras: Float64Array, zeros: number): number {
  const most = extras.reduce((a, b) => Math.max(a, b), 0) / 2 ** zeros;
  return Math.ceil(Math.log2(most + 1));
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted[sorted.length - 1] };
}
