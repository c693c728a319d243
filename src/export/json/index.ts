/** A Network as a JSON model description (docs/model-format.md): the inverse of 1-import/json. */
import type { LayerDocument, ModelDocument } from '../../1-import/json/document.js';
import { inputsOf, type Network, type PortType } from '../../1-import/types.js';
import { type Diagnostic, fail } from '../../diagnostics/diagnostic.js';
import { layersOf } from '../layers.js';
import { Arrays } from './arrays.js';
import { layerDocument } from './document.js';
import { formatJson } from './format.js';
import { LayerNames } from './names.js';

export const MODEL_FILE = 'model.json';

/**
 * The files of a model folder: `model.json`, and a .npy file for each large array, named after its layer.
 *
 * @returns path in the folder -> content
 * @throws export_not_expressible for each node that the description has no words for
 */
export function writeJsonNetwork(network: Network): Map<string, string | Uint8Array> {
  const arrays = new Arrays(false);
  const text = modelText(network, arrays);
  return new Map<string, string | Uint8Array>([[MODEL_FILE, text], ...arrays.files]);
}

/**
 * The model as one JSON text that needs no other file.
 *
 * @throws export_not_expressible for each node that the description has no words for
 */
export function formatJsonNetwork(network: Network): string {
  return modelText(network, new Arrays(true));
}

function modelText(network: Network, arrays: Arrays): string {
  const layers = layersOf(network);
  const names = new LayerNames(layers.map(({ node }) => node.name));
  const known = new Map([[network.input.name, 'input']]);
  const problems: Diagnostic[] = [];
  let previous = 'input';
  const documents = layers.map((layer): LayerDocument => {
    const name = names.of(layer.node.name);
    const inputs = inputsOf(layer.node).map((tensor) => known.get(tensor) ?? tensor);
    const place = { name, inputs, previous, network, arrays };
    known.set(layer.output, name);
    previous = name;
    return layerDocument(layer, place, problems);
  });
  if (problems.length > 0) fail(...problems);
  const { inputPort, layout, outputLayout } = network;
  const model: ModelDocument & { format: string; version: number } = {
    format: 'narrowgate-model',
    version: 1,
    name: network.name,
    input: {
      shape: network.input.shape,
      ...(layout !== 'NHWC' && { layout }),
      ...(inputPort && { type: portDocument(inputPort) }),
    },
    ...(outputLayout && outputLayout !== layout && { output: { layout: outputLayout } }),
    layers: documents,
  };
  return `${formatJson(model)}\n`;
}

function portDocument({
  bits,
  signed,
  scale,
  zeroPoint,
}: PortType): NonNullable<ModelDocument['input']['type']> {
  const { numerator, denominator } = scale;
  const given = denominator === 1 ? numerator : `${numerator}/${denominator}`;
  return { bits, signed, scale: given, ...(zeroPoint !== undefined && { zeroPoint }) };
}
