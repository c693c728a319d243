import * as errors from '../../diagnostics/json-errors.js';
import type { Network, NetworkNode, NetworkTensor } from '../types.js';
import { readActivationLayer, readBatchNormLayer, readElementwise } from './activation-layers.js';
import { readConv } from './conv.js';
import { readDense } from './dense.js';
import type { LayerDocument, ModelDocument } from './document.js';
import type { Findings } from './findings.js';
import { readFlatten, readReshape } from './flatten.js';
import { readAdd, readConcat } from './join.js';
import type { LayerPlace, LayerReading, Source } from './layer.js';
import { readDepthToSpace, readPad, readUpsample } from './moves.js';
import { checkName } from './names.js';
import { readPool } from './pool.js';
import { readPortType } from './port-type.js';
import { readQuantize } from './quantize.js';
import { Sources } from './sources.js';
import { readThresholdsLayer } from './thresholds-layer.js';

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
  const readings = readLayers(layers, { name: 'input', tensor: 'input', shape }, isBroken, findings);
  if (findings.diagnostics.length > 0 || !shape) return undefined;
  const input: NetworkTensor = { name: 'input', shape };
  return {
    name: document.name,
    file: findings.file,
    input,
    ...(inputPort && { inputPort }),
    layout: document.input.layout ?? 'NHWC',
    ...(document.output && { outputLayout: document.output.layout }),
    ...chain(input, readings),
  };
}

function readShape(shape: readonly number[], findings: Findings): readonly number[] | undefined {
  const elements = shape.reduce((product, length) => product * length, 1);
  if (elements <= MAX_ELEMENTS) return shape;
  return findings.add(errors.modelTooManyElements(findings.at('input.shape'), shape, MAX_ELEMENTS));
}

/** A layer's nodes, wired to what it takes. */
interface WiredLayer extends LayerReading {
  readonly tensor: string; // that its first part takes
}

function readLayers(
  layers: readonly LayerDocument[],
  input: Source,
  isBroken: (pointer: string) => boolean,
  findings: Findings,
): WiredLayer[] {
  const taken = new Map<string, string>();
  const sources = new Sources(input, new Set(layers.map(nameOf)), findings);
  const readings = layers.map((layer, index): WiredLayer => {
    const path = `layers[${index}]`;
    const name = nameOf(layer, index);
    if (isBroken(`/layers/${index}`)) {
      sources.add({ name, tensor: name });
      return { parts: [], tensor: name };
    }
    readName(name, layer.name === undefined ? path : `${path}.name`, path, taken, findings);
    const from = sources.of(layer, path);
    const [first] = from;
    if (takesCodes(layer) && first.realFrom !== undefined)
      findings.add(errors.modelNoQuantizer(findings.at(path), name, first.realFrom));
    const reading = readLayer(layer, { name, path, input: first.shape, sources: from }, findings);
    const { shape, coded, parts } = reading;
    const inherited = from.find(({ realFrom }) => realFrom !== undefined)?.realFrom;
    const realFrom = coded === undefined ? inherited : coded ? undefined : name;
    if (shape) checkElements(shape, path, findings);
    sources.add({ name, tensor: parts[parts.length - 1]?.name ?? name, shape, realFrom });
    return { ...reading, tensor: first.tensor };
  });
  if (findings.diagnostics.length === 0)
    for (const [index, layer] of layers.slice(0, -1).entries())
      if (!sources.isUsed(nameOf(layer, index)))
        findings.add(errors.modelLayerUnused(findings.at(`layers[${index}]`), nameOf(layer, index)));
  return readings;
}

/** Layers of real weights take real values. */
function takesCodes(layer: LayerDocument): boolean {
  return (layer.type === 'dense' || layer.type === 'conv') && layer.weights.encoding !== 'real';
}

function nameOf(layer: LayerDocument, index: number): string {
  return typeof layer?.name === 'string' ? layer.name : `${layer?.type}_${index}`.replaceAll('-', '_');
}

function checkElements(shape: readonly number[], path: string, findings: Findings): void {
  if (shape.reduce((product, length) => product * length, 1) <= MAX_ELEMENTS) return;
  findings.add(errors.modelTooManyElements(findings.at(path), shape, MAX_ELEMENTS));
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
    case 'conv':
      return readConv(layer, place, findings);
    case 'pool':
      return readPool(layer, place, findings);
    case 'add':
      return readAdd(layer, place, findings);
    case 'concat':
      return readConcat(layer, place, findings);
    case 'pad':
      return readPad(layer, place, findings);
    case 'upsample':
      return readUpsample(layer, place, findings);
    case 'depth-to-space':
      return readDepthToSpace(layer, place, findings);
    case 'quantize':
      return readQuantize(layer, place, findings);
    case 'flatten':
      return readFlatten(place, findings);
    case 'reshape':
      return readReshape(layer, place, findings);
    case 'elementwise':
      return readElementwise(layer, place, findings);
    case 'batch-norm':
      return readBatchNormLayer(layer, place, findings);
    case 'activation':
      return readActivationLayer(layer, place, findings);
    case 'thresholds':
      return readThresholdsLayer(layer, place, findings);
    case 'softmax':
      return {
        parts: [
          {
            op: 'softmax',
            name: place.name,
            source: findings.at(place.path),
            ...(layer.logarithm && { logarithm: true }),
          },
        ],
        shape: place.input,
      };
  }
}

/** Each node's output tensor has the node's name. A layer cannot be called `input`: that is a Verilog keyword. */
function chain(
  input: NetworkTensor,
  readings: readonly WiredLayer[],
): Pick<Network, 'tensors' | 'nodes' | 'output'> {
  const tensors = new Map([[input.name, input]]);
  const nodes: NetworkNode[] = [];
  let current = input.name;
  for (const { parts, tensor, shape = [] } of readings) {
    current = tensor;
    for (const part of parts) {
      nodes.push({ ...part, input: current, output: part.name });
      tensors.set(part.name, { name: part.name, shape });
      current = part.name;
    }
  }
  return { tensors, nodes, output: current };
}
