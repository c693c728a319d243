import * as errors from '../../diagnostics/json-errors.js';
import type { Network, NetworkNode, NetworkTensor } from '../types.js';
import { readDense } from './dense.js';
import type { LayerDocument, ModelDocument } from './document.js';
import type { Findings } from './findings.js';
import { readFlatten } from './flatten.js';
import type { LayerPlace, LayerReading } from './layer.js';
import { checkName } from './names.js';
import { readPortType } from './port-type.js';
import { readQuantize } from './quantize.js';

/** Elements of one sample; a 4096 x 4096 image has as many. */
const MAX_ELEMENTS = 2 ** 24;

/**
 * Read all layers in order, reporting everything that is wrong, and chain them into a Network.
 *
 * @param isBroken whether the schema found an error at or below a JSON pointer (`/layers/0`); such parts are skipped
 * @returns nothing when anything was reported
 */
export function readNetwork(
  document: ModelDocument,
  isBroken: (pointer: string) => boolean,
  findings: Findings,
): Network | undefined {
  if (!isBroken('/name')) checkName(document.name, 'name', findings);
  const shape = isBroken('/input') ? undefined : readShape(document.input.shape, findings);
  const type = isBroken('/input') ? undefined : document.input.type;
  const inputPort = type && readPortType(type, 'input.type', findings);
  const layers = Array.isArray(document.layers) ? document.layers : [];
  const readings = readLayers(layers, shape, isBroken, findings);
  if (findings.diagnostics.length > 0 || !shape) return undefined;
  const input: NetworkTensor = { name: 'input', shape };
  return {
    name: document.name,
    file: findings.file,
    input,
    ...(inputPort && { inputPort }),
    layout: 'NHWC',
    ...chain(input, readings),
  };
}

function readShape(shape: readonly number[], findings: Findings): readonly number[] | undefined {
  const elements = shape.reduce((product, length) => product * length, 1);
  if (elements <= MAX_ELEMENTS) return shape;
  return findings.add(errors.modelTooManyElements(findings.at('input.shape'), shape, MAX_ELEMENTS));
}

function readLayers(
  layers: readonly LayerDocument[],
  inputShape: readonly number[] | undefined,
  isBroken: (pointer: string) => boolean,
  findings: Findings,
): LayerReading[] {
  const taken = new Map<string, string>();
  let input = inputShape;
  let realFrom: string | undefined; // the layer that gives real values here
  return layers.map((layer, index) => {
    const path = `layers[${index}]`;
    if (isBroken(`/layers/${index}`)) {
      [input, realFrom] = [undefined, undefined];
      return { parts: [] };
    }
    const name = layer.name ?? `${layer.type}_${index}`;
    readName(name, layer.name === undefined ? path : `${path}.name`, path, taken, findings);
    if (layer.type === 'dense' && realFrom !== undefined)
      findings.add(errors.modelNoQuantizer(findings.at(path), name, realFrom));
    const reading = readLayer(layer, { name, path, input }, findings);
    input = reading.shape;
    if (reading.coded !== undefined) realFrom = reading.coded ? undefined : name;
    return reading;
  });
}

function readName(
  name: string,
  namePath: string,
  path: string,
  taken: Map<string, string>,
  findings: Findings,
): void {
  checkName(name, namePath, findings);
  const first = taken.get(name);
  if (first) findings.add(errors.modelDuplicateName(findings.at(namePath), name, first));
  else taken.set(name, path);
}

function readLayer(layer: LayerDocument, place: LayerPlace, findings: Findings): LayerReading {
  switch (layer.type) {
    case 'dense':
      return readDense(layer, place, findings);
    case 'quantize':
      return readQuantize(layer, place, findings);
    case 'flatten':
      return readFlatten(place, findings);
  }
}

/** Each node's output tensor has the node's name. A layer cannot be called `input`: that is a Verilog keyword. */
function chain(
  input: NetworkTensor,
  readings: readonly LayerReading[],
): Pick<Network, 'tensors' | 'nodes' | 'output'> {
  const tensors = new Map([[input.name, input]]);
  const nodes: NetworkNode[] = [];
  let current = input.name;
  for (const { parts, shape = [] } of readings)
    for (const part of parts) {
      nodes.push({ ...part, input: current, output: part.name });
      tensors.set(part.name, { name: part.name, shape });
      current = part.name;
    }
  return { tensors, nodes, output: current };
}
