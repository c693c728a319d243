/** Generated sums at the ends of their widths. */
import { expect, test } from 'vitest';
import type { SumModule } from '../../src/5-plan/types.js';
import { sumsVerilog } from '../../src/6-emit/sums.js';

test('a value that is shifted beyond its lane adds nothing to it, and repeats nothing', () => {
  const module: SumModule = {
    name: 'net_sums',
    inputs: [{ width: 1, signed: false, stage: 0 }],
    nodes: [],
    outputs: [
      { from: 0, shift: 2, invert: false },
      { from: 0, shift: 0, invert: false },
    ],
    laneBits: 2,
    stages: 1,
  };
  const text = sumsVerilog(module);
  expect(text).toContain("2'h0");
  expect(text).not.toContain('{0{'); // an error in Icarus
});
