import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { boundNetwork } from '../../src/4-bounds/bounds.js';
import { seededRandom } from '../../src/5-plan/engines/unrolled/random.js';
import { totalEstimate } from '../../src/5-plan/model.js';
import { boothCost } from '../../src/5-plan/model-arrays.js';
import { FITTED } from '../../src/5-plan/model-fit.js';
import { flipFlops } from '../../src/5-plan/model-flip-flops.js';
import { bufferMemory, lutRam, romColumns, romLuts } from '../../src/5-plan/model-rom.js';
import { unitTerms } from '../../src/5-plan/model-terms.js';
import { planWithin } from '../../src/5-plan/planner.js';
import { unitSources } from '../../src/6-emit/emit.js';
import { synthesizeAll } from '../../src/8-resources/index.js';
import { chain, dense, signed, unsigned } from '../support/integer-layers.js';

describe('booth_dot, against LUTs, sites and flip-flops that Yosys counts', () => {
  const base = { chain: 8, bits: 32 };
  test.each([
    [{ lanes: 2, activationBits: 3, digits: 1, short: true }, 6, 7, 4], // 1-bit weights
    [{ lanes: 4, activationBits: 2, digits: 1, short: true }, 8, 12, 4],
    [{ lanes: 1, activationBits: 2, digits: 2, short: false }, 7, 10, 6], // 4-bit weights
    [{ lanes: 8, activationBits: 2, digits: 2, short: false }, 52, 79, 12],
    [{ lanes: 8, activationBits: 8, digits: 1, short: false }, 72, 84, 12], // 2-bit weights
    [{ lanes: 16, activationBits: 4, digits: 2, short: false }, 183, 238, 32],
  ])('%j', (shape, lut, sites, ff) => {
    const { rows, topRows, joins, feeds, registers } = boothCost({ ...base, ...shape });
    expect(rows + topRows + joins).toBe(lut);
    expect(rows + topRows + joins + feeds).toBe(sites);
    expect(registers).toBe(ff);
  });

  test('every carry chain is fed by the running sum, and no sums become compressors', async () => {
    const files = ['booth_dot', 'booth_tree', 'booth_chain'].map(
      (name) => [`${name}.v`, readFileSync(`hw/${name}.v`, 'utf8')] as const,
    );
    const shapes = [
      { lanes: 8, activationBits: 3, weightBits: 3, bits: 9 },
      { lanes: 8, activationBits: 4, weightBits: 4, bits: 8 }, // modulo 2^8
      { lanes: 8, activationBits: 8, weightBits: 8, bits: 12 }, // two digits keep no more bits than a row
      { lanes: 33, activationBits: 2, weightBits: 2, bits: 8 },
      { lanes: 9, activationBits: 5, weightBits: 6, bits: 16 },
    ];
    const found = await synthesizeAll(
      shapes.map((shape) => ({
        name: Object.values(shape).join(),
        top: 'top',
        files: new Map([['top.v', arrayBetweenRegisters(shape)], ...files]),
      })),
      'xc7',
    );
    for (const [k, { weightBits, ...shape }] of shapes.entries()) {
      const digits = Math.ceil(weightBits / 2);
      const cost = boothCost({ ...shape, digits, short: weightBits % 2 === 1, chain: 8 });
      const lut = cost.rows + cost.topRows + cost.joins;
      expect(found[k], JSON.stringify(shapes[k])).toMatchObject({ lut, sites: lut + cost.feeds });
    }
  }, 300_000);
});

function arrayBetweenRegisters(shape: {
  lanes: number;
  activationBits: number;
  weightBits: number;
  bits: number;
}): string {
  const { lanes, activationBits, weightBits, bits } = shape;
  const [a, w, y] = [lanes * activationBits - 1, lanes * weightBits - 1, bits - 1];
  return `module top (input clk, input [${a}:0] a_in, input [${w}:0] w_in, output reg [${y}:0] y);
  reg [${a}:0] a; reg [${w}:0] w; wire [${y}:0] sum;
  always @(posedge clk) begin a <= a_in; w <= w_in; y <= sum; end
  booth_dot #(.SIMD(${lanes}), .A_W(${activationBits}), .W_W(${weightBits}), .PIPELINE(1), .Y_W(${bits})) array (
    .clk(clk), .enable(1'b1), .activations(a), .weights(w), .sum(sum));
endmodule
`;
}

describe('a ROM', () => {
  const image = (width: number, words: string[]) => ({ file: 'x.mem', width, words });

  test('has a LUT for each column that is no constant, no address bit and no other column', () => {
    // bits 0 and 1: the address; bit 2: constant; bits 3 and 4: the same; bit 5: another
    const words = ['00', '19', '1a', '23'];
    expect(romColumns(image(6, words))).toMatchObject({ distinct: 4, luts: 2 });
    expect(romColumns(image(6, ['1f']))).toMatchObject({ distinct: 0, luts: 0 });
  });

  test('deeper than a LUT grows with its depth', () => {
    for (const { rom } of Object.values(FITTED)) {
      const luts = [16, 64, 128, 256, 512, 1024, 4096].map((depth) =>
        romLuts(rom, depth, { luts: 8, skew: 0 }),
      );
      expect(luts[0]).toBe(8);
      for (let k = 1; k < luts.length; k++) expect(luts[k]).toBeGreaterThanOrEqual(luts[k - 1]);
    }
  });

  test('buffers lie in LUT RAM, block RAM or registers', () => {
    expect(lutRam(6, 32)).toEqual({ ram: 4, select: 0, banks: 1 });
    expect(lutRam(4, 128)).toEqual({ ram: 12, select: 4, banks: 2 });
    expect(bufferMemory(64, 128, 'xc7')).toBe('block');
    expect(bufferMemory(64, 32, 'xc7')).toBe('luts');
    expect(bufferMemory(8, 8, 'ice40')).toBe('registers');
    expect(bufferMemory(8, 32, 'ice40')).toBe('block');
  });
});

describe('a planned layer', () => {
  const random = seededRandom(1); // a pattern would give ROMs equal columns
  const rows = Array.from({ length: 16 }, () => Array.from({ length: 32 }, () => random.below(15) - 7));
  const bounded = boundNetwork(chain(unsigned(4), 32, [dense(rows, signed(4))]));
  const at = (target: 'xc7' | 'ice40', cycles: number) =>
    planWithin(bounded, { target, accumulator: { overflow: 'refuse' }, cycles, draft: true });

  test('every term has a scale', () => {
    for (const [target, cycles] of [
      ['xc7', 64],
      ['xc7', 1],
      ['ice40', 64],
    ] as const)
      for (const unit of at(target, cycles).units)
        for (const term of unitTerms(unit, FITTED[target].rom, target).keys())
          expect(FITTED[target].scales).toHaveProperty([term]);
  });

  test('estimates are close to what Yosys finds', async () => {
    for (const target of ['xc7', 'ice40'] as const) {
      const plan = at(target, 64);
      const found = await synthesizeAll(
        plan.units.map((unit) => ({ name: unit.name, top: unit.module, files: unitSources(unit) })),
        target,
      );
      const sum = (key: 'lut' | 'sites' | 'ff') => found.reduce((total, each) => total + each[key], 0);
      const estimate = totalEstimate(plan.estimates);
      for (const key of ['lut', 'sites', 'ff'] as const)
        expect(Math.abs(estimate[key] / sum(key) - 1), `${target} ${key}`).toBeLessThan(0.15);
    }
  }, 120_000);

  test('flip-flops are counted by module', () => {
    const [, layer] = at('xc7', 64).units;
    expect([...flipFlops(layer, 'xc7').keys()].sort()).toEqual(
      expect.arrayContaining(['booth_dot', 'logic', 'rom', 'stream_register', 'vector_buffer']),
    );
  });
});
