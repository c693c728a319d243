/** Broken .tflite files by name: one thing wrong with each, in an otherwise good model. */
import {
  biases,
  codes,
  encodeTflite,
  floats,
  type GraphSpec,
  type OperatorSpec,
  smallNetwork,
  type TensorSpec,
  weights,
} from './tflite-builder.js';

const good = encodeTflite(smallNetwork());

/** The small network with some tensors changed. */
function tensors(changes: Readonly<Record<string, Partial<TensorSpec>>>): Uint8Array {
  const spec = smallNetwork();
  const changed = { ...spec.tensors };
  for (const [name, change] of Object.entries(changes)) changed[name] = { ...changed[name], ...change };
  return encodeTflite({ ...spec, tensors: changed });
}

/** The small network with one operator changed. */
function operator(index: number, change: Partial<OperatorSpec>): Uint8Array {
  const spec = smallNetwork();
  const operators = spec.operators.map((each, k) => (k === index ? { ...each, ...change } : each));
  return encodeTflite({ ...spec, operators });
}

/** One operator between x and y. */
function single(op: string, given: GraphSpec['tensors'], options: OperatorSpec['options'] = {}): Uint8Array {
  const inputs = Object.keys(given).filter((name) => name !== 'y');
  return encodeTflite({ tensors: given, operators: [{ op, inputs, outputs: ['y'], options }] });
}

function bytes(change: (each: Uint8Array) => void): Uint8Array {
  const copy = good.slice();
  change(copy);
  return copy;
}

/** Bytes that look random and are the same on every machine. */
function noise(count: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

const conv = { padding: 0, strideWidth: 1, strideHeight: 1 };
const pool = { ...conv, kernelWidth: 2, kernelHeight: 2 };
const image = (scale = 0.5, zeroPoint = 3) => codes([1, 4, 4, 2], scale, zeroPoint);
const axes = (...data: number[]): TensorSpec => ({ shape: [data.length], type: 'INT32', data });

export const brokenTflite: Readonly<Record<string, Uint8Array>> = {
  empty: new Uint8Array(),
  'random-bytes': noise(2000, 3),
  'random-bytes-with-identifier': bytes((each) => each.set(noise(each.length - 8, 5), 8)),
  'onnx-named-tflite': new TextEncoder().encode('\b\x07\x12\fpytorch\x1a\x05'),
  'cut-in-half': good.subarray(0, good.length >> 1),
  'root-outside': bytes((each) => each.set([255, 255, 255, 127], 0)),
  'schema-version': encodeTflite({ ...smallNetwork(), version: 2 }),
  'no-operators': encodeTflite({ tensors: { x: image(), y: image() }, operators: [] }),
  'two-inputs': encodeTflite({ ...smallNetwork(), inputs: ['x', 'm'] }),
  'no-outputs': encodeTflite({ ...smallNetwork(), outputs: [] }),
  'output-is-constant': encodeTflite({ ...smallNetwork(), outputs: ['w0'] }),
  'made-twice': operator(1, { outputs: ['c0'] }),
  'used-before-made': operator(1, { inputs: ['s', 'w1', 'b1'] }),
  'unknown-operators': encodeTflite({
    tensors: { x: image(), a: image(), b: image(), c: image(), y: image() },
    operators: [
      { op: 'HARD_SWISH', inputs: ['x'], outputs: ['a'] },
      { op: 'MyDelegateOperator', inputs: ['x'], outputs: ['b'] },
      { op: 'ADD', inputs: ['a', 'b'], outputs: ['c'], options: { add: { activation: 4 } } },
      { op: 'TRANSPOSE_CONV', inputs: ['x', 'c'], outputs: ['y'] },
    ],
  }),
  'several-problems': encodeTflite({
    ...smallNetwork(),
    tensors: {
      ...smallNetwork().tensors,
      w0: weights([4, 3, 3, 7]),
      w1: { ...weights([1, 3, 3, 4], 3), zeroPoint: [0, 0, 4, 0] },
    },
  }),
  'batch-of-eight': tensors({ x: { shape: [8, 6, 5, 2] } }),
  'open-axis': tensors({ x: { shape: [1, -1, 5, 2] } }),
  'input-int16': tensors({ x: { type: 'INT16' } }),
  'input-scale-zero': tensors({ x: { scale: [0] } }),
  'input-zero-point': tensors({ x: { zeroPoint: [200] } }),
  'activations-uint8': tensors({
    x: { type: 'UINT8', zeroPoint: [128] },
    c0: { type: 'UINT8', zeroPoint: [0] },
  }),
  'activations-int16': tensors({ c0: { type: 'INT16' } }),
  'activation-scales': tensors({ c0: { scale: [1, 2, 3, 4] } }),
  'activation-without-scale': tensors({ c0: { scale: undefined } }),
  'quantization-custom': tensors({ c0: { custom: true } }),
  'scale-nan': tensors({ w0: { scale: [Number.NaN, 1, 1, 1] } }),
  'scale-negative': tensors({ w0: { scale: [-1, 1, 1, 1] } }),
  'scale-on-another-axis': tensors({ w0: { dimension: 3 } }),
  'weights-uint8': tensors({ w0: { type: 'UINT8' } }),
  'weights-float': tensors({
    w0: {
      ...floats(
        [4, 3, 3, 2],
        Array.from({ length: 72 }, () => 1),
      ),
    },
  }),
  'weights-not-constant': tensors({ w0: { data: undefined } }),
  'weights-cut': tensors({ w0: { bytes: new Uint8Array(71) } }),
  'weights-axes': tensors({ w0: { shape: [4, 18] } }),
  'bias-int64': tensors({ b0: { type: 'INT64' } }),
  'bias-count': tensors({ b0: biases(5) }),
  'result-shape': tensors({ c0: { shape: [1, 5, 5, 4] } }),
  'multiplier-huge': tensors({ c0: { scale: [1e-12] } }),
  'input-missing': operator(0, { inputs: ['', 'w0', 'b0'] }),
  'stride-zero': operator(0, { options: { conv: { padding: 0, strideWidth: 0, strideHeight: 1 } } }),
  'options-of-another': operator(0, { options: { pool } }),
  'options-missing': operator(0, { options: {} }),
  'activation-tanh': operator(0, { options: { conv: { ...conv, activation: 4 } } }),
  'kernel-larger-than-image': single(
    'MAX_POOL_2D',
    { x: image(), y: image() },
    { pool: { ...pool, padding: 1, kernelWidth: 9 } },
  ),
  'depthwise-channels': tensors({ w1: weights([1, 3, 3, 6], 3) }),
  'pool-changes-scale': single('AVERAGE_POOL_2D', { x: image(), y: image(0.25) }, { pool }),
  'dense-inputs': tensors({ w2: weights([3, 5], 0, () => 0.02) }),
  'dense-over-positions': single('FULLY_CONNECTED', { x: image(), w: weights([3, 2]), y: image() }),
  'dense-keeps-axes': single(
    'FULLY_CONNECTED',
    { x: codes([1, 1, 1, 2]), w: weights([3, 2]), y: codes([1, 1, 1, 3]) },
    { fullyConnected: { keepDimensions: 1 } },
  ),
  'dense-shuffled': operator(5, { options: { fullyConnected: { weightsFormat: 1 } } }),
  'mean-over-channels': single('MEAN', { x: image(), axes: axes(3), y: codes([1, 4, 4]) }),
  'add-broadcasts': encodeTflite({
    tensors: { x: image(), p: codes([1, 2, 4, 2]), y: image() },
    operators: [
      {
        op: 'MAX_POOL_2D',
        inputs: ['x'],
        outputs: ['p'],
        options: { pool: { ...conv, strideHeight: 2, kernelWidth: 1, kernelHeight: 1 } },
      },
      { op: 'ADD', inputs: ['x', 'p'], outputs: ['y'] },
    ],
  }),
  'add-constant': single('ADD', {
    x: image(),
    k: { ...codes([2]), data: [1, 2] },
    y: image(),
  }),
  'add-scale': tensors({ s: { scale: [1e-6] } }),
  'concat-axis': encodeTflite({
    tensors: { x: image(), y: codes([1, 8, 4, 2]) },
    operators: [
      { op: 'CONCATENATION', inputs: ['x', 'x'], outputs: ['y'], options: { concatenation: { axis: 1 } } },
    ],
  }),
  'concat-scales': encodeTflite({
    tensors: { x: image(), y: codes([1, 4, 4, 4], 0.25) },
    operators: [
      { op: 'CONCATENATION', inputs: ['x', 'x'], outputs: ['y'], options: { concatenation: { axis: 3 } } },
    ],
  }),
  'pad-channels': single('PAD', {
    x: image(),
    amounts: { shape: [4, 2], type: 'INT32', data: [0, 0, 0, 0, 0, 0, 0, 1] },
    y: codes([1, 4, 4, 3]),
  }),
  'pad-negative': single('PAD', {
    x: image(),
    amounts: { shape: [4, 2], type: 'INT32', data: [0, 0, -1, 0, 0, 0, 0, 0] },
    y: codes([1, 3, 4, 2]),
  }),
  'reshape-elements': single('RESHAPE', { x: image(), y: codes([1, 31]) }),
  'softmax-inside': encodeTflite({
    tensors: { x: codes([1, 2]), p: codes([1, 2], 1 / 256, -128), y: codes([1, 2]) },
    operators: [
      { op: 'SOFTMAX', inputs: ['x'], outputs: ['p'], options: { softmax: { beta: 1 } } },
      { op: 'RELU', inputs: ['p'], outputs: ['y'] },
    ],
  }),
  'half-precision-weights': encodeTflite({
    tensors: {
      x: floats([1, 2]),
      h: { shape: [3, 2], type: 'FLOAT16', bytes: new Uint8Array(12) },
      w: floats([3, 2]),
      y: floats([1, 3]),
    },
    operators: [
      { op: 'DEQUANTIZE', inputs: ['h'], outputs: ['w'] },
      { op: 'FULLY_CONNECTED', inputs: ['x', 'w'], outputs: ['y'] },
    ],
  }),
  'float-weights-nan': single('FULLY_CONNECTED', {
    x: floats([1, 2]),
    w: floats([1, 2], [1, Number.NaN]),
    y: floats([1, 1]),
  }),
  'weights-only-quantized': single('FULLY_CONNECTED', {
    x: floats([1, 2]),
    w: weights([3, 2]),
    y: floats([1, 3]),
  }),
};
