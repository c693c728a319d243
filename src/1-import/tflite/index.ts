/** TensorFlow Lite files -> Network. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.js';
import { fileNotReadable } from '../../diagnostics/file-errors.js';
import * as errors from '../../diagnostics/tflite-errors.js';
import { verilogName } from '../names.js';
import type { FixedPointRounding, Network } from '../types.js';
import { decodeTflite, type TfliteGraph, type TfliteOperator, type TfliteTensor } from './decode.js';
import { followsHost } from './host.js';
import { HANDLERS, valueInputs } from './operators.js';
import { isQuantized, quantizerOf } from './quantization.js';
import { Damaged } from './table.js';
import { BadOperator, ImportState, placeOf, sampleShape, Unsupported } from './values.js';

/**
 * Import a .tflite file.
 *
 * @param rounding which kernels' requantisation of integer models is reproduced
 */
export function importTflite(file: string, rounding: FixedPointRounding = 'double'): Network {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return fail(fileNotReadable(file, error));
  }
  return importTfliteGraph(decodeTflite(bytes, file), rounding);
}

/**
 * Interpret a decoded graph. Every operator that cannot be used is reported, all at once.
 *
 * @throws tflite_graph, tflite_unsupported, tflite_bad_operator
 */
export function importTfliteGraph(graph: TfliteGraph, rounding: FixedPointRounding): Network {
  const state = new ImportState(graph, rounding);
  const operators = neededOperators(graph);
  const input = declareInput(state);
  for (const operator of operators) importOperator(state, operator);
  if (state.problems.length) fail(...state.problems);
  const output = state.activations.get(graph.outputs[0]);
  if (!output)
    return fail(
      errors.tfliteGraph(graph.file, 'outputs', 'an output that depends on the input', 'a constant'),
    );
  return {
    name: verilogName(basename(graph.file).replace(/\.tflite$/i, '')),
    file: graph.file,
    layout: 'NHWC',
    input,
    tensors: state.tensors,
    nodes: state.nodes,
    output: output.name,
    tfliteRounding: rounding,
  };
}

/** The operators that the output needs, in the file's order, which is that of execution. @throws tflite_graph */
function neededOperators(graph: TfliteGraph): TfliteOperator[] {
  const { file, inputs, outputs, tensors, operators } = graph;
  for (const [where, found] of Object.entries({ inputs, outputs }))
    if (found.length !== 1 || found[0] === -1)
      fail(errors.tfliteGraph(file, where, `one tensor among the ${where}`, String(found.length)));
  const made = new Set(inputs);
  const wanted = new Set(outputs);
  const makers = new Map<number, TfliteOperator>();
  for (const operator of operators) {
    for (const index of operator.inputs) {
      const tensor = tensors[index];
      if (index === -1 || made.has(index) || tensor.data || tensor.shape.includes(0)) continue;
      const expected = 'tensors that are made before they are used';
      fail(errors.tfliteGraph(file, placeOf(operator), expected, `'${tensor.name}', which is not`));
    }
    for (const index of operator.outputs) {
      if (index === -1) continue;
      if (made.has(index) || tensors[index].data)
        fail(
          errors.tfliteGraph(
            file,
            placeOf(operator),
            'tensors that are made once',
            `'${tensors[index].name}' again`,
          ),
        );
      made.add(index);
      makers.set(index, operator);
    }
  }
  const needed = new Set<TfliteOperator>();
  for (const index of wanted) {
    const maker = makers.get(index);
    if (!maker || needed.has(maker)) continue;
    needed.add(maker);
    for (const each of valueInputs(maker)) wanted.add(each);
  }
  return operators.filter((operator) => needed.has(operator));
}

/** The network's input; an input of codes is one of real values and a quantizer. */
function declareInput(state: ImportState): Network['input'] {
  const { graph } = state;
  const [index] = graph.inputs;
  const tensor = graph.tensors[index];
  const where = `input ${tensor.name}`;
  try {
    const shape = sampleShape(tensor);
    // Names of operators, which all other tensors have, begin with a capital.
    const name = /^[A-Z]/.test(tensor.name) ? `input ${tensor.name}` : tensor.name;
    const input = { name: isQuantized(tensor) ? `${name}:real` : name, shape };
    state.tensors.set(input.name, input);
    if (isQuantized(tensor)) {
      const quantizer = quantizerOf(tensor);
      const source = { file: graph.file, path: where };
      state.add({ op: 'quantize', name: 'input', source, input: input.name, output: name, quantizer }, shape);
      state.activations.set(index, { name, shape, tensor });
      return input;
    }
    if (tensor.type !== 'FLOAT32')
      throw new Unsupported(
        `'${tensor.name}' to be int8 or float32`,
        tensor.type.toLowerCase(),
        'quantize the model to int8, with an int8 or float32 input',
      );
    state.activations.set(index, { name, shape, tensor });
    return input;
  } catch (error) {
    if (!(error instanceof Unsupported || error instanceof BadOperator)) throw error;
    const hint = error instanceof Unsupported ? error.hint : undefined;
    return fail(errors.tfliteGraph(graph.file, where, error.expected, error.found, hint));
  }
}

function importOperator(state: ImportState, operator: TfliteOperator): void {
  const handler = HANDLERS.get(operator.op);
  try {
    if (followsHost(state, operator, valueInputs(operator))) return;
    if (!handler) throw notRead(operator);
    if (valueInputs(operator).some((index) => state.unknown.has(index))) {
      for (const output of operator.outputs) state.unknown.add(output);
      return;
    }
    handler(state, operator);
  } catch (error) {
    if (error instanceof Damaged) state.report(operator, new BadOperator('whole options', error.message));
    else if (error instanceof Unsupported || error instanceof BadOperator) state.report(operator, error);
    else throw error;
    assumeOutputs(state, operator);
  }
}

const HINTS: Readonly<Record<string, string>> = {
  HARD_SWISH: 'train the model with RELU6 instead',
};

function notRead({ op }: TfliteOperator): Unsupported {
  const hint = HINTS[op] ?? 'replace it by operators that README.md lists, or end the model in front of it';
  return new Unsupported('an operator that is read', 'one that is not', hint);
}

/** After a problem: results are as the file describes them, so that later operators' own problems are found too. */
function assumeOutputs(state: ImportState, operator: TfliteOperator): void {
  const computed = operator.inputs.some((index) => state.activations.has(index));
  for (const index of operator.outputs) {
    const tensor = state.graph.tensors[index];
    if (computed && tensor && (isQuantized(tensor) || tensor.type === 'FLOAT32') && hasSampleShape(tensor))
      state.activations.set(index, { name: tensor.name, shape: sampleShape(tensor), tensor });
    else state.unknown.add(index);
  }
}

function hasSampleShape(tensor: TfliteTensor): boolean {
  try {
    return sampleShape(tensor).length > 0;
  } catch (error) {
    if (error instanceof Unsupported) return false;
    throw error;
  }
}
