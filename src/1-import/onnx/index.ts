/** ONNX and QONNX files -> Network. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.js';
import { fileNotReadable } from '../../diagnostics/file-errors.js';
import * as errors from '../../diagnostics/onnx-errors.js';
import { verilogName } from '../names.js';
import type { Network } from '../types.js';
import { type Constant, FoldError, foldConstants, isFoldable, size } from './constants.js';
import { decodeOnnx, type OnnxGraph, type OnnxNode } from './decode.js';
import { HANDLERS } from './operators.js';
import { orderNodes } from './order.js';
import { BadNode, ImportState, qualifiedOp, Unsupported, type Value } from './values.js';

/** Import an .onnx file (QONNX quantizers). */
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
  const input = declareInput(state);
  for (const [name, tensor] of graph.initializers) state.values.set(name, { constant: tensor });
  for (const node of nodes) importNode(state, node);
  checkSoftmax(state, nodes);
  if (state.problems.length) fail(...state.problems);
  const output = outputTensor(state);
  return {
    name: verilogName(basename(graph.file).replace(/\.onnx$/i, '')),
    file: graph.file,
    layout: 'NCHW',
    input: state.tensors.get(input) ?? { name: input, shape: [] },
    tensors: state.tensors,
    nodes: state.nodes,
    output,
  };
}

function declareInput(state: ImportState): string {
  const { graph } = state;
  if (graph.inputs.length !== 1)
    fail(
      errors.onnxGraph(
        graph.file,
        'inputs',
        `expected one input, found ${graph.inputs.length} (${graph.inputs.map((each) => each.name).join(', ')})`,
      ),
    );
  if (graph.outputs.length !== 1)
    fail(errors.onnxGraph(graph.file, 'outputs', `expected one output, found ${graph.outputs.length}`));
  const [{ name, dims }] = graph.inputs;
  if (!dims || dims.length < 2)
    return fail(
      errors.onnxGraph(
        graph.file,
        `input ${name}`,
        'expected a shape with a batch axis and at least one more',
      ),
    );
  const shape = dims.slice(1).map((n) => n ?? 0);
  if (shape.some((n) => !(n > 0 && n < 2 ** 24)) || size(shape) > 2 ** 24)
    fail(
      errors.onnxGraph(
        graph.file,
        `input ${name}`,
        `expected fixed axes after the batch, found [${dims.map((n) => n ?? '?').join(', ')}]`,
      ),
    );
  state.activation(name, [1, ...shape]);
  return name;
}

function importNode(state: ImportState, node: OnnxNode): void {
  const known = Object.hasOwn(HANDLERS, node.op) || isFoldable(node.op);
  if (!known) {
    state.unsupported(node, 'this operator is not supported');
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
    } else if (HANDLERS[node.op]) {
      HANDLERS[node.op](state, node, inputs);
    } else {
      throw new Unsupported('only supported between constants');
    }
  } catch (error) {
    report(state, node, error);
    markUnknown(state, node);
  }
}

/** Softmax is left to the host, so nothing in hardware may use its result; another shape of it is the host's too. */
function checkSoftmax(state: ImportState, nodes: readonly OnnxNode[]): void {
  const results = new Set<string>();
  for (const { op, name, input, output } of state.nodes) {
    if (op === 'softmax' || (op === 'reshape' && results.has(input))) results.add(output);
    else if (results.has(input)) {
      const node = nodes.find((each) => each.name === name);
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

function outputTensor(state: ImportState): string {
  const [name] = state.graph.outputs;
  const value = state.values.get(name);
  if (!value || !('activation' in value))
    return fail(errors.onnxGraph(state.graph.file, `output ${name}`, 'it does not depend on the input'));
  return value.activation.tensor;
}
