import { describe, test } from 'vitest';
import { allOperands, boothBench, extremeOperands, randomOperands } from './arrays.js';
import { FREE_RUNNING, runBench } from './bench.js';
import { BIPOLAR, SIGNED, TERNARY, UNSIGNED } from './operands.js';

describe('booth_dot, all operands', () => {
  test.each([
    // SIMD, A_KIND, A_W, W_KIND, W_W, CHAIN, Y_W
    [1, UNSIGNED, 4, UNSIGNED, 1, 4, 12],
    [1, UNSIGNED, 4, UNSIGNED, 4, 4, 12],
    [1, UNSIGNED, 3, UNSIGNED, 5, 1, 12],
    [1, UNSIGNED, 5, SIGNED, 2, 4, 12],
    [1, UNSIGNED, 4, SIGNED, 3, 4, 12],
    [1, UNSIGNED, 4, SIGNED, 6, 4, 14],
    [1, UNSIGNED, 3, SIGNED, 7, 4, 14],
    [1, UNSIGNED, 6, BIPOLAR, 1, 4, 8],
    [1, UNSIGNED, 6, TERNARY, 2, 4, 8],
    [2, UNSIGNED, 1, SIGNED, 4, 1, 8],
    [2, UNSIGNED, 2, SIGNED, 3, 4, 8],
    [2, UNSIGNED, 3, SIGNED, 2, 4, 4], // modulo 2^4
    [2, UNSIGNED, 2, UNSIGNED, 3, 1, 9],
    [3, SIGNED, 2, SIGNED, 2, 2, 8],
    [1, SIGNED, 4, UNSIGNED, 3, 4, 12],
    [1, SIGNED, 4, SIGNED, 4, 4, 12],
    [3, UNSIGNED, 1, SIGNED, 3, 2, 8],
    [3, SIGNED, 2, TERNARY, 2, 1, 5],
    [3, SIGNED, 3, BIPOLAR, 1, 2, 6],
    [5, UNSIGNED, 1, BIPOLAR, 1, 2, 1],
    [1, BIPOLAR, 1, SIGNED, 1, 2, 3],
    [1, BIPOLAR, 1, SIGNED, 7, 4, 9],
    [2, BIPOLAR, 1, SIGNED, 4, 2, 8],
    [3, BIPOLAR, 1, SIGNED, 3, 2, 3], // modulo 2^3
    [2, BIPOLAR, 1, UNSIGNED, 5, 1, 9],
    [4, UNSIGNED, 2, SIGNED, 2, 4, 8], // a carry that enters the next adder
    [5, UNSIGNED, 1, SIGNED, 2, 5, 8],
    [8, UNSIGNED, 1, BIPOLAR, 1, 8, 8],
    [4, BIPOLAR, 1, TERNARY, 2, 4, 8],
  ])('SIMD %i, A kind %i of %i bits, W kind %i of %i bits, chains of %i, Y_W %i', async (...values) => {
    const [SIMD, A_KIND, A_W, W_KIND, W_W, CHAIN, Y_W] = values;
    const array = { SIMD, A_W, A_KIND, W_W, W_KIND, CHAIN, Y_W };
    await runBench(boothBench(array, allOperands(SIMD, A_W, W_W, W_KIND)), FREE_RUNNING);
  });
});

describe('booth_dot, random operands', () => {
  test.each([
    [4, UNSIGNED, 4, SIGNED, 4, 4, 16],
    [5, UNSIGNED, 4, SIGNED, 4, 4, 16],
    [9, SIGNED, 4, SIGNED, 5, 4, 10],
    [17, UNSIGNED, 8, SIGNED, 8, 4, 24],
    [17, UNSIGNED, 8, SIGNED, 8, 7, 24],
    [17, UNSIGNED, 3, SIGNED, 3, 1, 3],
    [3, SIGNED, 16, SIGNED, 16, 4, 48],
    [2, UNSIGNED, 16, UNSIGNED, 16, 1, 48],
    [64, UNSIGNED, 2, UNSIGNED, 2, 4, 16],
    [64, UNSIGNED, 1, BIPOLAR, 1, 5, 8],
    [33, SIGNED, 2, TERNARY, 2, 4, 9],
    [20, UNSIGNED, 4, TERNARY, 2, 20, 12],
    [17, BIPOLAR, 1, SIGNED, 4, 8, 12],
    [64, BIPOLAR, 1, SIGNED, 16, 5, 24],
    [33, BIPOLAR, 1, UNSIGNED, 3, 8, 5],
    [24, BIPOLAR, 1, TERNARY, 2, 7, 7],
    [8, UNSIGNED, 2, SIGNED, 2, 8, 6],
    [8, UNSIGNED, 3, SIGNED, 3, 8, 9],
    [9, UNSIGNED, 4, SIGNED, 4, 9, 12],
    [16, UNSIGNED, 8, SIGNED, 8, 8, 20],
    // digits that keep no more bits than a row, or one more: modulo 2^Y_W
    [8, UNSIGNED, 8, SIGNED, 8, 8, 12],
    [8, UNSIGNED, 4, SIGNED, 6, 8, 10],
    [8, UNSIGNED, 4, SIGNED, 4, 8, 5],
    [9, SIGNED, 3, SIGNED, 5, 9, 4],
    [16, UNSIGNED, 2, SIGNED, 2, 8, 1],
  ])('SIMD %i, A kind %i of %i bits, W kind %i of %i bits, chains of %i, Y_W %i', async (...values) => {
    const [SIMD, A_KIND, A_W, W_KIND, W_W, CHAIN, Y_W] = values;
    const array = { SIMD, A_W, A_KIND, W_W, W_KIND, CHAIN, Y_W };
    await runBench(boothBench(array, randomOperands(500, SIMD, A_W, W_W, W_KIND)), FREE_RUNNING);
  });
});

describe('booth_dot, sums at the ends of their range', () => {
  test.each([
    [8, 2, SIGNED, 2, 8],
    [8, 3, SIGNED, 3, 8],
    [7, 3, SIGNED, 5, 8],
    [8, 4, SIGNED, 4, 8],
    [16, 4, SIGNED, 4, 16],
    [8, 8, SIGNED, 8, 8],
    [20, 2, TERNARY, 2, 20],
    [24, 1, BIPOLAR, 1, 24],
  ])('SIMD %i, A of %i bits, W kind %i of %i bits, chains of %i', async (...values) => {
    const [SIMD, A_W, W_KIND, W_W, CHAIN] = values;
    const array = { SIMD, A_W, A_KIND: UNSIGNED, W_W, W_KIND, CHAIN, Y_W: 24 };
    await runBench(boothBench(array, extremeOperands(400, SIMD, A_W, W_W, W_KIND)), FREE_RUNNING);
  });
});
