import type {
  BatchNormDocument,
  ElementwiseDocument,
  LayerDocument,
  PaddingDocument,
  SizeDocument,
  StepsDocument,
  WindowDocument,
} from '../../1-import/json/document.js';
import type {
  ElementwiseNode,
  MultiThresholdNode,
  Network,
  NetworkNode,
  Size,
  Window,
} from '../../1-import/types.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { exportNotExpressible } from '../../diagnostics/export-errors.js';
import type { Layer, Steps } from '../layers.js';
import { activationOf } from './activation.js';
import type { Arrays } from './arrays.js';
import { codeTypeDocument, quantizerDocument, unknownType, weightsDocument } from './codes.js';

/** What a layer is called, and where it stands. */
export interface Place {
  readonly name: string;
  readonly inputs: readonly string[]; // names of the layers it takes
  readonly previous: string; // the layer that it takes when it names none
  readonly network: Network;
  readonly arrays: Arrays;
}

const NONE = new Float32Array();
const HINT = 'a JSON model keeps float semantics; build from the original file instead';

/** One layer of the JSON description. What it has no words for is added to the problems. */
export function layerDocument(layer: Layer, place: Place, problems: Diagnostic[]): LayerDocument {
  const { node, steps } = layer;
  const refuse = (each: NetworkNode, what: string) =>
    problems.push(exportNotExpressible('a JSON model', each.name, what, each.source, HINT));
  for (const each of [node, steps.output, steps.thresholds]) {
    if (!each || !('quantizer' in each) || each.op === 'requantize') continue;
    const lacking = unknownType(each.quantizer);
    if (lacking) refuse(each, lacking);
  }
  for (const each of [node, steps.bias, steps.batchNorm])
    if (each?.op === 'elementwise' && !isExpressible(each))
      refuse(each, 'constants that are infinite, or divisors of 0');
  const { name, inputs, previous, network, arrays } = place;
  const base = { name, ...(inputs[0] !== previous && { input: inputs[0] }) };
  const after = stepsDocument(steps, name, arrays);
  switch (node.op) {
    case 'dense':
      return {
        type: 'dense',
        ...base,
        weights: weightsDocument(node.weights, [node.outputs, node.inputs], arrays, name),
        ...after,
        ...requests(node),
      };
    case 'conv': {
      const { window, groups, outputs, weights } = node;
      const { height, width } = window.kernel;
      const length = weights.encoding === 'real' ? weights.values.length : weights.codes.length;
      const shape = [outputs, height, width, length / (outputs * height * width)];
      return {
        type: 'conv',
        ...base,
        ...windowDocument(window, { height: 1, width: 1 }),
        ...(groups !== 1 && { groups }),
        weights: weightsDocument(weights, shape, arrays, name),
        ...after,
        ...requests(node),
      };
    }
    case 'pool': {
      const { kind, window, countPadding } = node;
      const { kernel } = window;
      if (hasEmptyWindow(window)) refuse(node, 'windows that lie on padding alone');
      const flags = { ...(countPadding && kind === 'average' && { countPadding }) };
      return {
        type: 'pool',
        ...base,
        kind,
        kernel: sizeDocument(kernel),
        ...windowDocument(window, kernel),
        ...flags,
        ...after,
      };
    }
    case 'add':
      if (node.arithmetic) refuse(node, 'the rounding of an integer kernel');
      return { type: 'add', name, inputs, ...after };
    case 'concat':
      return { type: 'concat', name, inputs };
    case 'pad':
      return { type: 'pad', ...base, padding: paddingDocument(node.padding) };
    case 'upsample':
      return { type: 'upsample', ...base, factor: sizeDocument(node.factor) };
    case 'depth-to-space':
      return {
        type: 'depth-to-space',
        ...base,
        block: node.block,
        ...(node.order !== 'DCR' && { order: node.order }),
      };
    case 'reshape': {
      const shape = network.tensors.get(node.output)?.shape ?? [];
      return shape.length === 1 ? { type: 'flatten', ...base } : { type: 'reshape', ...base, shape };
    }
    case 'quantize':
      return { type: 'quantize', ...base, ...quantizerDocument(node.quantizer, arrays, name) };
    case 'multi-threshold':
      if (node.domain === 'accumulator') refuse(node, 'thresholds on sums that are not behind their layer');
      if (!node.thresholds.every((threshold) => Number.isFinite(Math.fround(threshold))))
        refuse(node, 'thresholds that are infinite');
      return {
        type: 'thresholds',
        ...base,
        ...arrays.doubleTensor(
          node.thresholds,
          [node.rows, node.thresholds.length / node.rows],
          `${name}.thresholds`,
        ),
        ...(node.base !== undefined && { base: node.base }),
        output: codeTypeDocument(node.quantizer, arrays, `${name}.output`),
      };
    case 'elementwise': {
      const document = elementwiseDocument(node, base, arrays);
      if (!document) refuse(node, 'limits that leave one value');
      return document ?? { type: 'flatten', ...base };
    }
    case 'softmax':
      return { type: 'softmax', ...base, ...(node.logarithm && { logarithm: true }) };
    case 'requantize':
      refuse(node, 'the rounding of an integer kernel');
      return { type: 'flatten', ...base };
  }
}

function isExpressible({ kind, operand = NONE, multiplier = NONE }: ElementwiseNode): boolean {
  return [...operand, ...multiplier].every(
    (value) => Number.isFinite(value) && (kind !== 'divide' || value !== 0),
  );
}

/** One float32 operation that stands by itself; nothing when the description has no words for it. */
function elementwiseDocument(
  node: ElementwiseNode,
  base: { readonly name: string; readonly input?: string },
  arrays: Arrays,
): LayerDocument | undefined {
  const { kind, operand } = node;
  const operation = (kind: ElementwiseDocument['operation']): LayerDocument => ({
    type: 'elementwise',
    ...base,
    operation: kind,
    ...(operand && { operand: arrays.reals(operand, `${base.name}.operand`) }),
  });
  switch (kind) {
    case 'add':
    case 'subtract':
    case 'reverse-subtract':
    case 'multiply':
    case 'divide':
    case 'negate':
    case 'sign':
      return operation(kind);
    case 'normalize':
      return { type: 'batch-norm', ...base, ...batchNormDocument(node, base.name, arrays) };
    default: {
      const activation = activationOf(node);
      return activation && { type: 'activation', ...base, function: activation };
    }
  }
}

function stepsDocument(steps: Steps, name: string, arrays: Arrays): StepsDocument {
  const { bias, batchNorm, activation, output, thresholds } = steps;
  return {
    ...(bias?.operand && { bias: arrays.reals(bias.operand, `${name}.bias`) }),
    ...(batchNorm && { batchNorm: batchNormDocument(batchNorm, `${name}.batchNorm`, arrays) }),
    ...(activation && { activation: activationOf(activation) }),
    ...(output && { output: quantizerDocument(output.quantizer, arrays, `${name}.output`) }),
    ...(thresholds && { thresholds: thresholdsDocument(thresholds, name, arrays) }),
  };
}

/** Thresholds on the sums of a layer. */
function thresholdsDocument(
  { thresholds, rows, quantizer }: MultiThresholdNode,
  name: string,
  arrays: Arrays,
): StepsDocument['thresholds'] {
  return {
    ...arrays.integerTensor(thresholds, [rows, thresholds.length / rows], `${name}.thresholds`),
    output: codeTypeDocument(quantizer, arrays, `${name}.output`),
  };
}

/** x * multiplier + operand, as a batch norm of mean 0 and variance 1. */
function batchNormDocument(
  { multiplier = Float32Array.of(1), operand = Float32Array.of(0) }: ElementwiseNode,
  name: string,
  arrays: Arrays,
): BatchNormDocument {
  return {
    mean: 0,
    variance: 1,
    epsilon: 0,
    scale: arrays.reals(multiplier, `${name}.scale`),
    bias: arrays.reals(operand, `${name}.bias`),
  };
}

function requests({ accumulator, fold, engine }: Extract<NetworkNode, { op: 'dense' | 'conv' }>) {
  return { ...(accumulator && { accumulator }), ...(fold && { fold }), ...(engine && { engine }) };
}

/** Whether padding is as large as a window. */
function hasEmptyWindow({ kernel, dilation, padding }: Window): boolean {
  const { top, left, bottom, right } = padding;
  return (
    Math.max(top, bottom) > (kernel.height - 1) * dilation.height ||
    Math.max(left, right) > (kernel.width - 1) * dilation.width
  );
}

/** @param stride the one that need not be said */
function windowDocument({ stride, dilation, padding }: Window, { height, width }: Size): WindowDocument {
  const isUnit = dilation.height === 1 && dilation.width === 1;
  const isPadded = Object.values(padding).some((rows) => rows !== 0);
  return {
    ...((stride.height !== height || stride.width !== width) && { stride: sizeDocument(stride) }),
    ...(!isUnit && { dilation: sizeDocument(dilation) }),
    ...(isPadded && { padding: paddingDocument(padding) }),
  };
}

function sizeDocument({ height, width }: Size): SizeDocument {
  return height === width ? height : [height, width];
}

function paddingDocument({ top, left, bottom, right }: Window['padding']): Exclude<PaddingDocument, string> {
  return [left, bottom, right].every((each) => each === top) ? top : [top, left, bottom, right];
}
