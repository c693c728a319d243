/** Small builds in both simulators: bit-exact, at the planned speed, compiled once. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkCertificate } from '../../src/certificate-checker/check.js';
import { BOTH, check, record, Workshop } from './verify-build.js';
import {
  BIPOLAR,
  BIPOLAR_CODES,
  INTEGER,
  INTEGER_CODES,
  POSITIVE,
  SELECTING,
  UNEVEN,
} from './verify-models.js';

const TINY = join(import.meta.dirname, '../../examples/tiny-mlp/model.json');
const workshop = new Workshop();
afterAll(() => workshop.remove());

test.each([
  { name: 'integer codes', model: INTEGER, codes: INTEGER_CODES },
  { name: 'positive sums', model: POSITIVE, codes: INTEGER_CODES },
])('unrolled layers of $name give one inference per cycle', async ({ model, codes }) => {
  const directory = await workshop.build(model, { cycles: 1 });
  expect(record(directory).cycles.interval).toBe(1);
  expect(record(directory).layers.some(({ engine }) => engine === 'unrolled')).toBe(true);
  for (const stall of [0, 40]) {
    const verdict = await check(directory, codes, { stall, samples: 60, trace: true });
    expect(verdict).toMatchObject({ passed: true, mismatches: 0, cycles: record(directory).cycles });
    for (const each of verdict.simulators) expect(each.witnessVectors).toBeGreaterThan(0);
  }
});

describe('processing elements with accumulators of their own width', () => {
  test.each([
    { simd: 8, stall: 0 },
    { simd: 4, stall: 40 },
    { simd: 1, stall: 25 },
  ])('channels in another order, SIMD $simd, stalls of $stall percent', async ({ simd, stall }) => {
    const folds = new Map([
      ['hidden', { pe: 2, simd }],
      ['scores', { pe: 3, simd: 2 }],
    ]);
    const directory = await workshop.build(UNEVEN, { folds });
    const [, { accumulator, channelOrder = [] }] = record(directory).units;
    const [narrow, wide] = [...(accumulator?.perPe ?? [])].sort((a, b) => a - b);
    expect(narrow).toBeLessThan(wide);
    expect(channelOrder).not.toEqual([0, 1, 2, 3]);
    expect([...channelOrder].sort()).toEqual([0, 1, 2, 3]);
    const verdict = await check(directory, INTEGER_CODES, { stall, samples: 60, trace: true });
    expect(verdict).toMatchObject({ passed: true, mismatches: 0, cycles: record(directory).cycles });
    expect(verdict.simulators.map(({ simulator }) => simulator)).toEqual(BOTH);
    for (const each of verdict.simulators) expect(each.witnessVectors).toBeGreaterThan(0);
  });
});

describe.each([
  { name: 'tiny-mlp', model: TINY, codes: INTEGER_CODES, layers: 2 },
  { name: 'bipolar', model: BIPOLAR, codes: BIPOLAR_CODES, layers: 3 },
])('$name', ({ model, codes, layers }) => {
  let directory: string;
  beforeAll(async () => {
    directory = await workshop.build(model);
  });

  test.each([
    { stall: 0, seed: 1 },
    { stall: 25, seed: 1 },
    { stall: 25, seed: 4711 },
    { stall: 60, seed: 0 },
    { stall: 60, seed: 2 ** 31 - 1 },
  ])('passes with stalls of $stall percent, seed $seed', async ({ stall, seed }) => {
    const { cycles } = record(directory);
    const verdict = await check(directory, codes, { stall, seed, samples: 40, trace: true });
    expect(verdict).toMatchObject({ passed: true, vectors: 40, mismatches: 0, cycles });
    expect(verdict.firstMismatch).toBeUndefined();
    expect(verdict.simulators.map(({ simulator }) => simulator)).toEqual(BOTH);
    for (const each of verdict.simulators) {
      expect(each).toMatchObject({ vectors: 40, mismatches: 0, witnessMismatches: 0 });
      expect(each.cycles).toEqual(each.simulator === 'verilator' ? cycles : undefined);
      expect(each.witnessVectors).toBeGreaterThanOrEqual(4 * layers);
      expect(each.problem).toBeUndefined();
    }
  });

  test('other inputs do not compile anew', async () => {
    await check(directory, codes);
    const stamps = () =>
      BOTH.map((simulator) => {
        const file = join(directory, 'sim', simulator, 'stamp');
        return [readFileSync(file, 'utf8'), statSync(file).mtimeMs];
      });
    const before = stamps();
    const verdict = await check(directory, codes.slice(1), { samples: 9 });
    expect(verdict.passed).toBe(true);
    expect(verdict.simulators.map(({ compiled }) => compiled)).toEqual([false, false]);
    expect(stamps()).toEqual(before);
  });

  test('more vectors than samples repeat the samples', async () => {
    const counts = { verilator: 50, icarus: 7 };
    const verdict = await check(directory, codes, { samples: 3, counts });
    expect(verdict.passed).toBe(true);
    expect(verdict.simulators.map(({ vectors }) => vectors)).toEqual([50, 7]);
  });
});

test.each([
  { counted: [8, 12], signed_weights: [3, 8], ternary: [2, 6], unsigned_weights: [4, 2], scores: [1, 4] },
  { counted: [4, 24], signed_weights: [3, 4], ternary: [6, 3], unsigned_weights: [2, 6], scores: [1, 2] },
  { counted: [2, 12], signed_weights: [2, 2], ternary: [3, 1], unsigned_weights: [1, 3], scores: [3, 1] },
] as const)(
  'bipolar codes and weights of every kind, $counted $signed_weights $ternary $unsigned_weights $scores',
  async (fold) => {
    const folds = new Map(Object.entries(fold).map(([name, [pe, simd]]) => [name, { pe, simd }]));
    for (const [policy, overflow] of [
      ['minimal', 'refuse'],
      ['datatype', 'refuse'],
      [3, 'wrap'],
    ] as const) {
      const directory = await workshop.build(SELECTING, { folds, accumulator: { policy, overflow } });
      expect(record(directory).layers.every(({ engine }) => engine === 'folded')).toBe(true);
      const { cycles } = record(directory);
      const verdict = await check(directory, BIPOLAR_CODES, { samples: 40, trace: true });
      expect(verdict).toMatchObject({ passed: true, mismatches: 0, cycles });
      expect(checkCertificate(directory)).toMatchObject({ valid: true, problems: [] });
    }
  },
);

/** Fold files for both networks; every layer has its line. */
const FOLDS = [
  { model: INTEGER, fold: { hidden: [4, 2], scores: [1, 2] } },
  { model: INTEGER, fold: { hidden: [1, 8], scores: [3, 1] } },
  { model: INTEGER, fold: { hidden: [1, 1], scores: [1, 1] } },
  { model: INTEGER, fold: { hidden: [2, 1], scores: [3, 4] } },
  { model: BIPOLAR, fold: { first: [2, 3], second: [4, 1], scores: [1, 4] } },
  { model: BIPOLAR, fold: { first: [3, 4], second: [1, 2], scores: [3, 2] } },
  { model: BIPOLAR, fold: { first: [6, 1], second: [2, 6], scores: [1, 1] } },
] as const;

describe('DSP blocks: bit-exact, also at the ends of every accumulator, at the planned speed', () => {
  test.each(FOLDS)('$model.name, $fold', async ({ model, fold }) => {
    const folds = new Map(Object.entries(fold).map(([name, [pe, simd]]) => [name, { pe, simd }]));
    const directory = await workshop.build(model, { folds, engine: 'dsp' });
    const { cycles, layers } = record(directory);
    expect(layers.map(({ engine }) => engine)).toEqual(layers.map(() => 'dsp'));
    const codes = model === BIPOLAR ? BIPOLAR_CODES : INTEGER_CODES;
    const verdict = await check(directory, codes, { simulators: ['icarus'], samples: 10, trace: true });
    expect(verdict).toMatchObject({ passed: true, mismatches: 0, cycles });
  });

  test.each([INTEGER, POSITIVE, BIPOLAR])(
    '$name in both simulators, wide, narrow and wrapping',
    async (model) => {
      const codes = model === BIPOLAR ? BIPOLAR_CODES : INTEGER_CODES;
      for (const [policy, overflow] of [
        ['minimal', 'refuse'],
        [32, 'refuse'],
        [3, 'wrap'],
      ] as const) {
        const accumulator = { policy, overflow };
        const directory = await workshop.build(model, { accumulator, engine: 'dsp', cycles: 12 });
        const verdict = await check(directory, codes, { samples: 20, stall: 40 });
        expect(verdict).toMatchObject({ passed: true, mismatches: 0 });
        expect(verdict.simulators.map(({ simulator }) => simulator)).toEqual(BOTH);
      }
    },
  );
});

describe('measured interval and latency equal the plan', () => {
  const measure = async (directory: string, codes: readonly number[], most?: number) => {
    const { cycles } = record(directory);
    const verdict = await check(directory, codes, { simulators: ['icarus'], samples: 3 });
    expect(verdict).toMatchObject({ passed: true, cycles });
    if (most !== undefined) expect(cycles.interval).toBeLessThanOrEqual(most);
  };

  test.each([1, 4, 16, 1000])('--cycles %i', async (cycles) => {
    await measure(await workshop.build(INTEGER, { cycles }), INTEGER_CODES, cycles);
    await measure(await workshop.build(BIPOLAR, { cycles }), BIPOLAR_CODES, cycles);
  });

  test.each(FOLDS)('fold file $fold', async ({ model, fold }) => {
    const folds = new Map(Object.entries(fold).map(([name, [pe, simd]]) => [name, { pe, simd }]));
    const directory = await workshop.build(model, { folds });
    for (const { name, fold: used } of record(directory).units)
      if (folds.has(name)) expect(used).toMatchObject(folds.get(name) ?? {});
    await measure(directory, model === INTEGER ? INTEGER_CODES : BIPOLAR_CODES);
  });
});
