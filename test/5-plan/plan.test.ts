/** Plans of random networks, simulated from their parameters and ROM images, against the golden model. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluate } from '../../src/3-integer/evaluate.js';
import { inputCodes } from '../../src/3-integer/host.js';
import type { IntegerNetwork } from '../../src/3-integer/types.js';
import { boundNetwork } from '../../src/4-bounds/bounds.js';
import { type AccumulatorOptions, foldSum } from '../../src/5-plan/accumulator.js';
import { type PlanOptions, planNetwork } from '../../src/5-plan/plan.js';
import type { Plan } from '../../src/5-plan/types.js';
import { plan as planWrapping } from '../../src/compile.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { chain, dense, signed, step, unsigned } from '../support/integer-layers.js';
import { simulatePlan } from '../support/plan-simulator.js';
import { drawInputs, drawNetwork } from '../support/random-network.js';

const SAMPLES = 10;

function planOrRefusal(network: IntegerNetwork, options: PlanOptions): Plan | undefined {
  try {
    return planNetwork(boundNetwork(network), options);
  } catch (error) {
    if (error instanceof NarrowgateError && error.diagnostics[0].code === 'accumulator_too_narrow')
      return undefined;
    throw error;
  }
}

/** Every tensor that leaves a unit equals the golden model's. */
function expectEqual(network: IntegerNetwork, plan: Plan, codes: Int32Array, count: number): void {
  const overflow = new Map(
    plan.units.flatMap(({ node, accumulator }) =>
      node && accumulator?.overflow === 'wrap' ? [[node, foldSum(accumulator)] as const] : [],
    ),
  );
  const { tensors, output } = evaluate(network, codes, count, overflow);
  const width = codes.length / count;
  for (let n = 0; n < count; n++) {
    const found = simulatePlan(plan, codes.subarray(n * width, (n + 1) * width));
    for (const [name, values] of found) {
      const golden = name === 'port' ? output : (tensors.get(name) ?? []);
      const inOrder = Array.from(golden.slice(n * values.length, (n + 1) * values.length));
      const order = plan.units.find(({ tensor, kind }) => tensor === name && kind === 'dense')?.channelOrder;
      const expected = order ? order.map((channel) => inOrder[channel]) : inOrder;
      expect(values, `${name}, sample ${n}, ${plan.units.map((unit) => unit.requantisation)}`).toEqual(
        expected,
      );
    }
  }
}

function property(
  options: (draw: (max: number) => number) => PlanOptions,
  endsInCodes: boolean,
  layers = 2,
): void {
  let planned = 0;
  fc.assert(
    fc.property(fc.gen(), (g) => {
      const network = drawNetwork(g, { scales: 'any', layers, width: 6, endsInCodes });
      let integer: IntegerNetwork;
      try {
        integer = toInteger(network);
      } catch {
        return; // mixed directions: tested elsewhere
      }
      const plan = planOrRefusal(
        integer,
        options((max) => g(fc.integer, { min: 0, max })),
      );
      if (!plan) return;
      planned++;
      const data = Float32Array.from(drawInputs(g, network, SAMPLES).flat());
      const { codes, count } = inputCodes(integer, { shape: [SAMPLES, network.input.shape[0]], data }, 'x');
      expectEqual(integer, plan, codes, count);
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 100), interruptAfterTimeLimit: 30_000 },
  );
  expect(planned).toBeGreaterThan(25);
}

const POLICIES = [undefined, 'minimal', 'l1', 'datatype', 12] as const;
const cycles = [1, 6, 36];
const refuse = (policy: AccumulatorOptions['policy']): AccumulatorOptions => ({ policy, overflow: 'refuse' });

describe('the hardware’s arithmetic equals the golden model', () => {
  test.each([
    'threshold_search',
    'threshold_parallel',
    'scale_shift',
    'scale_sequential',
    undefined,
  ] as const)('requantisation by %s, any policy and folding', (requantisation) => {
    property(
      (draw) => ({
        target: 'xc7',
        accumulator: refuse(POLICIES[draw(4)]),
        cycles: cycles[draw(2)],
        requantisation,
      }),
      true,
    );
  });

  test('sums that leave, any policy and folding', () => {
    property(
      (draw) => ({ target: 'ice40', accumulator: refuse(POLICIES[draw(4)]), cycles: cycles[draw(2)] }),
      false,
    );
  });

  // One layer: of the layers after a wrapping one see the known gap below.
  test.each([true, false])('accumulators that wrap, ending in codes: %s', (endsInCodes) => {
    property(
      (draw) => ({
        target: 'xc7',
        accumulator: { policy: 1 + draw(7), overflow: 'wrap' },
        cycles: cycles[draw(2)],
      }),
      endsInCodes,
      1,
    );
  });

  test.each([
    ['xc7', true],
    ['xcup', false],
  ] as const)('DSP blocks of %s, any policy and folding, ending in codes: %s', (target, endsInCodes) => {
    property(
      (draw) => ({
        target,
        engine: draw(3) ? 'dsp' : 'auto',
        dspPrice: [0, 50, 240][draw(2)],
        accumulator: refuse(POLICIES[draw(4)]),
        cycles: cycles[draw(2)],
      }),
      endsInCodes,
    );
  });

  test.each([true, false])('DSP blocks, accumulators that wrap, ending in codes: %s', (endsInCodes) => {
    property(
      (draw) => ({
        target: 'xc7',
        engine: 'dsp',
        accumulator: { policy: 1 + draw(7), overflow: 'wrap' },
        cycles: cycles[draw(2)],
      }),
      endsInCodes,
      1,
    );
  });

  test('a step over a full 32-bit range, never, always and in between', () => {
    const thresholds = [
      [-Infinity, -(2 ** 31) + 1, 0],
      [2 ** 31 - 1, Infinity, Infinity],
    ];
    for (const requantisation of [
      'threshold_search',
      'threshold_parallel',
      'scale_shift',
      'scale_sequential',
    ] as const) {
      const network = chain(
        { ...unsigned(16), min: 65535 },
        2,
        [
          dense(
            [
              [-32768, -1],
              [32767, 1],
            ],
            signed(16),
          ),
          step(thresholds),
        ],
        { codes: unsigned(2) },
      );
      const open = {
        ...network,
        tensors: new Map(network.tensors).set('x', { name: 'x', shape: [2], type: unsigned(16) }),
      };
      const plan = planNetwork(boundNetwork(open), {
        target: 'xc7',
        accumulator: refuse('datatype'),
        requantisation,
      });
      const codes = Int32Array.of(0, 0, 65535, 65535, 65535, 0, 0, 65535, 1, 0, 0, 1);
      expectEqual(open, plan, codes, 6);
    }
  });
});

test('an accumulator that may wrap opens the ranges of the layers after it', () => {
  // Without wrapping the sum is never below 0 and the code 1 or 2; the 4-bit sum of 9 wraps to -7, code 0.
  const network = chain(
    unsigned(4),
    2,
    [
      dense([[1, 1]], signed(2)),
      step([[-3, 5]]),
      dense([[7]], signed(4), { name: 'fc2', input: 'codes', output: 'y' }),
    ],
    { codes: unsigned(2) },
  );
  const { plan } = planWrapping(boundNetwork(network), {
    target: 'xc7',
    accumulator: { policy: 4, overflow: 'wrap' },
  });
  const codes = Int32Array.from({ length: 512 }, (_, k) => (k % 2 ? k >> 5 : (k >> 1) & 15));
  expectEqual(network, plan, codes, 256);
});

test.each([
  ['top', 'b'], // the unit's module is called like the top module
  ['x', 'x_array'], // the unit's module is called like the other's array
])('layers called %s and %s give modules of different names', (first, second) => {
  const network = chain(
    unsigned(2),
    2,
    [
      dense([[1, 1]], signed(2), { name: first }),
      step([[1, 2]]),
      dense([[1]], signed(2), { name: second, input: 'codes', output: 'y' }),
    ],
    { codes: unsigned(2) },
  );
  const { units, top } = planNetwork(boundNetwork(network), {
    target: 'xc7',
    accumulator: refuse('minimal'),
  });
  const names = units.flatMap((unit) => [
    unit.module,
    ...(unit.array.length ? [`${unit.module}_array`] : []),
  ]);
  expect(new Set([top, ...names]).size).toBe(names.length + 1);
});
