import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fold } from '../../src/1-import/types.js';
import {
  chooseFolding,
  divisors,
  type FoldLayer,
  type FoldStage,
  layerOptions,
} from '../../src/5-plan/fold.js';
import { conversionBeats } from '../../src/5-plan/stream.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { dense, signed, unsigned } from '../support/integer-layers.js';

/** Layers of the given widths, first the input's. */
function layers(widths: readonly number[], fixed: readonly (Fold | undefined)[] = []): FoldStage[] {
  return widths.slice(1).map((outputs, k) => {
    const rows = Array.from({ length: outputs }, () => new Array<number>(widths[k]).fill(1));
    const each: FoldLayer = {
      layer: dense(rows, signed(3), { name: `fc${k + 1}` }),
      inputType: unsigned(3),
      accumulatorBits: 12,
      levels: k === widths.length - 2 ? 0 : 8,
      engines: ['folded'],
      target: 'xc7',
      fixed: fixed[k],
    };
    const { name, source } = each.layer;
    return {
      name,
      source,
      from: [k - 1],
      elements: [widths[k]],
      options: (cycles) => layerOptions(each, cycles),
      fixed: fixed[k],
    };
  });
}

/** Foldings of the layers. */
function choicesOf(stages: readonly FoldStage[], elements: number, cycles: number) {
  const { inputLanes, options } = chooseFolding(stages, elements, 3, cycles);
  const choices = options.map(({ choice }) => {
    if (!choice) throw new Error('a layer has no folding');
    return choice;
  });
  return { inputLanes, choices };
}

function refusal(widths: number[], cycles: number, fixed?: (Fold | undefined)[]): string {
  try {
    chooseFolding(layers(widths, fixed), widths[0], 3, cycles);
  } catch (error) {
    if (error instanceof NarrowgateError) return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

test('divisors, in ascending order', () => {
  expect(divisors(1)).toEqual([1]);
  expect(divisors(36)).toEqual([1, 2, 3, 4, 6, 9, 12, 18, 36]);
  for (const n of [7, 64, 97, 784])
    expect(divisors(n).every((d, k, all) => n % d === 0 && !(d <= all[k - 1]))).toBe(true);
});

test('every engine and every converter keeps up, and divides its layer', () => {
  const widths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(widths, fc.integer({ min: 1, max: 400 }), (sizes, cycles) => {
      const { inputLanes, choices: folds } = choicesOf(layers(sizes), sizes[0], cycles);
      expect(sizes[0] % inputLanes).toBe(0);
      expect(sizes[0] / inputLanes).toBeLessThanOrEqual(cycles);
      expect(folds).toHaveLength(sizes.length - 1);
      let lanes = inputLanes;
      folds.forEach(({ pe, simd }, k) => {
        const [inputs, outputs] = [sizes[k], sizes[k + 1]];
        expect(inputs % simd).toBe(0);
        expect(outputs % pe).toBe(0);
        expect((inputs / simd) * (outputs / pe)).toBeLessThanOrEqual(cycles);
        expect(conversionBeats(inputs, lanes, simd)).toBeLessThanOrEqual(cycles);
        lanes = pe;
      });
    }),
    { numRuns: 100 },
  );
});

test('a longer interval never needs more multipliers', () => {
  const multipliers = [1, 8, 64, 512, 4096].map((cycles) =>
    choicesOf(layers([32, 16, 8]), 32, cycles).choices.reduce((sum, { pe, simd }) => sum + pe * simd, 0),
  );
  for (let k = 1; k < multipliers.length; k++) expect(multipliers[k]).toBeLessThanOrEqual(multipliers[k - 1]);
  expect(multipliers[0]).toBe(32 * 16 + 16 * 8);
  expect(multipliers[4]).toBe(4); // two lanes of each layer: half the words of the buffer, and shorter counters
});

describe('fixed folds', () => {
  test('are kept', () => {
    const { choices: folds } = choicesOf(layers([12, 8, 4], [{ pe: 2, simd: 6 }, undefined]), 12, 100);
    expect(folds[0]).toEqual({ engine: 'folded', pe: 2, simd: 6 });
  });

  test('that do not divide are refused', () => {
    expect(refusal([12, 8], 100, [{ pe: 3, simd: 6 }])).toMatch(
      /^fold_invalid: .*fc1.*PE to divide 8 outputs and SIMD to divide 12 inputs, found PE 3 and SIMD 6/,
    );
  });

  test('that are too slow are refused', () => {
    expect(refusal([12, 8, 4], 10, [undefined, { pe: 1, simd: 1 }])).toMatch(
      /^interval_impossible: layer 'fc2' with PE 1 and SIMD 1 needs more than 10 cycles per inference: it takes 32/,
    );
  });
});

test('an interval that no folding reaches is refused: 1009 outputs at once are too many', () => {
  expect(refusal([2, 1009], 1)).toMatch(
    /^interval_impossible: no folding of layer 'fc1' keeps up with 1 cycles per inference: the fastest takes 1009/,
  );
});

describe('a network with branches', () => {
  /** A stage of so many elements without weights, with any lanes that divide them. */
  const move = (name: string, from: number[], elements: number): FoldStage => ({
    name,
    source: { file: 'model.json', path: 'layers[0]' },
    from,
    elements: from.map(() => elements),
    options: () => divisors(elements).map((lanes) => ({ inLanes: lanes, outLanes: lanes, cost: lanes })),
  });

  test('every stage has an option, the longest path is cheapest, and a branch meets the lanes at its ends', () => {
    const [first] = layers([16, 16]);
    const [second] = layers([16, 16]);
    const stages = [
      first,
      { ...second, name: 'branch', from: [0] },
      move('sum', [1, 0], 16),
      move('side', [0], 16),
      move('all', [2, 3], 16),
    ];
    const { options } = chooseFolding(stages, 16, 3, 32);
    expect(options).toHaveLength(5);
    for (const [k, stage] of stages.entries())
      for (const [input, from] of stage.from.entries())
        if (from >= 0)
          expect(
            conversionBeats(stage.elements[input], options[from].outLanes, options[k].inLanes),
          ).toBeLessThanOrEqual(32);
  });
});
