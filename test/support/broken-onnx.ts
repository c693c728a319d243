/** Broken .onnx files by name: one thing wrong with each, in an otherwise good model. */
import {
  codes,
  encodeOnnx,
  floats,
  type GraphSpec,
  graphOf,
  integers,
  type NodeSpec,
  node,
  quant,
  scalar,
  smallMlp,
} from './onnx-builder.js';

/** The small network after a change: in place, or another one returned. */
function changed(change: (spec: GraphSpec) => unknown): Uint8Array {
  const spec = smallMlp();
  const other = change(spec) as GraphSpec | undefined;
  return encodeOnnx(other ?? spec);
}

/** The small network with one initializer replaced. */
function tensor(name: string, replace: (each: GraphSpec['initializers'][number]) => void): Uint8Array {
  return changed(({ initializers }) => {
    const found = initializers.find((each) => each.name === name);
    if (!found) throw new Error(`no initializer ${name}`);
    replace(found);
  });
}

function value(name: string, ...values: number[]): Uint8Array {
  return tensor(name, (each) => {
    each.floatData = values;
  });
}

function input(dims: (number | string)[] | undefined): Uint8Array {
  return changed((spec) => ({ ...spec, inputs: [{ name: 'x', dims }] }));
}

/** Nodes between x of the given shape and y. */
function graph(dims: number[], ...parts: Parameters<typeof graphOf>[1][]): Uint8Array {
  return encodeOnnx(graphOf(dims, ...parts));
}

function thresholds(rows: number[], dims: number[], attributes = {}): Uint8Array {
  const nodes = [node('MultiThreshold', ['x', 't'], ['y'], attributes, 'qonnx.custom_op.general')];
  return graph([1, 2], { nodes, initializers: [floats('t', dims, rows)] });
}

function ones(count: number): number[] {
  return new Array<number>(count).fill(1);
}

/** Convolutions of x [1, 2, 5, 5], each with its attributes and the shape of its weights. */
function convs(...each: [NodeSpec['attributes'], number[]][]): Uint8Array {
  const parts = each.map(([attributes, dims], k) => ({
    nodes: [node('Conv', ['x', `w${k}`], [`c${k}`], attributes)],
    initializers: [floats(`w${k}`, dims, ones(dims.reduce((a, b) => a * b, 1)))],
  }));
  const join = {
    nodes: [
      node(
        'Concat',
        each.map((_, k) => `c${k}`),
        ['y'],
      ),
    ],
  };
  return graph([1, 2, 5, 5], ...parts, join);
}

/** Bytes that look random and are the same on every machine. */
function noise(count: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

const good = encodeOnnx(smallMlp());

export const brokenOnnx: Readonly<Record<string, Uint8Array>> = {
  empty: new Uint8Array(0),
  text: Buffer.from('# this is not a model\nlayers:\n  - dense\n'),
  'random-bytes': noise(4096, 7),
  'random-bytes-short': noise(3, 1),
  'zero-bytes': new Uint8Array(1000),
  'truncated-early': good.subarray(0, 20),
  'truncated-half': good.subarray(0, good.length >> 1),
  'truncated-last-byte': good.subarray(0, good.length - 1),
  'no-graph': good.subarray(0, 2),
  'no-nodes': changed((spec) => ({ ...spec, nodes: [] })),

  cycle: changed((spec) => {
    spec.nodes.push(node('Add', ['xq', 'loop'], ['a']), node('Relu', ['a'], ['loop']));
  }),
  'node-feeds-itself': graph([1, 2], { nodes: [node('Add', ['x', 'y'], ['y'])] }),
  'tensor-made-twice': changed((spec) => {
    spec.nodes.push(node('Relu', ['xq'], ['p1']));
  }),
  'input-made-again': changed((spec) => {
    spec.nodes.push(node('Relu', ['q1'], ['x']));
  }),
  'tensors-missing': changed((spec) => ({
    ...spec,
    outputs: ['nowhere'],
    initializers: spec.initializers.filter(({ name }) => name !== 'w1' && name !== 'gamma'),
  })),
  'two-inputs': changed((spec) => {
    spec.inputs.push({ name: 'second', dims: [1, 3] });
  }),
  'no-inputs': changed((spec) => ({
    ...spec,
    inputs: [],
    initializers: [...spec.initializers, floats('x', [1, 3], [1, 2, 3])],
  })),
  'two-outputs': changed((spec) => ({ ...spec, outputs: ['y', 'q1'] })),
  'constant-output': changed((spec) => ({ ...spec, outputs: ['w1q'] })),
  'input-without-shape': input(undefined),
  'input-only-batch': input(['batch']),
  'input-open-axis': input(['batch', 'length']),
  'input-negative-axis': input([1, -3]),
  'input-huge': input([1, 2 ** 40]),
  'input-huge-product': input([1, 4096, 4096, 4096]),

  'unknown-operators': graph([1, 2], {
    nodes: [
      node('LSTM', ['x'], ['a']),
      node('Einsum', ['x'], ['b'], { equation: 'ij->ji' }),
      node('Magic', ['x'], ['c'], {}, 'com.example'),
      node('Add', ['a', 'b'], ['d']),
      node('Add', ['c', 'd'], ['y']),
    ],
  }),
  'product-of-branches': graph([1, 2], {
    nodes: [node('Relu', ['x'], ['a']), node('Mul', ['x', 'a'], ['y'])],
  }),
  'batch-axis-moved': graph([1, 4], {
    nodes: [node('Reshape', ['x', 'shape'], ['y'])],
    initializers: [integers('shape', [2], [2, 2])],
  }),
  'reshape-impossible': graph([1, 4], {
    nodes: [node('Reshape', ['x', 'shape'], ['y'])],
    initializers: [integers('shape', [2], [1, 5])],
  }),
  'softmax-inside': graph(
    [1, 2],
    quant('x', 'xq'),
    { nodes: [node('Softmax', ['xq'], ['s'])] },
    quant('s', 'y', { scale: 0.125 }),
  ),
  'divided-by-zero': graph([1, 2], {
    nodes: [node('Div', ['x', 'd'], ['y'])],
    initializers: [floats('d', [2], [1, 0])],
  }),
  'nan-constant': graph([1, 2], {
    nodes: [node('Add', ['x', 'c'], ['y'])],
    initializers: [floats('c', [2], [1, Number.NaN])],
  }),
  'constant-does-not-broadcast': graph([1, 2], {
    nodes: [node('Add', ['x', 'c'], ['y'])],
    initializers: [floats('c', [3], [1, 2, 3])],
  }),
  'clip-upside-down': graph([1, 2], {
    nodes: [node('Clip', ['x'], ['y'], { min: { f: 1 }, max: { f: -1 } })],
  }),
  'falling-leaky-relu': graph([1, 2], {
    nodes: [node('LeakyRelu', ['x'], ['y'], { alpha: { f: -0.5 } })],
  }),
  'inputs-left-out': graph([1, 2], {
    nodes: [
      node('Add', ['k'], ['a']),
      node('Gather', ['k'], ['b']),
      node('Reshape', ['k'], ['c']),
      node('MatMul', ['x'], ['d']),
      node('Quant', ['x'], ['e']),
      node('Relu', [], ['f']),
      node('Concat', ['a', 'b', 'c', 'd', 'e', 'f'], ['y']),
    ],
    initializers: [scalar('k', 1)],
  }),
  'constants-do-not-fit': graph([1, 2], {
    nodes: [
      node('Add', ['k2', 'k3'], ['a']),
      node('Concat', ['k2', 'k22'], ['b'], { axis: 0 }),
      node('Gather', ['k2', 'nine'], ['c']),
      node('Transpose', ['k22'], ['d'], { perm: { ints: [0, 0] } }),
      node('Unsqueeze', ['k2'], ['e'], { axes: { ints: [7] } }),
      node('Concat', ['a', 'b', 'c', 'd', 'e', 'x'], ['y']),
    ],
    initializers: [
      floats('k2', [2], [1, 2]),
      floats('k3', [3], [1, 2, 3]),
      floats('k22', [2, 2], [1, 2, 3, 4]),
      integers('nine', [], [9]),
    ],
  }),

  'scale-nan': value('xq_scale', Number.NaN),
  'scale-zero': value('xq_scale', 0),
  'scale-negative': value('xq_scale', -0.25),
  'scale-infinite': value('xq_scale', Number.POSITIVE_INFINITY),
  'weight-scale-zero': value('w1q_scale', 0),
  'weight-scale-wrong-shape': tensor('w1q_scale', (each) => {
    Object.assign(each, floats('w1q_scale', [4], [1, 1, 1, 1]));
  }),
  'scale-per-input': tensor('w1q_scale', (each) => {
    Object.assign(each, floats('w1q_scale', [3, 1], [1, 2, 4]));
  }),
  'bits-zero': value('xq_bits', 0),
  'bits-77': value('xq_bits', 77),
  'bits-fraction': value('w1q_bits', 2.5),
  'bits-nan': value('q1_bits', Number.NaN),
  'bits-per-channel': tensor('xq_bits', (each) => {
    Object.assign(each, floats('xq_bits', [3], [4, 3, 2]));
  }),
  'zero-point-fraction': value('xq_zero', 0.5),
  'rounding-mode-unknown': graph([1, 2], quant('x', 'y', {}, { rounding_mode: 'STOCHASTIC' })),
  'narrow-one-bit': graph([1, 2], quant('x', 'y', { bits: 1 }, { signed: 0, narrow: 1 })),
  'bipolar-zero-point': graph([1, 2], quant('x', 'y', { bits: 1, zeroPoint: 1 })),
  'scale-from-input': graph([1, 2], {
    nodes: [node('Quant', ['x', 'x', 'z', 'b'], ['y'])],
    initializers: [scalar('z', 0), scalar('b', 4)],
  }),

  'weights-nan': value('w1', 1, 2, Number.NaN, 4, 5, 6),
  'weights-from-input': graph([1, 2], { nodes: [node('MatMul', ['x', 'x'], ['y'])] }),
  'weights-three-axes': tensor('w1', (each) => {
    each.dims = [1, 3, 2];
  }),
  'weights-no-outputs': graph(
    [1, 2],
    quant('x', 'xq'),
    { nodes: [node('MatMul', ['xq', 'w'], ['y'])] },
    { initializers: [floats('w', [2, 0], [])] },
  ),
  'matmul-shapes': tensor('w2', (each) => {
    Object.assign(each, floats('w2', [3, 2], [1, 2, 3, 4, 5, 6]));
  }),
  'gemm-attributes': graph([1, 2], {
    nodes: [
      node('Gemm', ['x', 'w'], ['a'], { transA: 1 }),
      node('Gemm', ['x', 'w'], ['b'], { alpha: { f: Infinity } }),
      node('Concat', ['a', 'b'], ['y']),
    ],
    initializers: [floats('w', [2, 2], [1, 2, 3, 4])],
  }),

  'elements-missing': value('w1', 1, 2, 3),
  'raw-data-length': tensor('w1', (each) => {
    Object.assign(each, { floatData: undefined, rawData: new Uint8Array(23) });
  }),
  'external-data': tensor('w1', (each) => {
    Object.assign(each, { floatData: undefined, dataLocation: 1 });
  }),
  'tensor-negative-dims': tensor('w1', (each) => {
    each.dims = [-3, -2];
  }),
  'tensor-huge-dims': tensor('w1', (each) => {
    each.dims = [2 ** 31, 2 ** 31];
  }),
  'tensor-of-strings': tensor('w1', (each) => {
    each.dataType = 8;
  }),

  'variance-negative': value('variance', 1, -4),
  'variance-nan': value('variance', Number.NaN, 1),
  'batch-norm-lengths': tensor('gamma', (each) => {
    Object.assign(each, floats('gamma', [3], [1, 1, 1]));
  }),
  'batch-norm-infinite': changed(({ initializers, nodes }) => {
    initializers.push(floats('flat', [2], [0, 0]));
    const at = nodes.findIndex(({ op }) => op === 'BatchNormalization');
    nodes[at] = node('BatchNormalization', ['p1', 'gamma', 'beta', 'mean', 'flat'], ['n1'], {
      epsilon: { f: 0 },
    });
  }),

  'conv-attributes': convs(
    [{ kernel_shape: { ints: [3, 2] } }, [4, 2, 3, 3]],
    [{ group: 3 }, [3, 1, 3, 3]],
    [{ group: 2 }, [3, 1, 3, 3]],
    [{ group: 0 }, [3, 2, 3, 3]],
    [{}, [4, 3, 3, 3]],
    [{ strides: { ints: [1] } }, [4, 2, 3, 3]],
    [{ strides: { ints: [0, 1] } }, [4, 2, 3, 3]],
    [{ dilations: { ints: [1, -1] } }, [4, 2, 3, 3]],
    [{ pads: { ints: [1, 1] } }, [4, 2, 3, 3]],
    [{ pads: { ints: [0, 0, -1, 0] } }, [4, 2, 3, 3]],
    [{ auto_pad: 'SAME' }, [4, 2, 3, 3]],
    [{}, [4, 2, 3]],
    [{}, [4, 2, 7, 6]],
    [{ dilations: { ints: [3, 1] }, pads: { ints: [1, 0, 0, 0] } }, [4, 2, 3, 3]],
  ),
  'conv-bias': graph([1, 2, 5, 5], {
    nodes: [node('Conv', ['x', 'w', 'b'], ['y'])],
    initializers: [floats('w', [4, 2, 1, 1], ones(8)), floats('b', [3], ones(3))],
  }),
  'conv-3d': graph([1, 2, 5, 5, 5], {
    nodes: [node('Conv', ['x', 'w'], ['y'])],
    initializers: [floats('w', [1, 2, 1, 1, 1], ones(2))],
  }),
  'conv-of-nhwc': graph([1, 4, 4, 3], {
    nodes: [
      node('Transpose', ['x'], ['t'], { perm: { ints: [0, 3, 2, 1] } }),
      node('Conv', ['t', 'w'], ['y']),
    ],
    initializers: [floats('w', [1, 3, 1, 1], ones(3))],
  }),
  'weights-nan-in-conv': graph([1, 1, 2, 2], {
    nodes: [node('Conv', ['x', 'w'], ['y'])],
    initializers: [floats('w', [1, 1, 1, 1], [Number.NaN])],
  }),
  pools: graph([1, 2, 4, 4], {
    nodes: [
      node('MaxPool', ['x'], ['a', 'indices'], { kernel_shape: { ints: [2, 2] } }),
      node('MaxPool', ['x'], ['b']),
      node('AveragePool', ['x'], ['c'], { kernel_shape: { ints: [5, 5] } }),
      node('MaxPool', ['x'], ['d'], { kernel_shape: { ints: [2, 2] }, pads: { ints: [2, 0, 0, 0] } }),
      node('AveragePool', ['x'], ['e'], {
        kernel_shape: { ints: [3, 3] },
        ceil_mode: 1,
        count_include_pad: 1,
      }),
      node('ReduceMean', ['x'], ['f'], { axes: { ints: [1] } }),
      node('ReduceMean', ['x'], ['g']),
      node('GlobalAveragePool', ['flat'], ['h']),
      node('Flatten', ['x'], ['flat']),
      node('Concat', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], ['y']),
    ],
  }),
  'shapes-of-branches': graph([1, 2, 4, 4], {
    nodes: [
      node('MaxPool', ['x'], ['half'], { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }),
      node('Transpose', ['x'], ['turned'], { perm: { ints: [0, 1, 3, 2] } }),
      node('Add', ['x', 'half'], ['a']),
      node('Add', ['x', 'turned'], ['b']),
      node('Concat', ['x', 'half'], ['c'], { axis: 1 }),
      node('Concat', ['x', 'x'], ['d'], { axis: 2 }),
      node('Div', ['x', 'x'], ['e']),
      node('Concat', ['a', 'b', 'c', 'd', 'e'], ['y']),
    ],
  }),
  moves: graph([1, 4, 4, 4], {
    nodes: [
      node('Pad', ['x', 'pads'], ['a'], { mode: 'reflect' }),
      node('Pad', ['x', 'channels'], ['b']),
      node('Pad', ['x', 'crop'], ['c']),
      node('Pad', ['x', 'pads', 'one'], ['d']),
      node('Pad', ['x', 'short'], ['e']),
      node('Resize', ['x', '', 'scales'], ['f']),
      node('Resize', ['x', '', 'halves'], ['g']),
      node('Resize', ['x', '', 'scales'], ['h'], { mode: 'linear' }),
      node('Resize', ['x', '', 'scales'], ['i'], {
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'ceil',
      }),
      node('Resize', ['x', '', 'two'], ['j']),
      node('DepthToSpace', ['x'], ['k'], { blocksize: 3 }),
      node('DepthToSpace', ['x'], ['l'], { blocksize: 2, mode: 'ABC' }),
      node('DepthToSpace', ['x'], ['m']),
      node('Transpose', ['x'], ['n'], { perm: { ints: [1, 0, 2, 3] } }),
      node('Transpose', ['x'], ['o'], { perm: { ints: [0, 1, 2] } }),
      node('Concat', [...'abcdefghijklmno'], ['y']),
    ],
    initializers: [
      integers('pads', [8], [0, 0, 1, 1, 0, 0, 1, 1]),
      integers('channels', [8], [0, 1, 0, 0, 0, 0, 0, 0]),
      integers('crop', [8], [0, 0, -1, 0, 0, 0, 0, 0]),
      integers('short', [4], [1, 1, 1, 1]),
      scalar('one', 1),
      floats('scales', [4], [1, 1, 2, 3]),
      floats('halves', [4], [1, 1, 0.5, 0.5]),
      floats('two', [2], [2, 2]),
    ],
  }),
  'output-flattened': graph([1, 2, 3, 3], { nodes: [node('Flatten', ['x'], ['y'])] }),
  'constant-per-pixel': graph([1, 2, 2, 2], {
    nodes: [node('Add', ['x', 'c'], ['y'])],
    initializers: [floats('c', [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])],
  }),

  'quantize-linear': graph([1, 2, 2, 2], {
    nodes: [
      node('QuantizeLinear', ['x', 's', 'zf'], ['a']),
      node('QuantizeLinear', ['x', 's0'], ['b']),
      node('QuantizeLinear', ['x', 's3'], ['c']),
      node('QuantizeLinear', ['x', 's2', 'z2'], ['d']),
      node('QuantizeLinear', ['x', 's2', 'z'], ['e']),
      node('QuantizeLinear', ['x', 's', 'z'], ['f']),
      node('DequantizeLinear', ['f', 's0.25', 'z'], ['g']),
      node('DequantizeLinear', ['x', 's', 'z'], ['h']),
      node('Relu', ['f'], ['i']),
      node('QuantizeLinear', ['x', 's', 'z'], ['j'], { block_size: 2 }),
      node('Pad', ['f', 'pads'], ['k']),
      node('Concat', [...'abcdeghijk'], ['y']),
    ],
    initializers: [
      scalar('s', 0.5),
      scalar('s0', 0),
      scalar('s0.25', 0.25),
      floats('s2', [2], [0.5, 1]),
      floats('s3', [3], [1, 1, 1]),
      codes('z', 'uint8', [], [7]),
      codes('z2', 'uint8', [2], [7, 8]),
      floats('zf', [], [7]),
      integers('pads', [8], [0, 0, 1, 1, 0, 0, 1, 1]),
    ],
  }),
  'integer-operators': graph([1, 2, 2, 2], {
    nodes: [
      node('QLinearConv', ['x'], ['a']),
      node('ConvInteger', ['x'], ['b']),
      node('Concat', ['a', 'b'], ['y']),
    ],
  }),
  'trunc-attributes': graph([1, 2], {
    nodes: [
      node('Trunc', ['x', 'one', 'zero', 'four', 'eight'], ['a'], {}, 'qonnx.custom_op.general'),
      node('Trunc', ['x', 'zero', 'zero', 'eight', 'four'], ['b'], {}, 'qonnx.custom_op.general'),
      node('Trunc', ['x', 'one', 'zero', 'eight', 'four'], ['c'], { rounding_mode: 'ODD' }),
      node('Trunc', ['x', 'one', 'one', 'eight', 'eight', 'four'], ['d']),
      node('Concat', [...'abcd'], ['y']),
    ],
    initializers: [scalar('zero', 0), scalar('one', 1), scalar('four', 4), scalar('eight', 8)],
  }),
  'int4-bytes-missing': graph([1, 3], {
    nodes: [node('DequantizeLinear', ['w', 's'], ['wr']), node('MatMul', ['x', 'wr'], ['y'])],
    initializers: [{ name: 'w', dims: [3, 1], dataType: 22, rawData: new Uint8Array(1) }, scalar('s', 1)],
  }),

  'thresholds-descend': thresholds([1, 2, 5, 4], [2, 2]),
  'thresholds-nan': thresholds([1, Number.NaN], [1, 2]),
  'thresholds-one-axis': thresholds([1, 2], [2]),
  'thresholds-rows': thresholds([1, 2, 3], [3, 1]),
  'threshold-scale-zero': thresholds([1, 2], [1, 2], { out_scale: { f: 0 } }),
  'threshold-bias-fraction': thresholds([1, 2], [1, 2], { out_bias: { f: -0.25 } }),
};
