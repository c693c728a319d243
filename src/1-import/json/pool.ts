import * as errors from '../../diagnostics/json-errors.js';
import { windowPositions } from '../window.js';
import type { PoolDocument } from './document.js';
import type { Findings } from './findings.js';
import { readImage, readSize, readWindow } from './image.js';
import type { LayerPlace, LayerReading, NodePart } from './layer.js';
import { readSteps } from './steps.js';

const UNIT = { height: 1, width: 1 };

/** Read a pool: the largest or the mean of each channel over windows, or over the whole image. */
export function readPool(layer: PoolDocument, place: LayerPlace, findings: Findings): LayerReading {
  const { name, path, input } = place;
  const image = readImage(place, findings);
  const whole = layer.global === true;
  if (whole) refuseWindow(layer, path, findings);
  else if (layer.kernel === undefined)
    findings.add(errors.modelMissingKey(findings.at(path), 'kernel', 'global'));
  const own = layer.kernel === undefined ? undefined : readSize(layer.kernel);
  const kernel = whole ? image && { height: image.height, width: image.width } : own;
  const { stride, dilation, padding } = layer;
  const document = whole ? {} : { stride, dilation, padding };
  const window = readWindow(document, kernel, whole ? UNIT : (kernel ?? UNIT), image, path, findings);
  const steps = readSteps({ output: layer.output }, place, input?.[input.length - 1], findings);
  const coded = layer.output !== undefined ? true : layer.kind === 'average' ? false : undefined;
  if (!image || !window) return { parts: [], coded };
  if (!checkPadding(window, path, findings)) return { parts: [], coded };
  const positions = windowPositions(image, window);
  const shape = [positions.height, positions.width, image.channels];
  const { kind, countPadding = false } = layer;
  const pool: NodePart = { op: 'pool', name, source: findings.at(path), kind, window, countPadding };
  return { parts: [pool, ...steps], shape, coded };
}

function refuseWindow(layer: PoolDocument, path: string, findings: Findings): void {
  for (const key of ['kernel', 'stride', 'dilation', 'padding'] as const) {
    if (layer[key] === undefined) continue;
    const message = `"${key}" beside "global": a global pool takes the whole image`;
    const at = findings.at(`${path}.${key}`);
    findings.add(errors.modelKeyConflict(at, message, `remove "${key}" or "global"`));
  }
}

/** A window that lies on padding alone has no largest element and no mean. */
function checkPadding(
  { kernel, dilation, padding }: NonNullable<ReturnType<typeof readWindow>>,
  path: string,
  findings: Findings,
): boolean {
  const [height, width] = [(kernel.height - 1) * dilation.height, (kernel.width - 1) * dilation.width];
  const vertical = Math.max(padding.top, padding.bottom);
  const horizontal = Math.max(padding.left, padding.right);
  if (vertical <= height && horizontal <= width) return true;
  const expected = `padding of at most ${height} rows and ${width} columns, less than the kernel spans`;
  const found = `${vertical} and ${horizontal}`;
  const hint = 'every window needs an element of the image';
  findings.add(errors.modelShape(findings.at(`${path}.padding`), expected, found, hint));
  return false;
}
