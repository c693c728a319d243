import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IntegerDense, IntegerType } from '../../src/3-integer/types.js';
import { boundDense } from '../../src/4-bounds/bounds.js';
import {
  type AccumulatorOptions,
  foldSum,
  initialField,
  orderOfSum,
  planAccumulator,
} from '../../src/5-plan/accumulator.js';
import type { PlannedAccumulator } from '../../src/5-plan/types.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import type { Interval } from '../../src/shared/interval.js';
import { bipolar, dense, signed, unsigned } from '../support/integer-layers.js';

function plan(
  layer: IntegerDense,
  input: IntegerType,
  policy: AccumulatorOptions['policy'],
  { overflow = 'refuse', leaves = false }: { overflow?: 'refuse' | 'wrap'; leaves?: boolean } = {},
): PlannedAccumulator {
  const ranges = new Array<Interval>(layer.inputs).fill({ min: input.min, max: input.max });
  return planAccumulator(boundDense(layer, ranges, input), input, leaves, { policy, overflow });
}

/** Sums 0 .. 60 and -15 .. 45: exact 7 bits, span 7 (76 values); data type 9. */
const layer = dense(
  [
    [3, 1],
    [-1, 3],
  ],
  signed(3),
);
/** Sums 0 .. 45: exact 7 bits, span 6. */
const positive = dense([[3, 0]], signed(3));

describe('policies', () => {
  test.each([
    ['minimal', 7],
    ['l1', 8],
    ['datatype', 9],
    [20, 20],
    [undefined, 7],
  ] as const)('%s gives %i bits', (policy, bits) => {
    expect(plan(layer, unsigned(4), policy)).toMatchObject({
      bits,
      signed: true,
      step: 1,
      offset: 0,
      min: -15,
      max: 60,
      overflow: 'none',
    });
  });

  test('minimal moves the zero where that saves a bit, unless the sums leave', () => {
    expect(plan(positive, unsigned(4), 'minimal')).toMatchObject({ bits: 6, signed: false, offset: 0 });
    expect(plan(positive, unsigned(4), 'minimal', { leaves: true })).toMatchObject({ bits: 7, signed: true });
    const negative = dense([[-3, 0]], signed(3));
    expect(plan(negative, unsigned(4), 'minimal')).toMatchObject({ bits: 6, signed: false, offset: -45 });
  });

  test('bipolar products are counted: the field steps by two', () => {
    const counted = plan(dense([[1, -1, 1, 1]], bipolar), bipolar, 'minimal');
    expect(counted).toMatchObject({ bits: 3, signed: false, step: 2, offset: -4 });
    expect(initialField(counted, 4)).toBe(0);
  });

  test('the model’s own request counts when no policy is given', () => {
    const requested = { ...layer, accumulator: { bits: 11, overflow: 'refuse' } as const };
    expect(plan(requested, unsigned(4), undefined).bits).toBe(11);
    expect(plan(requested, unsigned(4), 'minimal').bits).toBe(7);
  });
});

describe('too few bits', () => {
  test('are refused with layer, channel, range and witness', () => {
    expect(() => plan(layer, unsigned(4), 5)).toThrow(NarrowgateError);
    expect(() => plan(layer, unsigned(4), 5)).toThrow(
      "accumulator_too_narrow: layer 'fc1' needs a 7-bit accumulator, 5 bits were asked for: " +
        'channel 0 spans 0 .. 60, reached by inputs [15, 15] for the maximum',
    );
  });

  test('are refused when only the channels together need more', () => {
    const both = dense([[3], [-3]], signed(3)); // 0 .. 45 and -45 .. 0: 6 bits each, 91 values together
    expect(() => plan(both, unsigned(4), 6)).toThrow(/needs a 7-bit accumulator/);
    expect(plan(both, unsigned(4), 7).bits).toBe(7);
  });

  test('wrap when that is asked for', () => {
    const wrapped = plan(layer, unsigned(4), 5, { overflow: 'wrap' });
    expect(wrapped).toMatchObject({ bits: 5, signed: true, offset: 0, overflow: 'wrap' });
    const sums = [0, 15, 16, 31, 32, 60, -15, -16, -17];
    expect(sums.map(foldSum(wrapped)).map((x) => x + 0)).toEqual([0, 15, -16, -1, 0, -4, -15, -16, 15]);
  });

  test('a width that just holds the span does not wrap', () => {
    expect(plan(positive, unsigned(4), 6, { overflow: 'wrap' }).overflow).toBe('none');
    expect(plan(positive, unsigned(4), 5, { overflow: 'wrap' }).overflow).toBe('wrap');
  });
});

const accumulators = fc.record({
  weights: fc.array(fc.integer({ min: -8, max: 7 }), { minLength: 1, maxLength: 6 }),
  binary: fc.boolean(),
  policy: fc.constantFrom('minimal', 'l1', 'datatype', 3, 6, 14) as fc.Arbitrary<
    AccumulatorOptions['policy']
  >,
  leaves: fc.boolean(),
});

test('field and sum: in order, distinct where nothing wraps, modulo 2^bits where it does', () => {
  fc.assert(
    fc.property(accumulators, ({ weights, binary, policy, leaves }) => {
      const row = binary ? weights.map((w) => (w < 0 ? -1 : 1)) : weights;
      const [input, type] = binary ? [bipolar, bipolar] : [unsigned(3), signed(4)];
      const accumulator = plan(dense([row], type), input, policy, { overflow: 'wrap', leaves });
      const { min, max, step, bits } = accumulator;
      const fold = foldSum(accumulator);
      const size = 2 ** bits;
      const start = initialField(accumulator, row.length);
      expect(start >= 0 && start < size && Number.isInteger(start)).toBe(true);
      let previous = Number.NEGATIVE_INFINITY;
      for (let sum = min; sum <= max; sum += step) {
        const folded = fold(sum);
        const order = orderOfSum(accumulator, folded, 0);
        expect(order >= 0 && order < size && Number.isInteger(order)).toBe(true);
        expect(((sum - folded) / step) % size).toBeCloseTo(0, 20);
        if (accumulator.overflow === 'wrap') continue;
        expect(folded).toBe(sum);
        expect(order).toBeGreaterThan(previous);
        previous = order;
      }
    }),
    { numRuns: 300 },
  );
});
