import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Certificate, CertificateLayer } from '../../src/4-bounds/certificate.js';
import { checkCertificate } from '../../src/certificate-checker/check.js';
import { RtlFolder } from '../../src/certificate-checker/rtl.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { UNEVEN } from '../7-simulate/verify-models.js';
import { compile, TINY_MLP, temporaryFolder, writeBuild, writeModel } from '../support/build-case.js';

const work = temporaryFolder('certificate');
afterAll(work.remove);
const original = join(work.path, 'tiny');
let copies = 0;

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

/** A copy of a build folder, to damage. */
function copyOf(folder: string): string {
  const copy = join(work.path, `copy${copies++}`);
  cpSync(folder, copy, { recursive: true });
  return copy;
}

function edit(folder: string, file: string, change: (text: string) => string): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error(`nothing to change in ${file}`);
  writeFileSync(path, changed);
}

/** A certificate of layers with weights. */
type LayerClaims = Mutable<Omit<Certificate, 'layers'> & { layers: CertificateLayer[] }>;

function editClaims(folder: string, change: (claims: LayerClaims) => void): void {
  edit(folder, 'certificate.json', (text) => {
    const claims = JSON.parse(text) as LayerClaims;
    change(claims);
    return JSON.stringify(claims);
  });
}

/** The problems of a folder; it must not be valid. */
function problems(folder: string): string {
  const { valid, problems: found } = checkCertificate(folder);
  expect(valid).toBe(false);
  expect(found.length).toBeGreaterThan(0);
  return found.join('\n');
}

/** Flip the lowest bit of the first word of a ROM. */
const flipped = (text: string) =>
  text.replace(/([0-9a-f])\n/, (_, digit: string) => `${(Number.parseInt(digit, 16) ^ 1).toString(16)}\n`);

beforeAll(async () => {
  writeBuild(original, await compile(TINY_MLP));
});

test('a ROM image is read once, however many neurons lie in it', () => {
  const rtl = new RtlFolder(original);
  const [file] = readdirSync(join(original, 'rtl')).filter((name) => name.endsWith('.mem'));
  expect(rtl.rom(file)).toBe(rtl.rom(file));
});

describe('an honest build', () => {
  test('is certified, layer by layer', () => {
    expect(checkCertificate(original)).toEqual({
      valid: true,
      problems: [],
      layers: [
        { name: 'hidden', channels: 4, bits: expect.any(Number), min: -120, max: 120 },
        { name: 'scores', channels: 3, bits: expect.any(Number), min: -18, max: 24 },
      ],
    });
  });

  test.each(['l1', 'datatype', 20] as const)('of policy %s is certified', async (policy) => {
    const folder = join(work.path, `policy-${policy}`);
    writeBuild(folder, await compile(TINY_MLP, { accumulator: { policy, overflow: 'refuse' } }));
    expect(checkCertificate(folder)).toMatchObject({ valid: true, problems: [] });
  });

  test.each(['threshold_search', 'threshold_parallel', 'scale_shift', 'scale_sequential'] as const)(
    'with %s is certified',
    async (requantisation) => {
      const folder = join(work.path, requantisation);
      writeBuild(folder, await compile(TINY_MLP, { requantisation }));
      expect(checkCertificate(folder)).toMatchObject({ valid: true, problems: [] });
    },
  );

  test('that wraps on purpose is certified as such', async () => {
    const folder = join(work.path, 'wrap');
    writeBuild(folder, await compile(TINY_MLP, { accumulator: { policy: 4, overflow: 'wrap' } }));
    const { valid, layers } = checkCertificate(folder);
    expect(valid).toBe(true);
    expect(layers.map(({ bits }) => bits)).toEqual([4, 4]);
  });
});

describe('a build in DSP blocks', () => {
  const blocks = join(work.path, 'blocks');
  const array = 'rtl/tiny_mlp_hidden_array.v';
  beforeAll(async () => {
    const folds = new Map([['hidden', { pe: 4, simd: 1 }]]);
    writeBuild(blocks, await compile(TINY_MLP, { engine: 'dsp', dspPrice: 1, folds })); // cheap: sums of rows
  });

  test.each([
    ['sums of rows', 1, 'minimal'],
    ['sums of rows, wide', 1, 24],
    ['sums of beats', 2, 'minimal'],
    ['sums of whole rows at once', 8, 'minimal'],
  ] as const)('is certified: %s', async (_, simd, policy) => {
    const folder = join(work.path, `blocks-${simd}-${policy}`);
    const folds = new Map([['hidden', { pe: 4, simd }]]);
    const accumulator = { policy, overflow: 'refuse' } as const;
    writeBuild(folder, await compile(TINY_MLP, { engine: 'dsp', folds, accumulator }));
    expect(checkCertificate(folder)).toMatchObject({ valid: true, problems: [] });
  });

  test('that wraps on purpose is certified as such', async () => {
    const folder = join(work.path, 'blocks-wrap');
    writeBuild(
      folder,
      await compile(TINY_MLP, { engine: 'dsp', accumulator: { policy: 4, overflow: 'wrap' } }),
    );
    expect(checkCertificate(folder)).toMatchObject({ valid: true, problems: [] });
  });

  test('is not, with another weight in a ROM', () => {
    for (const name of readdirSync(join(blocks, 'rtl')).filter((file) => file.includes('_weights_'))) {
      const folder = copyOf(blocks);
      edit(folder, `rtl/${name}`, flipped);
      expect(problems(folder), name).toMatch(/^layer (hidden|scores): channel \d: /);
    }
  });

  test('is not, with fields that reach into each other', () => {
    const folder = copyOf(blocks);
    edit(folder, array, (text) => {
      expect(text).toMatch(/\.LANES\([2-9]\)/);
      // two's complement modulo 2^8 is the same in every lane, but a negative sum takes 1 from the lane above
      return text.replace(/\.START\((\d+)'h80\)/, ".START($1'h0)").replace('.FLIP(1)', '.FLIP(0)');
    });
    expect(problems(folder)).toMatch(/^layer hidden: channel 0: sums .* leave their field of \d+ bits/);
  });

  test('is not, with another start value', () => {
    const folder = copyOf(blocks);
    edit(folder, array, (text) => text.replace(/\.START\((\d+)'h80\)/, ".START($1'h81)"));
    expect(problems(folder)).toMatch(/^layer hidden: channel \d: (its start value|sums)/);
  });
});

describe('tampering is found', () => {
  test('a weight in a ROM', () => {
    for (const name of readdirSync(join(original, 'rtl')).filter((file) => file.includes('_weights_'))) {
      const folder = copyOf(original);
      edit(folder, `rtl/${name}`, flipped);
      expect(problems(folder), name).toMatch(/^layer (hidden|scores): channel \d: /);
    }
  });

  test('a start value', () => {
    for (const name of readdirSync(join(original, 'rtl')).filter((file) => file.includes('_starts_'))) {
      const folder = copyOf(original);
      edit(folder, `rtl/${name}`, flipped);
      expect(problems(folder), name).toMatch(/start value/);
    }
  });

  test('an accumulator one bit narrower in the Verilog alone', () => {
    const folder = copyOf(original);
    edit(folder, 'rtl/tiny_mlp_hidden_array.v', (text) =>
      text.replace(/\.ACC_W\((\d+)\)/, (_, bits: string) => `.ACC_W(${Number(bits) - 1})`),
    );
    expect(problems(folder)).toMatch(/^layer hidden: ACC_W is \d+, the certificate says \d+/);
  });

  test('an accumulator one bit narrower in the Verilog, the ROMs and the certificate', async () => {
    const folder = join(work.path, 'narrow');
    const compilation = await compile(TINY_MLP, { accumulator: { policy: 7, overflow: 'wrap' } });
    writeBuild(folder, compilation);
    expect(compilation.plan.units[1].accumulator?.overflow).toBe('wrap');
    editClaims(folder, ({ layers }) => {
      layers[0].accumulator.overflow = 'none';
    });
    expect(problems(folder)).toMatch(/^layer hidden: channel \d: sums -?\d+ \.\. \d+ do not fit 7 bits/);
  });

  test('a letter of a witness', () => {
    const folder = copyOf(original);
    editClaims(folder, ({ layers }) => {
      const [channel] = layers[0].channels;
      channel.witness = channel.witness.replace('h', 'l');
    });
    expect(problems(folder)).toMatch(/^layer hidden: channel 0: another code of input 0 gives a larger sum/);
  });

  test('a witness that is too short', () => {
    const folder = copyOf(original);
    editClaims(folder, ({ layers }) => {
      layers[1].channels[2].witness = layers[1].channels[2].witness.slice(0, 2);
    });
    expect(problems(folder)).toMatch(/^layer scores: channel 2: its witness lacks input 2/);
  });

  test.each(['min', 'max'] as const)('a claimed %s', (end) => {
    const folder = copyOf(original);
    editClaims(folder, ({ layers }) => {
      layers[1].channels[1][end] += end === 'max' ? -1 : 1;
    });
    expect(problems(folder)).toMatch(/^layer scores: channel 1: the sums span .*, the certificate says/);
  });

  test('a claimed offset that the start values do not have', () => {
    const folder = copyOf(original);
    editClaims(folder, ({ layers }) => {
      const { accumulator, outputs } = layers[0];
      const { offset, offsets = new Array<number>(outputs).fill(offset) } = accumulator;
      accumulator.offsets = offsets.map((each) => each + 1);
    });
    expect(problems(folder)).toMatch(/^layer hidden: .*start value/);
  });

  test('input codes that a layer does not expect', () => {
    const folder = copyOf(original);
    editClaims(folder, ({ input }) => {
      input.max = 16;
    });
    expect(problems(folder)).toMatch(
      /^layer hidden: input 0 can be 0 \.\. 16, the certificate assumes 0 \.\. 15/,
    );
  });

  test('a layer without certificate', () => {
    const folder = copyOf(original);
    editClaims(folder, ({ layers }) => {
      layers.pop();
    });
    expect(problems(folder)).toBe('layer scores: the certificate does not speak of it');
  });

  test('a certified layer that is not there', () => {
    const folder = copyOf(original);
    editClaims(folder, ({ layers }) => {
      layers.push({ ...layers[1], name: 'ghost' });
    });
    expect(problems(folder)).toBe('layer ghost: the certificate speaks of it, the hardware has none');
  });

  test.each([
    ['rtl/tiny_mlp_scores_array.v', /^layer scores: rtl\/tiny_mlp_scores_array\.v cannot be read/],
    ['rtl/tiny_mlp_hidden_weights_pe000.mem', /^layer hidden: rtl\/.*pe000\.mem cannot be read/],
  ])('%s is missing', (file, message) => {
    const folder = copyOf(original);
    rmSync(join(folder, file));
    expect(problems(folder)).toMatch(message);
  });

  test('a ROM that is cut short', () => {
    const folder = copyOf(original);
    edit(folder, 'rtl/tiny_mlp_hidden_weights_pe001.mem', (text) => text.slice(0, text.indexOf('\n') + 1));
    expect(problems(folder)).toMatch(/^layer hidden: /);
  });

  test.each(['certificate.json', 'build.json'])('a folder without %s is no build folder', (file) => {
    const folder = copyOf(original);
    rmSync(join(folder, file));
    expect(() => checkCertificate(folder)).toThrow(NarrowgateError);
    writeFileSync(join(folder, file), '{"format": "something"}');
    expect(() => checkCertificate(folder)).toThrow(/build_folder_invalid/);
  });
});

describe('accumulators of their own width', () => {
  const uneven = join(work.path, 'uneven');
  const array = 'rtl/uneven_mlp_hidden_array.v';
  let widths: number[]; // of the two processing elements

  beforeAll(async () => {
    const folds = new Map([
      ['hidden', { pe: 2, simd: 4 }],
      ['scores', { pe: 3, simd: 2 }],
    ]);
    const compilation = await compile(writeModel(work.path, UNEVEN), { folds });
    writeBuild(uneven, compilation);
    widths = [...(compilation.plan.units[1].accumulator?.perPe ?? [])];
  });

  /** Give one processing element other bits in the Verilog. */
  function editWidth(folder: string, pe: number, change: number): void {
    edit(folder, array, (text) =>
      text.replace(/\.PE_ACC_W\(12'h([0-9a-f]+)\)/, (_, digits: string) => {
        const packed = Number.parseInt(digits, 16) + change * 2 ** (6 * pe);
        return `.PE_ACC_W(12'h${packed.toString(16)})`;
      }),
    );
  }

  test('are certified, unequal as they are', () => {
    expect(new Set(widths).size).toBe(2);
    expect(checkCertificate(uneven)).toMatchObject({ valid: true, problems: [] });
  });

  test.each([0, 1])('one bit narrower in the Verilog, processing element %d', (pe) => {
    const folder = copyOf(uneven);
    editWidth(folder, pe, -1);
    expect(problems(folder)).toMatch(
      new RegExp(
        `^layer hidden: bits of processing element ${pe} is ${widths[pe] - 1}, the certificate says ${widths[pe]}`,
      ),
    );
  });

  test.each([0, 1])('one bit narrower in the Verilog and the certificate, processing element %d', (pe) => {
    const folder = copyOf(uneven);
    editWidth(folder, pe, -1);
    editClaims(folder, ({ layers }) => {
      const { perPe = [] } = layers[0].accumulator;
      perPe[pe]--;
    });
    expect(problems(folder)).toMatch(/^layer hidden: channel \d: /);
  });

  test('widths of fewer processing elements than there are', () => {
    const folder = copyOf(uneven);
    editClaims(folder, ({ layers }) => {
      layers[0].accumulator.perPe?.pop();
    });
    expect(problems(folder)).toMatch(/^layer hidden: PE is 2, the certificate says 1/);
  });
});

describe('codes between layers', () => {
  const dense = (name: string, rows: number[][]) => ({
    type: 'dense',
    name,
    weights: { bits: 3, values: rows },
  });
  const model = {
    input: { shape: [2], type: { bits: 2, signed: false } },
    layers: [
      {
        ...dense('first', [
          [1, 1],
          [1, -1],
        ]),
        thresholds: {
          values: [
            [2, 4, 7],
            [-2, 0, 2],
          ],
          output: { bits: 2, signed: false },
        },
      },
      dense('second', [[3, 1]]),
    ],
  };

  test.each(['threshold_search', 'threshold_parallel', 'scale_shift', 'scale_sequential'] as const)(
    'a threshold of %s that lets codes grow',
    async (requantisation) => {
      const folder = join(work.path, `codes-${requantisation}`);
      const compilation = await compile(writeModel(work.path, model), { requantisation });
      writeBuild(folder, compilation);
      expect(checkCertificate(folder)).toMatchObject({ valid: true });
      const unit = compilation.plan.units.find(({ name }) => name === 'first');
      const [part] = unit?.after ?? [];
      expect(part.module).toBe(requantisation);
      const roms = unit?.memories.filter(({ file }) => file.includes('_steps_')) ?? [];
      expect(roms.length).toBeGreaterThan(0);
      // In every ROM of the steps: thresholds of zero, or constants of all ones, so that all codes are reached.
      for (const { file } of roms)
        edit(folder, `rtl/${file}`, (text) =>
          text.replace(/[0-9a-f]/g, part.module.startsWith('scale_') ? '7' : '0'),
        );
      expect(problems(folder)).toMatch(/^layer second: input 0 can be .* \.\. 3, the certificate assumes/);
    },
  );

  test('another base of the codes', async () => {
    const folder = join(work.path, 'base');
    writeBuild(folder, await compile(writeModel(work.path, model)));
    edit(folder, 'rtl/two_layers_first.v', (text) => text.replace('.BASE(0)', '.BASE(1)'));
    expect(problems(folder)).toMatch(/^layer second: input \d can be/);
  });
});
