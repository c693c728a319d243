import * as errors from '../../diagnostics/json-errors.js';
import { windowPositions } from '../window.js';
import type { ConvDocument } from './document.js';
import type { Findings } from './findings.js';
import { type Image, readImage, readSize, readWindow } from './image.js';
import type { LayerPlace, LayerReading, NodePart } from './layer.js';
import { checkFold, readSteps, requests } from './steps.js';
import { readConvWeights } from './weights.js';

/** Read a convolution: sums of products over windows of an image, then the same steps as a dense layer. */
export function readConv(layer: ConvDocument, place: LayerPlace, findings: Findings): LayerReading {
  const { name, path } = place;
  const image = readImage(place, findings);
  const { shape: axes, weights } = readConvWeights(layer.weights, `${path}.weights`, findings);
  const { groups = 1 } = layer;
  const outputs = axes?.[0];
  if (axes) checkWeights(axes, layer, groups, image, path, findings);
  const kernel = axes && { height: axes[1], width: axes[2] };
  const window = readWindow(layer, kernel, { height: 1, width: 1 }, image, path, findings);
  if (axes && layer.fold) checkFold(layer.fold, axes[1] * axes[2] * axes[3], outputs, path, findings);
  const steps = readSteps(layer, place, outputs, findings);
  const coded = layer.thresholds !== undefined || layer.output !== undefined;
  if (!image || !window || outputs === undefined) return { parts: [], coded };
  const positions = windowPositions(image, window);
  const shape = [positions.height, positions.width, outputs];
  if (!weights) return { parts: [], shape, coded };
  const source = findings.at(path);
  const conv: NodePart = { op: 'conv', name, source, window, groups, outputs, weights, ...requests(layer) };
  return { parts: [conv, ...steps], shape, coded };
}

function checkWeights(
  [outputs, height, width, perGroup]: readonly number[],
  layer: ConvDocument,
  groups: number,
  image: Image | undefined,
  path: string,
  findings: Findings,
): void {
  const divides = (what: string, total: number) => {
    if (total % groups === 0) return true;
    const hint = 'channels of the image and outputs are both multiples of the groups';
    const expected = `a divisor of the ${total} ${what}`;
    findings.add(errors.modelShape(findings.at(`${path}.groups`), expected, `${groups}`, hint));
    return false;
  };
  divides('outputs', outputs);
  const { kernel } = layer;
  const given = kernel === undefined ? undefined : readSize(kernel);
  if (given && (given.height !== height || given.width !== width)) {
    const expected = `a kernel of ${height} x ${width}, as the weights have`;
    const hint = 'weights are [outputs][kernel height][kernel width][channels / groups]';
    findings.add(
      errors.modelShape(findings.at(`${path}.kernel`), expected, `${given.height} x ${given.width}`, hint),
    );
  }
  if (!image || !divides('channels', image.channels) || perGroup * groups === image.channels) return;
  const expected = `weights for ${image.channels / groups} channels in each tap`;
  const hint = 'weights are [outputs][kernel height][kernel width][channels / groups]';
  findings.add(errors.modelShape(findings.at(`${path}.weights`), expected, `${perGroup}`, hint));
}
