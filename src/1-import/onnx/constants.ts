/**
 * Constant folding: the operators that exporters leave between constants (shape chains, scalar batch norm, transposed
 * weights), evaluated at import. Floats are rounded to float32 after every operation, as the runtime would.
 */
import type { QuantizedWeights } from '../types.js';
import type { OnnxNode, OnnxTensor } from './decode.js';

/** A constant and, when a quantizer made it, its integer codes in the same layout. */
export interface Constant extends OnnxTensor {
  readonly quantized?: QuantizedConstant;
}

export interface QuantizedConstant extends Omit<QuantizedWeights, 'scale'> {
  readonly scale: OnnxTensor; // scalar, or of the constant's rank and broadcastable to it
}

/** Why a node of constants could not be evaluated. */
export class FoldError extends Error {}

const BINARY: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Max: Math.max,
  Min: Math.min,
};
const UNARY: Record<string, (a: number) => number> = {
  Sqrt: Math.sqrt,
  Neg: (a) => -a,
  Abs: Math.abs,
  Exp: Math.exp,
  Log: Math.log,
  Reciprocal: (a) => 1 / a,
  Identity: (a) => a,
  Floor: Math.floor,
  Ceil: Math.ceil,
};

/** Inputs that an operator cannot do without, where it is not one, or two for a binary one. */
const LEAST_INPUTS: Record<string, number> = { Constant: 0, Gather: 2, Reshape: 2 };

/** True when foldConstants knows the operator. */
export function isFoldable(op: string): boolean {
  return [BINARY, UNARY, STRUCTURAL].some((operators) => Object.hasOwn(operators, op));
}

/** Shape that both shapes broadcast to. Source: ONNX multidirectional broadcasting. */
export function broadcastDims(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const m = a[axis - rank + a.length] ?? 1;
    const n = b[axis - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1)
      throw new FoldError(`shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`);
    result.push(m === 1 ? n : m);
  }
  return result;
}

/** The tensor's elements laid out for a larger shape that its own shape broadcasts to. */
export function broadcastTo(tensor: OnnxTensor, dims: readonly number[]): Float64Array {
  const count = size(dims);
  if (tensor.data.length === count) return tensor.data;
  if (tensor.data.length === 1) return new Float64Array(count).fill(tensor.data[0]);
  const offset = dims.length - tensor.dims.length;
  const strides: number[] = [];
  let stride = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    const own = axis < offset ? 1 : tensor.dims[axis - offset];
    strides[axis] = own === 1 ? 0 : stride;
    stride *= own;
  }
  const result = new Float64Array(count);
  const index = new Array<number>(dims.length).fill(0);
  let at = 0;
  for (let k = 0; k < count; k++) {
    result[k] = tensor.data[at];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < dims[axis]) break;
      at -= strides[axis] * dims[axis];
      index[axis] = 0;
    }
  }
  return result;
}

export function size(dims: readonly number[]): number {
  return dims.reduce((product, n) => product * n, 1);
}

/**
 * Evaluate one node whose inputs are all constant.
 *
 * @throws FoldError when shapes or attributes do not fit
 */
export function foldConstants(node: OnnxNode, inputs: readonly Constant[]): Constant {
  const least = LEAST_INPUTS[node.op] ?? (node.op in BINARY ? 2 : 1);
  if (inputs.length < least) throw new FoldError(`${inputs.length} inputs, it takes ${least}`);
  const unary = UNARY[node.op];
  if (unary) {
    if (node.op === 'Identity') return inputs[0];
    return { ...inputs[0], quantized: undefined, data: inputs[0].data.map((x) => Math.fround(unary(x))) };
  }
  const binary = BINARY[node.op];
  if (binary) {
    const [a, b] = inputs;
    const dims = broadcastDims(a.dims, b.dims);
    const [x, y] = [broadcastTo(a, dims), broadcastTo(b, dims)];
    const isFloat = a.isFloat || b.isFloat;
    const data = new Float64Array(x.length);
    for (let k = 0; k < data.length; k++) {
      const value = binary(x[k], y[k]);
      data[k] = isFloat ? Math.fround(value) : Math.trunc(value);
    }
    return { dims, data, isFloat };
  }
  const structural = STRUCTURAL[node.op];
  if (!structural) throw new FoldError('not an operator between constants');
  return structural(node, inputs);
}

const STRUCTURAL: Record<string, (node: OnnxNode, inputs: readonly Constant[]) => Constant> = {
  Constant: (node) => {
    const tensor = node.attributes.get('value')?.tensor;
    const float = node.attributes.get('value_float');
    const integer = node.attributes.get('value_int');
    if (tensor) return tensor;
    const list = node.attributes.get('value_floats') ?? node.attributes.get('value_ints');
    if (list)
      return {
        dims: [list.numbers.length],
        data: Float64Array.from(list.numbers),
        isFloat: node.attributes.has('value_floats'),
      };
    const scalar = float ?? integer;
    if (!scalar) throw new FoldError('a Constant without a value that is read');
    return { dims: [], data: Float64Array.of(scalar.number), isFloat: float !== undefined };
  },
  Cast: (node, [x]) => {
    const to = node.attributes.get('to')?.number ?? 1;
    const isFloat = to === 1 || to === 10 || to === 11;
    if (isFloat) return { ...x, isFloat, data: x.data.map(Math.fround) };
    return { ...x, isFloat, quantized: undefined, data: x.data.map(Math.trunc) };
  },
  Shape: (node, [x]) => {
    const { start, end } = { start: node.attributes.get('start'), end: node.attributes.get('end') };
    const axes = x.dims.slice(start?.number ?? 0, end?.number ?? x.dims.length);
    return { dims: [axes.length], data: Float64Array.from(axes), isFloat: false };
  },
  Gather: (node, [x, indices]) => {
    const axis = wrapAxis(node.attributes.get('axis')?.number ?? 0, x.dims.length);
    const [before, extent] = [size(x.dims.slice(0, axis)), x.dims[axis] ?? 1];
    const after = size(x.dims.slice(axis + 1));
    const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
    const data = new Float64Array(size(dims));
    let at = 0;
    for (let b = 0; b < before; b++)
      for (const raw of indices.data) {
        const index = raw < 0 ? raw + extent : raw;
        if (index < 0 || index >= extent) throw new FoldError(`index ${raw} is outside axis of ${extent}`);
        for (let a = 0; a < after; a++) data[at++] = x.data[(b * extent + index) * after + a];
      }
    return { dims, data, isFloat: x.isFloat };
  },
  Slice: (node, [x, ...given]) => {
    const numbers = (name: string, at: number) =>
      given[at] ? Array.from(given[at].data) : node.attributes.get(name)?.numbers;
    const starts = numbers('starts', 0);
    const ends = numbers('ends', 1);
    const axes = (numbers('axes', 2) ?? starts?.map((_, k) => k) ?? []).map((axis) =>
      wrapAxis(axis, x.dims.length),
    );
    const steps = given[3] ? Array.from(given[3].data) : axes.map(() => 1);
    if (!starts || ends?.length !== starts.length || axes.length !== starts.length)
      throw new FoldError('it takes as many ends and axes as starts');
    if (steps.length !== axes.length || steps.some((step) => step !== 1))
      throw new FoldError(`steps [${steps.join(', ')}], only 1 is read`);
    return axes.reduce((part: Constant, axis, k) => sliceAxis(part, axis, starts[k], ends[k]), x);
  },
  Unsqueeze: (node, [x, axesInput]) => {
    const axes = Array.from(axesInput?.data ?? node.attributes.get('axes')?.numbers ?? []);
    const dims = [...x.dims];
    for (const axis of axes.map((a) => wrapAxis(a, x.dims.length + axes.length)).sort((a, b) => a - b))
      dims.splice(axis, 0, 1);
    return { ...x, dims, quantized: reshapedScale(x, dims) };
  },
  Squeeze: (node, [x, axesInput]) => {
    const axes = Array.from(axesInput?.data ?? node.attributes.get('axes')?.numbers ?? []).map((a) =>
      wrapAxis(a, x.dims.length),
    );
    const dims = x.dims.filter((n, axis) => (axes.length ? !axes.includes(axis) : n !== 1));
    if (size(dims) !== size(x.dims)) throw new FoldError(`an axis of [${x.dims.join(', ')}] is not 1`);
    return { ...x, dims, quantized: reshapedScale(x, dims) };
  },
  Concat: (node, inputs) => {
    const axis = wrapAxis(node.attributes.get('axis')?.number ?? 0, inputs[0].dims.length);
    const dims = [...inputs[0].dims];
    const fits = (other: readonly number[]) =>
      axis < dims.length &&
      other.length === dims.length &&
      other.every((n, k) => k === axis || n === dims[k]);
    const odd = inputs.find((each) => !fits(each.dims));
    if (odd)
      throw new FoldError(
        `shapes [${dims.join(', ')}] and [${odd.dims.join(', ')}] do not join along axis ${axis}`,
      );
    dims[axis] = inputs.reduce((sum, each) => sum + each.dims[axis], 0);
    const before = size(dims.slice(0, axis));
    const data = new Float64Array(size(dims));
    let at = 0;
    for (let b = 0; b < before; b++)
      for (const each of inputs) {
        const run = size(each.dims.slice(axis));
        data.set(each.data.subarray(b * run, (b + 1) * run), at);
        at += run;
      }
    return { dims, data, isFloat: inputs[0].isFloat };
  },
  Reshape: (_, [x, shape]) => {
    const dims = resolveReshape(x.dims, Array.from(shape.data));
    return { ...x, dims, quantized: reshapedScale(x, dims) };
  },
  Transpose: (node, [x]) => {
    const perm = node.attributes.get('perm')?.numbers ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
    const { quantized } = x;
    if (!quantized) return transpose(x, perm);
    const codes = transpose({ ...x, data: Float64Array.from(quantized.codes) }, perm);
    const scale =
      quantized.scale.data.length === 1
        ? quantized.scale
        : transpose(withRank(quantized.scale, x.dims.length), perm);
    return { ...transpose(x, perm), quantized: { ...quantized, codes: Int32Array.from(codes.data), scale } };
  },
};

/** The codes of a reshaped constant; scales survive when they are one for all, or the axis they belong to stays. */
function reshapedScale(
  { dims: from, quantized }: Constant,
  to: readonly number[],
): QuantizedConstant | undefined {
  if (!quantized || quantized.scale.data.length === 1) return quantized;
  const { dims } = withRank(quantized.scale, from.length);
  const axis = dims.findIndex((n) => n !== 1);
  if (dims.some((n, other) => n !== 1 && other !== axis)) return undefined;
  const before = size(from.slice(0, axis));
  const kept = to.findIndex((n, other) => n === from[axis] && size(to.slice(0, other)) === before);
  if (kept < 0) return undefined;
  const shape = to.map((n, other) => (other === kept ? n : 1));
  return { ...quantized, scale: { ...quantized.scale, dims: shape } };
}

/** Leading axes of one, as broadcasting adds them. */
function withRank(x: OnnxTensor, rank: number): OnnxTensor {
  return { ...x, dims: [...new Array<number>(Math.max(0, rank - x.dims.length)).fill(1), ...x.dims] };
}

/** Elements start to end - 1 along an axis; negative ones count from its end, and those beyond stop there. */
function sliceAxis(x: OnnxTensor, axis: number, start: number, end: number): Constant {
  const length = x.dims[axis] ?? 1;
  const within = (at: number) => Math.min(Math.max(at < 0 ? at + length : at, 0), length);
  const [from, to] = [within(start), Math.max(within(start), within(end))];
  const dims = x.dims.map((n, each) => (each === axis ? to - from : n));
  const after = size(x.dims.slice(axis + 1));
  const data = new Float64Array(size(dims));
  const run = (to - from) * after;
  for (let b = 0; run > 0 && b < data.length / run; b++)
    data.set(x.data.subarray((b * length + from) * after, (b * length + to) * after), b * run);
  return { dims, data, isFloat: x.isFloat, integer: x.integer };
}

export function wrapAxis(axis: number, rank: number): number {
  const wrapped = axis < 0 ? axis + rank : axis;
  if (wrapped < 0 || wrapped > rank) throw new FoldError(`axis ${axis} does not exist in rank ${rank}`);
  return wrapped;
}

/** ONNX Reshape: 0 keeps the axis, -1 takes what is left. */
export function resolveReshape(dims: readonly number[], target: readonly number[]): number[] {
  const result = target.map((n, axis) => (n === 0 ? (dims[axis] ?? 1) : n));
  const open = result.indexOf(-1);
  const rest = size(result.filter((n) => n !== -1));
  if (open >= 0) result[open] = rest === 0 ? 0 : size(dims) / rest;
  if (size(result) !== size(dims) || result.some((n) => !Number.isInteger(n) || n < 0))
    throw new FoldError(`cannot reshape [${dims.join(', ')}] to [${target.join(', ')}]`);
  return result;
}

function transpose(x: OnnxTensor, perm: readonly number[]): OnnxTensor {
  if (
    perm.length !== x.dims.length ||
    new Set(perm).size !== perm.length ||
    perm.some((p) => !(p < x.dims.length))
  )
    throw new FoldError(`perm [${perm.join(', ')}] does not fit shape [${x.dims.join(', ')}]`);
  const dims = perm.map((axis) => x.dims[axis]);
  const strides = x.dims.map((_, axis) => size(x.dims.slice(axis + 1)));
  const steps = perm.map((axis) => strides[axis]);
  const data = new Float64Array(x.data.length);
  const index = new Array<number>(dims.length).fill(0);
  let at = 0;
  for (let k = 0; k < data.length; k++) {
    data[k] = x.data[at];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      at += steps[axis];
      if (++index[axis] < dims[axis]) break;
      at -= steps[axis] * dims[axis];
      index[axis] = 0;
    }
  }
  return { ...x, dims, data };
}
