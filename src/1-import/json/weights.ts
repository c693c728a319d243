import * as errors from '../../diagnostics/json-errors.js';
import type { Weights } from '../types.js';
import { type CodeType, codeRange, rangeText, readCodeType, typeName } from './code-type.js';
import type { WeightsDocument } from './document.js';
import type { Findings } from './findings.js';
import { readIntegers } from './integers.js';
import { type NumberTensor, readIntegerTensor, readRealTensor } from './number-tensor.js';
import { readReals } from './reals.js';

interface ReadWeights {
  readonly outputs?: number; // known when the matrix could be read, even if its codes are wrong
  readonly inputs?: number;
  readonly weights?: Weights;
}

/** Read the weights of a dense layer, [outputs][inputs]: codes with their type and scale, or real values. */
export function readWeights(document: WeightsDocument, path: string, findings: Findings): ReadWeights {
  if (document.encoding === 'real') {
    const { shape, weights } = readRealWeights(document, path, DENSE_AXES, findings);
    return { outputs: shape?.[0], inputs: shape?.[1], weights };
  }
  const type = readWeightType(document, path, findings);
  const matrix = readIntegers(document, path, '[outputs][inputs]', false, findings);
  const scale = readReals(document.scale ?? 1, `${path}.scale`, matrix?.rows, 'scale', findings);
  const fits = type && matrix && checkCodes(matrix, type, findings);
  const shape = { outputs: matrix?.rows, inputs: matrix?.columns };
  if (!fits || !scale) return shape;
  return { ...shape, weights: { ...type, scale, codes: new Int32Array(matrix.data) } };
}

interface ReadConvWeights {
  readonly shape?: readonly number[]; // known when the tensor could be read, even if its codes are wrong
  readonly weights?: Weights;
}

const DENSE_AXES = ['outputs', 'inputs'];
const CONV_AXES = ['outputs', 'kernel height', 'kernel width', 'channels / groups'];

/** Read the weights of a convolution, [outputs][kernel height][kernel width][channels / groups]. */
export function readConvWeights(
  document: WeightsDocument,
  path: string,
  findings: Findings,
): ReadConvWeights {
  if (document.encoding === 'real') return readRealWeights(document, path, CONV_AXES, findings);
  const type = readWeightType(document, path, findings);
  const tensor = readIntegerTensor(document, path, CONV_AXES, findings);
  const scale = readReals(document.scale ?? 1, `${path}.scale`, tensor?.shape[0], 'scale', findings);
  const fits = type && tensor && checkCodes(tensor, type, findings);
  const shape = tensor?.shape;
  if (!fits || !scale) return { shape };
  return { shape, weights: { ...type, scale, codes: new Int32Array(tensor.data) } };
}

/** Weights of a network that is not quantized yet: nothing but values. */
function readRealWeights(
  document: WeightsDocument,
  path: string,
  axes: readonly string[],
  findings: Findings,
): ReadConvWeights {
  for (const key of ['bits', 'signed', 'narrow', 'scale'] as const) {
    if (document[key] === undefined) continue;
    const message = `"${key}" beside "encoding": "real": real weights have no codes`;
    const hint = `remove "${key}", or give codes without "encoding": "real"`;
    findings.add(errors.modelKeyConflict(findings.at(`${path}.${key}`), message, hint));
  }
  const tensor = readRealTensor(document, path, axes, findings);
  const values = tensor && Float32Array.from(tensor.data);
  return { shape: tensor?.shape, ...(values && { weights: { encoding: 'real', values } }) };
}

function readWeightType(document: WeightsDocument, path: string, findings: Findings): CodeType | undefined {
  const { encoding } = document;
  if (encoding === 'real') return undefined;
  const type = readCodeType({ ...document, encoding }, path, true, findings);
  if (!type || type.signed || type.bits < 32) return type;
  const hint = 'declare fewer bits, or signed weights';
  const at = findings.at(`${path}.bits`);
  return findings.add(errors.modelCodeType(at, '1 to 31 bits for unsigned weights', `${type.bits}`, hint));
}

function checkCodes(
  { data, place }: Pick<NumberTensor, 'data' | 'place'>,
  type: CodeType,
  findings: Findings,
): boolean {
  const { min, max } = codeRange(type);
  const bipolar = type.encoding === 'bipolar';
  for (let index = 0; index < data.length; index++) {
    const code = data[index];
    if (code >= min && code <= max && !(bipolar && code === 0)) continue;
    const at = findings.at(place(index));
    const hint = bipolar ? 'bipolar codes are -1 and +1; with 0 they are signed, narrow, 2 bits' : undefined;
    findings.add(errors.modelCodeOutOfRange(at, typeName(type), rangeText(type), String(code), hint));
    return false;
  }
  return true;
}
