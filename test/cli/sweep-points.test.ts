import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pointOptions, sweepPoints, trainedMethod } from '../../src/cli/sweep/points.js';
import { fingerprintOf, SweepState } from '../../src/cli/sweep/state.js';
import { sweepCommand } from '../../src/cli/sweep-options.js';

describe('the points of a sweep', () => {
  test('are methods by weights by accumulators, in the order of the lists', () => {
    const points = sweepPoints({
      accumulators: '32, 16',
      weights: '8,4',
      activations: '4',
      methods: 'a2q+,axe',
    });
    expect(points.map(({ name }) => name)).toEqual(
      ['a2qplus', 'axe'].flatMap((method) =>
        ['w8-a4-p32', 'w8-a4-p16', 'w4-a4-p32', 'w4-a4-p16'].map((widths) => `${widths}-${method}`),
      ),
    );
    expect(pointOptions({ range: 'percentile' }, points[1])).toMatchObject({
      range: 'percentile',
      weights: '8',
      accumulator: '16',
      method: 'a2q+',
    });
  });

  test('are trained too where there are samples to train with', () => {
    const points = sweepPoints({ accumulators: '16', train: 'x.npy', trainLabels: 'y.npy' });
    expect(points.map(({ name }) => name)).toEqual(['w8-a8-p16-axe', 'w8-a8-p16-train-a2qplus']);
    expect(points.map(trainedMethod)).toEqual([undefined, 'a2q+']);
    expect(pointOptions({}, points[1]).method).toBe('a2q+');
  });
});

test('the command in the report has every option that changes the result, without folders', () => {
  const given = {
    model: 'nets/a b.onnx',
    output: '/tmp/x',
    json: true,
    accumulators: '32,16',
    weights: '8,4',
    methods: 'a2q,axe',
    biasCorrection: false,
    parts: true,
    overflow: 'refuse',
    simulator: 'both',
    calibrate: '/data/c.npy',
    test: '/data/t.npy',
    testLabels: '/data/l.npy',
    cycles: '100',
  };
  expect(sweepCommand(given)).toBe(
    "narrowgate sweep 'a b.onnx' --accumulators 32,16 --weights 8,4 --methods a2q,axe --no-bias-correction --cycles 100 " +
      '--calibrate c.npy --test t.npy --test-labels l.npy -o sweep',
  );
});

describe('what a sweep keeps', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'narrowgate-sweep-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is found again by its fingerprint alone', () => {
    const state = new SweepState(join(folder, 'out'), 'narrowgate sweep');
    const fingerprint = fingerprintOf(Float32Array.of(1, 2), new Map([['a', 1]]));
    expect(state.recall('p', fingerprint)).toBeUndefined();
    state.keep('p', fingerprint, { lut: 3 });
    const again = new SweepState(join(folder, 'out'), 'narrowgate sweep --other');
    expect(again.recall('p', fingerprintOf(Float32Array.of(1, 2), new Map([['a', 1]])))).toEqual({ lut: 3 });
    expect(again.recall('p', fingerprintOf(Float32Array.of(1, 3), new Map([['a', 1]])))).toBeUndefined();
    expect(again.recall('p', fingerprintOf(Float32Array.of(1, 2), new Map([['a', 2]])))).toBeUndefined();
  });

  test('is known by the contents of data sets, of any type and length', () => {
    const digits = (last: number) =>
      Uint8Array.from({ length: 2 ** 20 }, (_, k) => (k === 2 ** 20 - 1 ? last : k));
    expect(fingerprintOf(digits(1))).toBe(fingerprintOf(digits(1)));
    expect(fingerprintOf(digits(1))).not.toBe(fingerprintOf(digits(2)));
    expect(fingerprintOf(Uint8Array.of(1))).not.toBe(fingerprintOf(Int8Array.of(1)));
    expect(fingerprintOf(Uint8Array.of(9, 1).subarray(1))).toBe(fingerprintOf(Uint8Array.of(1)));
  });

  test('is measured again when it is damaged', () => {
    const state = new SweepState(join(folder, 'out'), 'narrowgate sweep');
    state.keep('p', 'f', { lut: 3 });
    writeFileSync(join(state.directory('p'), 'point.json'), '{"fingerprint":"f","val');
    expect(state.recall('p', 'f')).toBeUndefined();
  });

  test('is put into no folder of others', () => {
    writeFileSync(join(folder, 'thesis.tex'), '');
    expect(() => new SweepState(folder, 'narrowgate sweep')).toThrow(/folder_not_ours/);
  });
});
