/** The part of TensorFlow Lite's public schema (schema.fbs, version 3) that is read: numbers of fields and of enumerations. */

/** BuiltinOperator by number. */
export const OPERATORS: readonly string[] = `
ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE
EMBEDDING_LOOKUP FLOOR FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D
LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6
RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM
EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND
TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN
EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX
MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV
SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT
REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV
REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU
SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK ELU
REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE
NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL
PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG REAL COMPLEX_ABS
HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE
READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM
MULTINOMIAL GELU DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX
UNSORTED_SEGMENT_SUM ATAN2 UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR RIGHT_SHIFT
`
  .trim()
  .split(/\s+/);

export const CUSTOM = OPERATORS.indexOf('CUSTOM');

/** TensorType by number. */
export const TENSOR_TYPES = [
  'FLOAT32',
  'FLOAT16',
  'INT32',
  'UINT8',
  'INT64',
  'STRING',
  'BOOL',
  'INT16',
  'COMPLEX64',
  'INT8',
  'FLOAT64',
  'COMPLEX128',
  'UINT64',
  'RESOURCE',
  'VARIANT',
  'UINT32',
  'UINT16',
  'INT4',
  'BFLOAT16',
] as const;
export type TensorType = (typeof TENSOR_TYPES)[number];

/** ActivationFunctionType by number. */
export const ACTIVATIONS = ['NONE', 'RELU', 'RELU_N1_TO_1', 'RELU6', 'TANH', 'SIGN_BIT'] as const;

/** Numbers of fields: table -> field -> position in its vtable. */
export const FIELDS = {
  model: { version: 0, operatorCodes: 1, subgraphs: 2, buffers: 4 },
  operatorCode: { deprecatedBuiltin: 0, custom: 1, builtin: 3 },
  subgraph: { tensors: 0, inputs: 1, outputs: 2, operators: 3 },
  tensor: {
    shape: 0,
    type: 1,
    buffer: 2,
    name: 3,
    quantization: 4,
    isVariable: 5,
    sparsity: 6,
    shapeSignature: 7,
  },
  quantization: { scale: 2, zeroPoint: 3, detailsType: 4, dimension: 6 },
  operator: { code: 0, inputs: 1, outputs: 2, optionsType: 3, options: 4 },
  buffer: { data: 0, offset: 1, size: 2 },
} as const;

/** Members of the union BuiltinOptions that are read, and their fields. */
export const OPTIONS = {
  conv: {
    type: 1,
    padding: 0,
    strideWidth: 1,
    strideHeight: 2,
    activation: 3,
    dilationWidth: 4,
    dilationHeight: 5,
  },
  depthwise: {
    type: 2,
    padding: 0,
    strideWidth: 1,
    strideHeight: 2,
    activation: 4,
    dilationWidth: 5,
    dilationHeight: 6,
  },
  pool: {
    type: 5,
    padding: 0,
    strideWidth: 1,
    strideHeight: 2,
    kernelWidth: 3,
    kernelHeight: 4,
    activation: 5,
  },
  fullyConnected: { type: 8, activation: 0, weightsFormat: 1, keepDimensions: 2 },
  softmax: { type: 9, beta: 0 },
  concatenation: { type: 10, axis: 0, activation: 1 },
  add: { type: 11, activation: 0 },
  resizeNearest: { type: 74, alignCorners: 0, halfPixelCenters: 1 },
  leakyRelu: { type: 75, alpha: 0 },
  depthToSpace: { type: 94, blockSize: 0 },
} as const;
