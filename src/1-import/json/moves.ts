import * as errors from '../../diagnostics/json-errors.js';
import type { DepthToSpaceDocument, PadDocument, UpsampleDocument } from './document.js';
import type { Findings } from './findings.js';
import { readImage, readPadding, readSize } from './image.js';
import type { LayerPlace, LayerReading } from './layer.js';

/** Read real zeros around an image. */
export function readPad(layer: PadDocument, place: LayerPlace, findings: Findings): LayerReading {
  const { name, path } = place;
  const image = readImage(place, findings);
  const padding = readPadding(layer.padding, `${path}.padding`, findings);
  if (!image || !padding) return { parts: [] };
  const { top, left, bottom, right } = padding;
  const shape = [image.height + top + bottom, image.width + left + right, image.channels];
  return { parts: [{ op: 'pad', name, source: findings.at(path), padding }], shape };
}

/** Read an enlargement of an image by whole factors, each element repeated. */
export function readUpsample(layer: UpsampleDocument, place: LayerPlace, findings: Findings): LayerReading {
  const { name, path } = place;
  const image = readImage(place, findings);
  const factor = readSize(layer.factor);
  if (!image) return { parts: [] };
  const shape = [image.height * factor.height, image.width * factor.width, image.channels];
  return { parts: [{ op: 'upsample', name, source: findings.at(path), factor }], shape };
}

/** Read channels that become rows and columns. */
export function readDepthToSpace(
  { block, order = 'DCR' }: DepthToSpaceDocument,
  place: LayerPlace,
  findings: Findings,
): LayerReading {
  const { name, path } = place;
  const image = readImage(place, findings);
  if (!image) return { parts: [] };
  const { height, width, channels } = image;
  if (channels % (block * block) !== 0) {
    const expected = `channels divisible by ${block * block}, the block squared`;
    const hint = 'each element of a block comes from channels of its own';
    return {
      parts: [],
      shape: findings.add(errors.modelShape(findings.at(path), expected, `${channels} channels`, hint)),
    };
  }
  const shape = [height * block, width * block, channels / (block * block)];
  return { parts: [{ op: 'depth-to-space', name, source: findings.at(path), block, order }], shape };
}
