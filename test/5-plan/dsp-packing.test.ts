/** Packings of any rows: the fields of the packed sum are the neurons' own sums, and the words fit a DSP block. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundDense } from '../../src/4-bounds/bounds.js';
import { planAccumulator } from '../../src/5-plan/accumulator.js';
import { dspEngine } from '../../src/5-plan/engines/dsp.js';
import { blocksOf, DSP_PORT_BITS, packings } from '../../src/5-plan/engines/dsp-packing.js';
import type { PlannedLayer } from '../../src/5-plan/engines/types.js';
import { divisors } from '../../src/5-plan/fold.js';
import { bipolar, dense, signed, unsigned } from '../support/integer-layers.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
const TYPES = [unsigned(1), unsigned(2), unsigned(4), unsigned(8), signed(2), signed(4), signed(16), bipolar];
const WEIGHTS = [signed(2, true), signed(3), signed(4), signed(8), signed(16), unsigned(3), bipolar];
const POLICIES = ['minimal', 'l1', 'datatype', 3, 20] as const;

/** A layer of any types and ranges, with its accumulator; narrow ones wrap. */
const layers = fc.gen().map((g) => {
  const integer = (min: number, max: number) => g(fc.integer, { min, max });
  const inputType = TYPES[integer(0, TYPES.length - 1)];
  const weightType = WEIGHTS[integer(0, WEIGHTS.length - 1)];
  const [inputs, outputs] = [integer(1, 12), integer(1, 12)];
  const code = () => {
    if (weightType.encoding === 'bipolar') return 2 * integer(0, 1) - 1;
    return [weightType.min, weightType.max, integer(weightType.min, weightType.max)][integer(0, 2)];
  };
  const rows = Array.from({ length: outputs }, () => Array.from({ length: inputs }, code));
  const inputRanges = Array.from({ length: inputs }, () => {
    if (inputType.encoding === 'bipolar' || integer(0, 1)) return { min: inputType.min, max: inputType.max };
    const ends = [integer(inputType.min, inputType.max), integer(inputType.min, inputType.max)];
    return { min: Math.min(...ends), max: Math.max(...ends) };
  });
  const layer = dense(rows, weightType);
  const bounded = boundDense(layer, inputRanges, inputType);
  const accumulator = planAccumulator(bounded, inputType, integer(0, 1) === 1, {
    policy: POLICIES[integer(0, POLICIES.length - 1)],
    overflow: 'wrap',
  });
  const portBits = DSP_PORT_BITS[integer(0, 1) ? 'xc7' : 'xcup'];
  const dsp = { portBits, price: [0, 30, 240][integer(0, 2)] };
  const atMost = accumulator.bits;
  const planned: PlannedLayer = {
    ...{ layer, inputType, accumulator, atMost, inputRanges, ranges: bounded.ranges, dsp },
  };
  const [pe, simd] = [divisors(outputs), divisors(inputs)].map((each) => each[integer(0, each.length - 1)]);
  const vectors = Array.from({ length: 6 }, (_, n) =>
    inputRanges.map(({ min, max }, i) => {
      const end = n < 4 ? n : integer(0, 3);
      if (end > 1) return end === 2 ? min : max;
      return rows[integer(0, outputs - 1)][i] > 0 === (end === 0) ? max : min;
    }),
  );
  return { planned, pe, simd, portBits, rows, vectors };
});

/** Number of cases that had several lanes, so that a law about lanes is not about none. */
let shared = 0;

describe('packings of any layer', () => {
  test('words fit the ports, and every lane’s sum comes out of the packed sum alone', () => {
    shared = 0;
    fc.assert(
      fc.property(layers, ({ planned, pe, simd, portBits, rows, vectors }) => {
        for (const packing of packings(planned, pe, simd, portBits)) {
          const { lanes, field, digitBits, split, start } = packing;
          if (lanes > 1) shared++;
          expect((lanes - 1) * field + digitBits).toBeLessThanOrEqual(portBits);
          expect(lanes * field).toBeLessThanOrEqual(48);
          expect(lanes).toBeLessThanOrEqual(pe);
          expect(blocksOf(packing, pe, simd)).toBe(Math.ceil(pe / lanes) * simd);
          const size = 1n << BigInt(field);
          for (const x of vectors)
            for (let first = 0; first + lanes <= rows.length; first += lanes) {
              const group = rows.slice(first, first + lanes);
              const terms = split ? simd : x.length;
              for (let from = 0; from < x.length; from += terms) {
                // one word per input, as the multiplier takes it; all sums modulo 2^48, as the block keeps them
                let packed = group.reduce((sum, _, l) => sum + (BigInt(start) << BigInt(l * field)), 0n);
                for (let i = from; i < from + terms; i++) {
                  const word = group.reduce((sum, row, l) => sum + (BigInt(row[i]) << BigInt(l * field)), 0n);
                  packed = BigInt.asUintN(48, packed + word * BigInt(x[i]));
                }
                group.forEach((row, l) => {
                  let sum = 0n;
                  for (let i = from; i < from + terms; i++) sum += BigInt(row[i]) * BigInt(x[i]);
                  const expected = BigInt(start) + sum;
                  if (lanes > 1) expect(expected >= 0n && expected < size).toBe(true);
                  expect(BigInt.asUintN(field, packed >> BigInt(l * field))).toBe(
                    BigInt.asUintN(field, expected),
                  );
                });
              }
            }
        }
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: 60_000 },
    );
    expect(shared).toBeGreaterThan(50);
  });

  test('digits side by side are the packed weights', () => {
    shared = 0;
    fc.assert(
      fc.property(layers, ({ planned, pe, simd, rows }) => {
        const { array, memories } = dspEngine(planned, { pe, simd }, 'm');
        const number = (name: string) => Number(array[1].parameters.get(name));
        const [lanes, field, digit] = ['LANES', 'FIELD', 'DIGIT_W'].map(number);
        if (lanes > 1) shared++;
        const inputs = rows[0].length;
        memories.forEach(({ words, width }, index) => {
          expect(width).toBe(lanes * digit);
          const [group, position] = [Math.floor(index / simd), index % simd];
          words.forEach((word, at) => {
            const fold = Math.floor(at / (inputs / simd));
            const input = (at % (inputs / simd)) * simd + position;
            let [found, expected] = [0n, 0n];
            for (let l = 0; l < lanes; l++) {
              const neuron = group * lanes + l;
              const weight = neuron < pe ? rows[fold * pe + neuron][input] : 0;
              expected += BigInt(weight) << BigInt(l * field);
              const own = BigInt.asIntN(digit, BigInt(`0x${word}`) >> BigInt(l * digit));
              found += (l < lanes - 1 ? BigInt.asUintN(field, own) : own) << BigInt(l * field);
            }
            expect(found).toBe(expected);
          });
        });
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: 60_000 },
    );
    expect(shared).toBeGreaterThan(20);
  });
});

test('narrower accumulators buy lanes', () => {
  const rows = Array.from({ length: 8 }, (_, o) => Array.from({ length: 16 }, (__, i) => ((o + i) % 3) - 1));
  const lanesAt = (policy: number | 'minimal') => {
    const layer = dense(rows, signed(2));
    const inputRanges = rows[0].map(() => ({ min: 0, max: 3 }));
    const bounded = boundDense(layer, inputRanges, unsigned(2));
    const accumulator = planAccumulator(bounded, unsigned(2), false, { policy, overflow: 'refuse' });
    const atMost = accumulator.bits;
    const planned = {
      ...{ layer, inputType: unsigned(2), accumulator, atMost, inputRanges, ranges: bounded.ranges },
    };
    return packings(planned, 8, 1, 25)[0].lanes;
  };
  expect([lanesAt('minimal'), lanesAt(11), lanesAt(23), lanesAt(32)]).toEqual([4, 3, 2, 1]);
});
