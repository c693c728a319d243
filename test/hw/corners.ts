import type { Parameters } from './bench.js';

/** One configuration of a module. */
export interface Corner {
  readonly module: string;
  readonly parameters: Parameters;
}

/** The corners of the parameter space: everything 1, odd sizes, results narrower and wider than needed. */
export const CORNERS: readonly Corner[] = [
  ...rows('stream_register', ['WIDTH'], [[1], [64]]),
  ...rows(
    'stream_fifo',
    ['WIDTH', 'DEPTH', 'BLOCK'],
    [
      [1, 1, 0],
      [1, 2, 1],
      [8, 3, 0],
      [8, 4, 0],
      [8, 1024, 1],
    ],
  ),
  ...rows(
    'ram',
    ['WIDTH', 'DEPTH', 'BLOCK'],
    [
      [1, 2, 0],
      [1, 2, 1],
      [70, 100, 0],
      [70, 100, 1],
    ],
  ),
  ...rows('stream_fork', ['WIDTH'], [[1], [64]]),
  ...rows(
    'stream_add',
    ['LANES', 'A_W', 'A_SIGNED', 'B_W', 'B_SIGNED', 'A_WEIGHT', 'B_WEIGHT', 'ACC_W'],
    [
      [1, 1, 0, 1, 0, 1, 1, 1],
      [3, 1, 1, 2, 0, -5, 9, 2],
      [4, 8, 0, 8, 0, 1, 1, 9],
      [4, 8, 1, 4, 0, -1, -4, 5],
      [2, 8, 1, 8, 0, 13, -26, 20],
      [2, 8, 0, 8, 1, 212345, -98765, 27],
      [1, 8, 0, 8, 0, 4096, 61440, 5],
      [1, 48, 1, 48, 0, 16777215, -16777213, 64],
    ],
  ),
  ...rows(
    'weighted_pair',
    ['A_W', 'A_SIGNED', 'B_W', 'B_SIGNED', 'A_WEIGHT', 'B_WEIGHT', 'SUM_W'],
    [
      [1, 0, 1, 0, 1, 1, 1],
      [4, 0, 8, 1, -2, 2, 4],
      [8, 1, 8, 0, -3, -12, 30],
      [8, 1, 8, 0, -3, 5, 12],
    ],
  ),
  ...rows(
    'weighted_tables',
    ['X_W', 'X_SIGNED', 'X_WEIGHT', 'Y_W', 'Y_SIGNED', 'Y_WEIGHT', 'SUM_W'],
    [
      [1, 0, 1, 0, 0, 1, 1],
      [9, 1, -3, 0, 0, 1, 12],
      [4, 0, 13, 3, 1, 9, 3],
      [48, 1, 16777215, 48, 1, 16777213, 64],
    ],
  ),
  ...rows(
    'stream_concat',
    ['WIDTH', 'FOLDS_A', 'FOLDS_B'],
    [
      [1, 1, 1],
      [8, 1, 3],
      [8, 3, 1],
      [64, 13, 20],
    ],
  ),
  ...rows(
    'row_buffer',
    [
      'WIDTH',
      'WORDS',
      'COUNT_0',
      'STRIDE_0',
      'COUNT_1',
      'STRIDE_1',
      'COUNT_2',
      'STRIDE_2',
      'COUNT_3',
      'STRIDE_3',
      'BLOCK',
    ],
    [
      [1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0],
      [8, 1, 1, 0, 3, 0, 1, 0, 2, 0, 1],
      [8, 12, 2, 1, 3, 2, 2, 6, 1, 0, 0],
      [8, 24, 3, 4, 4, 1, 2, 12, 1, 0, 1],
    ],
  ),
  ...rows(
    'upsample',
    ['WIDTH', 'COLUMNS', 'FOLDS', 'FACTOR_H', 'FACTOR_W', 'BLOCK'],
    [
      [1, 1, 1, 1, 1, 0],
      [1, 1, 1, 2, 1, 0],
      [1, 1, 1, 1, 2, 0],
      [8, 5, 3, 1, 3, 0],
      [8, 5, 3, 3, 1, 1],
      [64, 20, 4, 2, 2, 1],
    ],
  ),
  ...rows(
    'depth_to_space',
    ['LANE_W', 'LANES', 'COLUMNS', 'FOLDS', 'BLOCK_SIZE', 'CRD', 'BLOCK'],
    [
      [1, 1, 1, 1, 1, 0, 0],
      [1, 1, 1, 1, 1, 1, 0],
      [8, 1, 5, 3, 3, 1, 1],
      [8, 4, 5, 3, 3, 0, 0],
      [8, 8, 32, 2, 2, 0, 1],
    ],
  ),
  ...rows(
    'stream_width',
    ['LANE_W', 'IN_LANES', 'OUT_LANES'],
    [
      [1, 1, 1],
      [1, 1, 2],
      [1, 2, 1],
      [8, 12, 3],
      [8, 3, 12],
    ],
  ),
  ...rows(
    'vector_buffer',
    ['WIDTH', 'BEATS', 'REPEATS'],
    [
      [1, 1, 1],
      [1, 1, 2],
      [8, 1, 3],
      [8, 3, 4],
      [8, 64, 16],
    ],
  ),
  ...rows(
    'sliding_window',
    [
      'WIDTH',
      'HEIGHT',
      'COLUMNS',
      'FOLDS',
      'KERNEL_H',
      'KERNEL_W',
      'STRIDE_H',
      'STRIDE_W',
      'DILATION_H',
      'DILATION_W',
      'PAD_TOP',
      'PAD_LEFT',
      'OUT_HEIGHT',
      'OUT_WIDTH',
      'PIXELS',
      'REPEATS',
      'CHANNEL_MAJOR',
      'BLOCK',
    ],
    [
      [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0],
      [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 1, 2, 1, 1],
      [8, 5, 5, 1, 3, 3, 1, 1, 1, 1, 1, 1, 5, 5, 13, 1, 0, 1],
      [8, 5, 4, 3, 3, 2, 2, 3, 1, 2, 0, 1, 2, 2, 16, 2, 0, 0],
      [8, 5, 4, 3, 3, 2, 2, 3, 1, 2, 0, 1, 2, 2, 16, 2, 1, 0],
      [8, 1, 16, 2, 1, 3, 1, 2, 1, 4, 0, 4, 1, 8, 11, 1, 0, 1],
      [8, 4, 4, 1, 2, 2, 1, 1, 1, 1, 3, 3, 9, 9, 7, 1, 0, 0],
      [64, 224, 224, 8, 7, 7, 2, 2, 1, 1, 3, 3, 112, 112, 1500, 4, 0, 1],
    ],
  ),
  ...rows(
    'pool_lane',
    ['IN_W', 'OUT_W', 'SIGNED', 'MODE'],
    [
      [1, 1, 0, 0],
      [1, 1, 1, 0],
      [5, 5, 1, 0],
      [5, 9, 1, 0],
      [5, 9, 1, 1],
      [5, 3, 0, 1],
    ],
  ),
  ...rows(
    'pool',
    ['LANES', 'IN_W', 'OUT_W', 'SIGNED', 'TAPS', 'MODE'],
    [
      [1, 1, 1, 0, 1, 0],
      [3, 5, 5, 1, 9, 0],
      [3, 5, 7, 1, 4, 0],
      [2, 4, 8, 0, 16, 1],
      [1, 8, 4, 1, 3, 1],
    ],
  ),
  ...rows(
    'global_pool',
    ['LANES', 'IN_W', 'OUT_W', 'SIGNED', 'PIXELS', 'FOLDS', 'MODE'],
    [
      [1, 1, 1, 0, 1, 1, 0],
      [1, 1, 1, 0, 1, 2, 1],
      [3, 5, 5, 1, 9, 3, 0],
      [3, 5, 7, 1, 4, 4, 0],
      [2, 4, 10, 0, 49, 64, 1],
      [1, 8, 4, 1, 3, 2, 1],
    ],
  ),
  ...rows(
    'rom',
    ['WIDTH', 'DEPTH', 'BLOCK'],
    [
      [1, 1, 0],
      [1, 1, 1],
      [1, 2, 0],
      [8, 3, 1],
      [70, 64, 0],
      [70, 64, 1],
    ],
  ),
  ...rows('wrap_counter', ['COUNT'], [[1], [2], [3], [8]]),
  ...rows(
    'popcount_dot',
    ['SIMD', 'Y_W', 'PIPELINE'],
    [
      [1, 1, 0],
      [1, 4, 1],
      [9, 4, 0],
      [9, 2, 1],
      [64, 7, 1],
    ],
  ),
  ...rows('bit_count', ['N'], [[1], [2], [3], [6], [7], [12], [13], [36], [37], [100]]),
  ...rows(
    'popcount_few',
    ['SIMD', 'Y_W', 'CARRY'],
    [
      [1, 1, 0],
      [1, 1, 1],
      [2, 4, 0],
      [4, 3, 1],
      [8, 4, 1],
      [9, 2, 0],
      [10, 4, 1],
      [16, 5, 0],
      [17, 3, 1],
      [18, 9, 1],
    ],
  ),
  ...rows(
    'booth_chain',
    ['LANES', 'A_W', 'DIGITS', 'TOP', 'SIGN', 'Y_W', 'KEEP_W'],
    [
      [1, 1, 1, 0, 0, 2, 64],
      [1, 4, 1, 1, 0, 4, 64],
      [5, 4, 2, 0, 0, 10, 64],
      [9, 1, 2, 1, 0, 6, 64],
      [17, 8, 1, 0, 1, 13, 64],
      [5, 3, 1, 0, 2, 6, 64],
      [1, 1, 1, 0, 2, 1, 64],
      [9, 4, 1, 0, 3, 8, 64],
      [1, 16, 9, 0, 0, 34, 64],
      // carries that enter the next adder, from the first lane of a digit on and not
      [8, 2, 1, 0, 0, 6, 64],
      [9, 3, 2, 1, 0, 9, 64],
      [8, 4, 2, 0, 0, 11, 64],
      [20, 1, 1, 0, 1, 5, 64],
      // sums of which the low bits are used
      [8, 4, 2, 0, 0, 11, 5],
      [8, 4, 2, 0, 0, 11, 8],
      [8, 8, 1, 0, 0, 12, 1],
    ],
  ),
  ...rows(
    'booth_tree',
    ['LANES', 'CHAIN', 'A_W', 'DIGITS', 'TOP', 'SIGN', 'PIPELINE', 'REGISTER_AT', 'Y_W', 'KEEP_W'],
    [
      [8, 8, 4, 2, 0, 0, 0, 0, 11, 64],
      [8, 8, 4, 2, 0, 0, 1, 0, 11, 64],
      [17, 8, 4, 2, 0, 0, 1, 2, 12, 64],
      [24, 8, 4, 2, 0, 0, 1, 1, 12, 64],
      [17, 8, 4, 2, 0, 0, 1, 2, 12, 2],
    ],
  ),
  ...rows(
    'booth_dot',
    ['SIMD', 'A_W', 'A_KIND', 'W_W', 'W_KIND', 'CHAIN', 'Y_W', 'PIPELINE'],
    [
      [1, 1, 1, 1, 0, 4, 1, 0],
      [1, 1, 0, 1, 2, 1, 1, 1],
      [1, 1, 1, 2, 1, 4, 40, 0],
      [5, 4, 0, 4, 1, 4, 11, 1],
      [5, 4, 1, 5, 1, 2, 3, 0],
      [9, 1, 0, 2, 3, 4, 5, 1],
      [9, 3, 1, 3, 0, 1, 12, 0],
      [17, 4, 0, 1, 2, 7, 16, 1],
      [3, 16, 1, 16, 1, 4, 40, 1],
      [3, 16, 0, 16, 0, 4, 2, 0],
      [1, 1, 2, 1, 1, 4, 1, 0],
      [9, 1, 2, 3, 1, 4, 12, 1],
      [5, 1, 2, 2, 3, 2, 3, 0],
      [9, 1, 2, 4, 0, 8, 8, 1],
    ],
  ),
  ...rows(
    'matrix_vector',
    [
      'PE',
      'SIMD',
      'SYNAPSE_FOLD',
      'NEURON_FOLD',
      'A_W',
      'A_KIND',
      'W_W',
      'W_KIND',
      'ACC_W',
      'CHAIN',
      'BLOCK',
      'PIPELINE',
      'START_ROM',
    ],
    [
      [1, 1, 1, 1, 1, 0, 1, 0, 1, 4, 0, 1, 0],
      [1, 1, 1, 1, 1, 2, 1, 2, 1, 4, 0, 0, 1],
      [1, 1, 1, 2, 4, 0, 4, 1, 12, 4, 0, 1, 1],
      [3, 5, 3, 1, 4, 0, 4, 1, 12, 4, 1, 0, 0],
      [2, 5, 2, 2, 1, 2, 1, 2, 16, 4, 0, 1, 0],
      [2, 5, 2, 2, 1, 2, 3, 1, 16, 4, 1, 0, 1],
      [1, 3, 1, 1, 1, 2, 2, 3, 4, 4, 0, 1, 1],
      [2, 3, 4, 3, 8, 1, 1, 2, 20, 1, 0, 0, 0],
      [1, 9, 2, 3, 3, 1, 2, 3, 7, 7, 0, 1, 0],
      [2, 4, 1, 2, 1, 1, 5, 0, 16, 4, 0, 0, 1],
      [1, 2, 2, 2, 16, 1, 16, 1, 48, 4, 0, 1, 1],
    ],
  ),
  ...rows(
    'matrix_vector',
    ['PE', 'SIMD', 'SYNAPSE_FOLD', 'NEURON_FOLD', 'A_W', 'A_KIND', 'W_W', 'W_KIND', 'SEPARATE'],
    [
      [1, 1, 1, 1, 1, 0, 1, 0, 1],
      [4, 1, 9, 2, 4, 0, 4, 1, 1],
      [3, 5, 3, 1, 1, 2, 1, 2, 1],
      [2, 3, 1, 2, 1, 2, 3, 1, 1],
    ],
  ),
  ...rows(
    'dsp_lane',
    ['LANES', 'FIELD', 'DIGIT_W', 'A_W', 'ACCUMULATE', 'SUM_W'],
    [
      [1, 1, 1, 1, 0, 1],
      [1, 48, 27, 18, 1, 48],
      [2, 5, 5, 5, 1, 10],
      [5, 5, 3, 2, 0, 25],
      [27, 1, 1, 2, 1, 27],
    ],
  ),
  ...rows(
    'dsp_matrix_vector',
    [
      'PE',
      'SIMD',
      'SYNAPSE_FOLD',
      'NEURON_FOLD',
      'A_W',
      'A_KIND',
      'LANES',
      'FIELD',
      'DIGIT_W',
      'SPLIT',
      'ACC_W',
      'DROP',
      'FLIP',
      'BLOCK',
    ],
    [
      [1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0],
      [3, 1, 4, 2, 4, 0, 2, 12, 5, 0, 12, 0, 1, 1],
      [3, 1, 4, 2, 4, 1, 2, 14, 5, 0, 12, 1, 0, 0],
      [2, 3, 1, 2, 16, 1, 1, 48, 16, 0, 48, 0, 1, 0],
      [5, 4, 3, 1, 1, 2, 4, 5, 3, 1, 9, 1, 0, 0],
      [2, 2, 3, 1, 4, 0, 2, 14, 5, 1, 9, 0, 0, 0],
    ],
  ),
  ...rows(
    'threshold_search',
    ['LANES', 'IN_W', 'THRESHOLD_W', 'LEVEL_BITS', 'OUT_W', 'BASE', 'FOLDS'],
    [
      [1, 1, 1, 1, 1, 0, 1],
      [1, 1, 2, 1, 4, -2, 2],
      [3, 12, 12, 4, 4, 0, 1],
      [3, 12, 13, 2, 32, -100, 3],
    ],
  ),
  ...rows(
    'threshold_sequential',
    ['LANES', 'IN_W', 'THRESHOLD_W', 'LEVEL_BITS', 'OUT_W', 'BASE', 'FOLDS'],
    [
      [1, 1, 1, 1, 1, 0, 1],
      [1, 1, 2, 1, 4, -2, 2],
      [3, 12, 12, 4, 4, 0, 1],
      [3, 12, 13, 2, 32, -100, 3],
    ],
  ),
  ...rows(
    'threshold_parallel',
    ['LANES', 'IN_W', 'THRESHOLD_W', 'LEVELS', 'OUT_W', 'BASE', 'FOLDS'],
    [
      [1, 1, 1, 2, 1, 0, 1],
      [1, 1, 2, 2, 4, -2, 2],
      [3, 12, 12, 5, 3, 0, 1],
      [3, 12, 13, 17, 32, -100, 3],
    ],
  ),
  ...rows(
    'scale_shift',
    [
      'LANES',
      'IN_W',
      'MULTIPLIER_W',
      'BIAS_W',
      'SHIFT',
      'LEVELS',
      'OUT_W',
      'BASE',
      'FOLDS',
      'TIES_EVEN',
      'FIRST',
    ],
    [
      [1, 1, 1, 1, 0, 2, 1, 0, 1, 0, 0],
      [1, 1, 1, 1, 0, 2, 1, 0, 1, 1, 1],
      [3, 12, 8, 20, 8, 16, 4, -8, 3, 0, 0],
      [3, 12, 8, 20, 8, 16, 4, -8, 3, 1, 1],
      [1, 12, 4, 30, 60, 17, 8, 0, 2, 1, 0],
      [1, 1, 1, 1, 0, 65536, 17, 0, 1, 0, 1],
    ],
  ),
  ...rows(
    'scale_sequential',
    [
      'LANES',
      'IN_W',
      'MULTIPLIER_W',
      'ROWS',
      'STEPS',
      'STAGES',
      'ZEROS',
      'SUM_W',
      'SHIFT',
      'LEVELS',
      'PIVOT',
      'EXTRA_W',
      'OUT_W',
      'BASE',
      'FOLDS',
    ],
    [
      [1, 1, 1, 1, 1, 1, 0, 3, 0, 2, 0, 1, 1, 0, 1],
      [2, 12, 9, 2, 3, 1, 4, 20, 8, 16, 0, 1, 4, -8, 3],
      [2, 20, 24, 4, 4, 1, 13, 33, 30, 256, 131, 9, 8, -128, 5],
      [1, 20, 24, 5, 3, 1, 30, 14, 30, 200, 0, 1, 8, 0, 64], // no bit below the shift
      [1, 8, 7, 1, 4, 1, 10, 6, 14, 16, 8, 4, 32, 0, 1], // zeros beyond the digits
      [1, 8, 7, 1, 4, 1, 8, 9, 12, 16, 0, 1, 4, 0, 2], // as many zeros as places of the digits
      [1, 8, 5, 3, 1, 1, 0, 40, 5, 65536, 65535, 5, 17, 0, 2], // one cycle; a sum wider than the product
      [3, 6, 20, 1, 11, 1, 2, 11, 10, 9, 1, 8, 4, -9, 2], // a sum narrower than the product
      [2, 20, 24, 5, 1, 3, 13, 33, 30, 256, 131, 9, 8, -128, 5],
      [1, 12, 9, 3, 1, 2, 14, 8, 18, 16, 0, 1, 4, 0, 1],
    ],
  ),
  ...rows(
    'output_port',
    ['LANES', 'IN_W', 'IN_SIGNED', 'STEP', 'OFFSET', 'OUT_W', 'OUT_SIGNED', 'PITCH', 'BEATS'],
    [
      [1, 1, 0, 2, -1, 2, 1, 8, 1],
      [3, 8, 1, 1, 0, 8, 1, 8, 3],
      [2, 4, 0, 1, 7, 5, 0, 16, 2],
      [1, 12, 1, -3, 5, 4, 0, 32, 1],
      [1, 64, 1, 1, 0, 64, 1, 64, 1],
    ],
  ),
  ...rows(
    'input_port',
    ['LANES', 'LANE_W', 'PITCH'],
    [
      [1, 1, 8],
      [3, 8, 8],
      [2, 9, 16],
    ],
  ),
];

/** One wrong value a module, for the checks that must stop every tool. */
export const WRONG: readonly Corner[] = [
  ...rows('stream_register', ['WIDTH'], [[0]]),
  ...rows('stream_fifo', ['DEPTH'], [[0]]),
  ...rows('stream_width', ['IN_LANES', 'OUT_LANES'], [[3, 2]]),
  ...rows('vector_buffer', ['REPEATS'], [[0]]),
  ...rows('ram', ['DEPTH'], [[1]]),
  ...rows('stream_fork', ['WIDTH'], [[0]]),
  ...rows('stream_add', ['LANES'], [[0]]),
  ...rows(
    'weighted_pair',
    ['A_WEIGHT', 'B_W'],
    [
      [0, 8],
      [-(2 ** 24), 8],
      [1, 49],
    ],
  ),
  ...rows('weighted_tables', ['SUM_W'], [[65]]),
  ...rows('stream_concat', ['FOLDS_B'], [[0]]),
  ...rows('row_buffer', ['WORDS'], [[5]]), // the order leaves the last word out
  ...rows('upsample', ['FACTOR_W'], [[0]]),
  ...rows(
    'depth_to_space',
    ['CRD', 'LANES'],
    [
      [2, 1],
      [1, 2],
    ],
  ),
  ...rows(
    'sliding_window',
    ['KERNEL_W', 'PAD_LEFT', 'OUT_WIDTH', 'BLOCK'],
    [
      [0, 0, 3, 0],
      [3, 0, 3, 2],
      [3, 3, 1, 0], // all windows lie in the padding
    ],
  ),
  ...rows('pool_lane', ['IN_W', 'OUT_W'], [[5, 4]]),
  ...rows('pool', ['MODE'], [[2]]),
  ...rows('global_pool', ['FOLDS'], [[0]]),
  ...rows('wrap_counter', ['COUNT'], [[0]]),
  ...rows('popcount_dot', ['Y_W'], [[0]]),
  ...rows('bit_count', ['N'], [[0]]),
  ...rows(
    'booth_chain',
    ['LANES', 'A_W', 'KEEP_W'],
    [
      [1025, 4, 64],
      [8, 17, 64],
      [8, 4, 0],
    ],
  ),
  ...rows('popcount_few', ['SIMD'], [[19]]),
  ...rows(
    'booth_dot',
    ['W_KIND', 'W_W', 'A_KIND', 'A_W'],
    [
      [2, 2, 0, 4],
      [3, 3, 0, 4],
      [2, 1, 2, 1], // popcount_dot's
      [1, 4, 2, 2],
    ],
  ),
  ...rows('rom', ['BLOCK'], [[2]]),
  ...rows('matrix_vector', ['SEPARATE'], [[2]]),
  ...rows(
    'matrix_vector',
    ['W_KIND', 'W_W', 'CHAIN'],
    [
      [2, 2, 4],
      [3, 4, 4],
      [1, 4, 0],
    ],
  ),
  ...rows('dsp_lane', ['LANES', 'FIELD'], [[3, 12]]),
  ...rows(
    'dsp_matrix_vector',
    ['LANES', 'FIELD', 'SIMD', 'SPLIT'],
    [
      [5, 10, 1, 0],
      [2, 12, 2, 0], // nothing would sum the beats
      [2, 11, 1, 0], // the result is wider than a field
    ],
  ),
  ...rows('threshold_search', ['IN_W', 'THRESHOLD_W'], [[8, 7]]),
  ...rows('threshold_parallel', ['LEVELS', 'OUT_W'], [[5, 2]]),
  ...rows('scale_shift', ['LEVELS'], [[1]]),
  ...rows('scale_sequential', ['MULTIPLIER_W', 'ROWS', 'STEPS'], [[12, 2, 3]]),
  ...rows('scale_sequential', ['SUM_W'], [[4]]),
  ...rows('scale_sequential', ['STEPS', 'STAGES'], [[2, 2]]),
  ...rows('scale_sequential', ['PIVOT', 'EXTRA_W'], [[8, 5]]),
  ...rows('output_port', ['PITCH'], [[12]]),
  ...rows('input_port', ['LANE_W', 'PITCH'], [[9, 8]]),
];

function rows(module: string, names: readonly string[], values: readonly (readonly number[])[]): Corner[] {
  return values.map((row) => ({
    module,
    parameters: Object.fromEntries(names.map((name, index) => [name, row[index]])),
  }));
}

/** The corners by module, for one test a module. */
export const MODULES: readonly [string, readonly Corner[]][] = [
  ...new Set(CORNERS.map(({ module }) => module)),
].map((module) => [module, CORNERS.filter((corner) => corner.module === module)]);
