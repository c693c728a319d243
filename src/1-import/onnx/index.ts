/** ONNX and QONNX files -> Network. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.js';
import { fileNotReadable } from '../../diagnostics/file-errors.js';
import * as errors from '../../diagnostics/onnx-errors.js';
import { verilogName } from '../names.js';
import { inputsOf, type Network } from '../types.js';
import { type Constant, FoldError, foldConstants, isFoldable, size } from './constants.js';
import { decodeOnnx, type OnnxGraph, type OnnxNode } from './decode.js';
import { followsHost } from './host.js';
import { isChannelsFirst } from './layout.js';
import { HANDLERS, HINTS, INTEGER_OPERATORS, ON_CODES } from './operators.js';
import { orderNodes } from './order.js';
import { type Activation, BadNode, ImportState, qualifiedOp, Unsupported, type Value } from './values.js';
import { channelsFirstView, isInOrder } from './view.js';

/** Import an .onnx file: QONNX quantizers, QuantizeLinear and DequantizeLinear, or float. */
export function importOnnx(file: string): Network {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return fail(fileNotReadable(file, error));
  }
  return importOnnxGraph(decodeOnnx(bytes, file));
}

/**
 * Interpret a decoded graph. Every node that cannot be used is reported, all at once.
 *
 * @throws onnx_unsupported, onnx_bad_node, onnx_graph
 */
export function importOnnxGraph(graph: OnnxGraph): Network {
  const state = new ImportState(graph);
  const nodes = orderNodes(graph);
  const input = declareInput(state, nodes);
  for (const [name, tensor] of graph.initializers) state.values.set(name, { constant: tensor });
  for (const node of nodes) importNode(state, node);
  checkSoftmax(state, nodes);
  if (state.problems.length) fail(...state.problems);
  const output = outputOf(state);
  return {
    name: verilogName(basename(graph.file).replace(/\.onnx$/i, '')),
    file: graph.file,
    layout: layoutOf(input),
    outputLayout: layoutOf(output),
    input: { name: input.tensor, shape: input.shape },
    tensors: state.tensors,
    nodes: state.nodes,
    output: output.tensor,
  };
}

const CUT =
  'cut the part between one input and one output out of the model, such as with onnx.utils.extract_model';
const FIX =
  'export the model for one size of input, such as [1, 3, 32, 32]; onnxruntime.tools.make_dynamic_shape_fixed sets it too';

function counted(names: readonly string[]): string {
  return names.length === 0 ? 'none' : `${names.length} (${names.join(', ')})`;
}

function declareInput(state: ImportState, nodes: readonly OnnxNode[]): Activation {
  const { graph } = state;
  const { file } = graph;
  if (graph.inputs.length !== 1)
    fail(errors.onnxPorts(file, 'inputs', 'one input', counted(graph.inputs.map((each) => each.name)), CUT));
  if (graph.outputs.length !== 1)
    fail(errors.onnxPorts(file, 'outputs', 'one output', counted(graph.outputs), CUT));
  const [{ name, dims, integer }] = graph.inputs;
  const at = `input ${name}`;
  const found = `[${dims?.map((n) => n ?? '?').join(', ')}]`;
  if (!dims || dims.length < 2) {
    const expected = 'a shape with a batch axis and at least one more';
    return fail(errors.onnxPorts(file, at, expected, dims ? found : 'none', FIX));
  }
  const shape = dims.slice(1).map((n) => n ?? 0);
  if (shape.some((n) => !(n > 0 && n < 2 ** 24)) || size(shape) > 2 ** 24)
    fail(
      errors.onnxPorts(file, at, 'fixed axes after the batch, of 16,777,216 elements at most', found, FIX),
    );
  const codes = integer && { ...integer, zeroPoint: 0 };
  if (shape.length < 2 || !isChannelsFirst(name, shape.length + 1, nodes))
    return state.declare(name, shape, [1, ...shape], undefined, codes);
  const [channels, ...positions] = shape;
  const image = [...(positions.length === 1 ? [1] : []), ...positions, channels];
  return state.declare(name, image, [1, ...shape], channelsFirstView([1, ...shape]), codes);
}

/** Whether a tensor of the file that the Network holds channels last is channels last there too. */
function layoutOf({ dims, shape, view }: Activation): 'NCHW' | 'NHWC' {
  const [, channels, ...positions] = dims;
  const axes = [...positions, channels].join();
  const matches = axes === shape.join() || (shape[0] === 1 && axes === shape.slice(1).join());
  const first = matches && isInOrder([view[0], ...view.slice(2), view[1]]);
  return dims.length > 2 && !first && isInOrder(view) ? 'NHWC' : 'NCHW';
}

function importNode(state: ImportState, node: OnnxNode): void {
  const known = Object.hasOwn(HANDLERS, node.op) || isFoldable(node.op);
  if (!known) {
    if (INTEGER_OPERATORS.has(node.op))
      state.unsupported(
        node,
        'operators on integers are not supported',
        'export the model with QuantizeLinear and DequantizeLinear around float operators (QDQ format)',
      );
    else
      state.unsupported(
        node,
        'this operator is not supported',
        Object.hasOwn(HINTS, node.op) ? HINTS[node.op] : undefined,
      );
    markUnknown(state, node);
    return;
  }
  const inputs = node.inputs.map((name): Value | undefined =>
    name === '' ? undefined : state.values.get(name),
  );
  if (inputs.some((value) => value && 'unknown' in value)) {
    markUnknown(state, node);
    return;
  }
  try {
    if (followsHost(state, node, inputs)) return;
    const constants = inputs.flatMap((value): Constant[] =>
      value && 'constant' in value ? [value.constant] : [],
    );
    const shapeOf =
      node.op === 'Shape' && inputs[0] && 'activation' in inputs[0] ? inputs[0].activation.dims : undefined;
    if (shapeOf) {
      const shape = { dims: shapeOf, data: new Float64Array(0), isFloat: false };
      state.values.set(node.outputs[0], { constant: foldConstants(node, [shape]) });
    } else if (constants.length === inputs.length && isFoldable(node.op)) {
      state.values.set(node.outputs[0], { constant: foldConstants(node, constants) });
    } else if (Object.hasOwn(HANDLERS, node.op)) {
      if (!ON_CODES.has(node.op)) refuseCodes(inputs);
      HANDLERS[node.op](state, node, inputs);
    } else {
      throw new Unsupported('only supported between constants');
    }
  } catch (error) {
    report(state, node, error);
    markUnknown(state, node);
  }
}

function refuseCodes(inputs: readonly (Value | undefined)[]): void {
  if (inputs.some((value) => value && 'activation' in value && value.activation.codes))
    throw new Unsupported(
      'takes integer codes as if they were real values',
      'put a DequantizeLinear before it',
    );
}

/** Softmax is left to the host, so nothing in hardware may use its result; another shape of it is the host's too. */
function checkSoftmax(state: ImportState, nodes: readonly OnnxNode[]): void {
  const results = new Set<string>();
  for (const each of state.nodes) {
    const { op, source, output } = each;
    const taken = inputsOf(each).some((input) => results.has(input));
    if (op === 'softmax' || (op === 'reshape' && taken)) results.add(output);
    else if (taken) {
      const node = nodes.find(({ name }) => source.path === `node ${name}`);
      if (node)
        state.unsupported(
          node,
          'takes the result of a softmax',
          'a softmax may only stand after the last layer',
        );
    }
  }
}

function markUnknown(state: ImportState, node: OnnxNode): void {
  for (const output of node.outputs) state.values.set(output, { unknown: true });
}

function report(state: ImportState, node: OnnxNode, error: unknown): void {
  const { file } = state.graph;
  if (error instanceof Unsupported) state.unsupported(node, error.message, error.hint);
  else if (error instanceof BadNode)
    state.problems.push(errors.onnxBadNode(file, node.name, qualifiedOp(node), error.expected, error.found));
  else if (error instanceof FoldError)
    state.problems.push(
      errors.onnxBadNode(file, node.name, qualifiedOp(node), 'inputs that fit each other', error.message),
    );
  else throw error;
}

function outputOf(state: ImportState): Activation {
  const [name] = state.graph.outputs;
  const value = state.values.get(name);
  const at = `output ${name}`;
  if (!value || !('activation' in value))
    return fail(errors.onnxGraph(state.graph.file, at, 'it does not depend on the input'));
  const { dims, view } = value.activation;
  if (isInOrder(view) || isInOrder([view[0], ...view.slice(2), view[1]])) return value.activation;
  return fail(errors.onnxOutputOrder(state.graph.file, at, dims));
}
