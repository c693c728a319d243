/** Hardware that is wrong on purpose is found, in both simulators, with the place of the first fault. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../src/3-integer/evaluate.js';
import { readBuildFolder } from '../../src/7-simulate/build-folder.js';
import type { Simulator } from '../../src/7-simulate/types.js';
import { type Mismatch, overflowOf } from '../../src/7-simulate/verify.js';
import { BOTH, check, edit, flipBit, images, record, Workshop } from './verify-build.js';
import { BIPOLAR, BIPOLAR_CODES, INTEGER, INTEGER_CODES, POSITIVE } from './verify-models.js';

const workshop = new Workshop();
afterAll(() => workshop.remove());

const SAMPLES = 20;

/** Verify in each simulator by itself; both must name the same first fault. */
async function faultOf(directory: string, codes: readonly number[]): Promise<Mismatch> {
  const found: Mismatch[] = [];
  for (const simulator of BOTH) {
    const verdict = await check(directory, codes, { simulators: [simulator], samples: SAMPLES });
    expect(verdict.passed).toBe(false);
    expect(verdict.mismatches).toBeGreaterThan(0);
    expect(verdict.firstMismatch?.simulator).toBe(simulator);
    if (verdict.firstMismatch) found.push(verdict.firstMismatch);
  }
  const place = ({ layer, channel, sample, expected, witness }: Mismatch) => ({
    ...{ layer, channel, sample, expected, witness },
  });
  expect(place(found[1])).toEqual(place(found[0]));
  return found[0];
}

/** What the golden model gives where the hardware differs. */
function goldenCode(directory: string, codes: readonly number[], { layer, channel, sample }: Mismatch) {
  const { bounded, record: build } = readBuildFolder(directory);
  const elements = bounded.network.inputShape.reduce((product, n) => product * n, 1);
  const input = Int32Array.from({ length: SAMPLES * elements }, (_, k) => codes[k % codes.length]);
  const unit = build.units.find(({ name }) => name === layer);
  const tensor = evaluate(bounded.network, input, SAMPLES).tensors.get(unit?.tensor ?? '') ?? [];
  return tensor[(tensor.length / SAMPLES) * sample + channel];
}

describe('a corrupted ROM names its layer', () => {
  let directory: string; // one build for all: ROMs are read by each run
  beforeAll(async () => {
    // the way of requantisation is the one whose ROMs the bits below are of; folds, so that all weights are in ROMs
    const folds = new Map(['hidden', 'scores'].map((name) => [name, { pe: 1, simd: 1 }]));
    directory = await workshop.build(INTEGER, { folds, requantisation: 'threshold_search' });
  });

  test.each([
    { what: 'weights', layer: 'hidden', bit: 1, word: 0 },
    { what: 'steps', layer: 'hidden', bit: 7, word: 0 },
    { what: 'weights', layer: 'scores', bit: 3, word: 0 },
  ])('$layer $what', async ({ what, layer, bit, word }) => {
    const [image] = images(directory, `${layer}_${what}`);
    flipBit(directory, image, word, bit);
    const fault = await faultOf(directory, INTEGER_CODES);
    flipBit(directory, image, word, bit);
    expect(fault.layer).toBe(layer);
    expect(fault.witness).toBeUndefined();
    expect(fault.expected).toBe(goldenCode(directory, INTEGER_CODES, fault));
    expect(fault.got).not.toBeNull();
    expect(fault.got).not.toBe(fault.expected);
    expect(fault.cycle).toBeGreaterThan(0);
  });

  test('bipolar weights', async () => {
    const bipolar = await workshop.build(BIPOLAR, { folds: new Map([['second', { pe: 1, simd: 1 }]]) });
    flipBit(bipolar, images(bipolar, 'second_weights')[0], 1, 0);
    expect((await faultOf(bipolar, BIPOLAR_CODES)).layer).toBe('second');
  });

  test('a fault that no output shows is found by tracing', async () => {
    const parallel = await workshop.build(INTEGER, { folds: new Map([['hidden', { pe: 4, simd: 8 }]]) });
    const [image] = images(parallel, 'hidden_steps_pe002'); // the neuron whose code counts for nothing
    flipBit(parallel, image, 0, 7);
    const options = { simulators: ['icarus' as Simulator], samples: SAMPLES };
    expect((await check(parallel, INTEGER_CODES, options)).passed).toBe(true);
    for (const stall of [0, 25]) {
      const traced = await check(parallel, INTEGER_CODES, { ...options, stall, trace: true });
      expect(traced).toMatchObject({ passed: false, firstMismatch: { layer: 'hidden', channel: 2 } });
    }
  });
});

/** Inputs on which sums that wrap are no different, so that only witnesses tell; from a build that wraps. */
function quietCodes(directory: string): number[] {
  const { bounded, record: build } = readBuildFolder(directory);
  const { network } = bounded;
  const type = network.tensors.get(network.input)?.type;
  const elements = network.inputShape.reduce((product, n) => product * n, 1);
  let state = 1;
  for (let attempt = 0; attempt < 10_000; attempt++) {
    const codes = Array.from({ length: elements }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      if (type?.encoding === 'bipolar') return state < 2 ** 31 ? -1 : 1;
      return Math.floor((state / 2 ** 32) * ((type?.max ?? 0) + 1));
    });
    const exact = evaluate(network, Int32Array.from(codes), 1);
    const wrapped = evaluate(network, Int32Array.from(codes), 1, overflowOf(build.units));
    if ([...exact.tensors].every(([name, values]) => `${values}` === `${wrapped.tensors.get(name)}`))
      return codes;
  }
  throw new Error('every input overflows');
}

describe('one bit less', () => {
  test.each([
    { model: INTEGER, layer: 'hidden' },
    { model: INTEGER, layer: 'scores' },
    { model: POSITIVE, layer: 'hidden' },
    { model: BIPOLAR, layer: 'first' },
    { model: BIPOLAR, layer: 'second' },
  ])('$model.name $layer: the planned width passes, one bit less fails', async ({ model, layer }) => {
    const whole = await workshop.build(model, { cycles: 64 });
    const planned = record(whole).units.find(({ name }) => name === layer)?.accumulator;
    expect(planned?.overflow).toBe('none');
    const bits = (planned?.bits ?? 0) - 1;

    // The layer asks for the width and wraps; then the record claims, wrongly, that nothing can overflow.
    const accumulator = { bits, overflow: 'wrap' };
    const layers = model.layers.map((each) => (each.name === layer ? { ...each, accumulator } : each));
    const directory = await workshop.build({ ...model, layers }, { cycles: 64 });
    const codes = quietCodes(directory);
    const honest = await check(directory, codes, { simulators: ['icarus'] });
    expect(honest, 'sums that wrap as the golden model does').toMatchObject({ passed: true });
    edit(directory, 'build.json', (text) => text.replace('"overflow": "wrap"', '"overflow": "none"'));
    const array = readFileSync(join(directory, `rtl/${model.name}_${layer}_array.v`), 'utf8');
    expect(array).toContain(`.ACC_W(${bits})`);

    const fault = await faultOf(directory, codes);
    expect(fault).toMatchObject({ layer, witness: true });
    expect(fault.got).not.toBe(fault.expected);
    const passing = await check(whole, codes, { simulators: ['icarus'] });
    expect(passing).toMatchObject({ passed: true, mismatches: 0 });
    expect(passing.simulators[0].witnessVectors).toBeGreaterThan(0);
  });
});

describe('a handshake that is wrong', () => {
  const top = 'rtl/integer_mlp_top.v';

  test('a design that stands still is reported with the layer after which beats are missing', async () => {
    const directory = await workshop.build(INTEGER, { cycles: 32 });
    edit(directory, top, (text) =>
      text
        .replace(/(unit_hidden \([^;]*\.s_axis_tvalid\()\w+/, "$11'b0")
        .replace(/(unit_hidden \([^;]*\.s_axis_tready\()\w+/, '$1')
        .replace('endmodule', "    assign input_out_tready = 1'b0;\nendmodule"),
    );
    const verdict = await check(directory, INTEGER_CODES);
    expect(verdict.passed).toBe(false);
    for (const { problem } of verdict.simulators)
      expect(problem).toMatch(/^the network made no progress for \d+ cycles after 0 of \d+ output beats/);
    expect(verdict.firstMismatch).toMatchObject({ layer: 'input', sample: 0, channel: 0, got: null });
  });

  test('a beat that is given again and again', async () => {
    const directory = await workshop.build(INTEGER, { cycles: 32 });
    edit(directory, top, (text) => text.replace(/(unit_hidden \([^;]*\.m_axis_tready\()\w+/, "$11'b0"));
    const verdict = await check(directory, INTEGER_CODES, { simulators: ['icarus'] });
    expect(verdict).toMatchObject({ passed: false, firstMismatch: { layer: 'hidden' } });
    expect(verdict.simulators[0].problem).toMatch(/^the network broke the stream contract .* nobody expects/);
  });
});

test('lanes of a DSP block that take from each other', async () => {
  const folds = new Map([['hidden', { pe: 4, simd: 1 }]]);
  const directory = await workshop.build(INTEGER, { folds, engine: 'dsp', dspPrice: 1 });
  // two's complement without the start value that keeps every field from 0 up: right modulo 2^8 in the lowest lane
  edit(directory, 'rtl/integer_mlp_hidden_array.v', (text) => {
    expect(text).toMatch(/\.LANES\([2-9]\)/);
    return text.replace(/\.START\((\d+)'h[0-9a-f]+\)/, ".START($1'h0)").replace('.FLIP(1)', '.FLIP(0)');
  });
  const fault = await faultOf(directory, INTEGER_CODES);
  expect(fault.layer).toBe('hidden');
});
