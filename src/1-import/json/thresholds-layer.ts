import * as errors from '../../diagnostics/json-errors.js';
import { codeCount, codeRange, rangeText, readQuantizer, typeName } from './code-type.js';
import type { ThresholdsLayerDocument } from './document.js';
import type { Findings } from './findings.js';
import type { LayerPlace, LayerReading } from './layer.js';
import { readRealTensor } from './number-tensor.js';

/** Read thresholds on real values: code = base + number of thresholds that are reached. */
export function readThresholdsLayer(
  layer: ThresholdsLayerDocument,
  { name, path, input }: LayerPlace,
  findings: Findings,
): LayerReading {
  const channels = input?.[input.length - 1];
  const quantizer = readQuantizer(layer.output, `${path}.output`, channels, findings);
  const tensor = readRealTensor(layer, path, ['channels or 1', 'thresholds'], findings);
  const reading = { shape: input, coded: true };
  if (!tensor || !quantizer) return { ...reading, parts: [] };
  const { shape, data, place } = tensor;
  const [rows, count] = shape;
  if (channels !== undefined && rows !== 1 && rows !== channels) {
    const hint = 'give one row per channel, or one row shared by all';
    const expected = `1 or ${channels} rows of thresholds`;
    findings.add(errors.modelShape(findings.at(path), expected, `${rows} rows`, hint));
  }
  for (let index = 0; index < data.length; index++) {
    if (index % count === 0 || data[index] >= data[index - 1]) continue;
    findings.add(errors.modelThresholdOrder(findings.at(place(index)), data[index - 1], data[index]));
    break;
  }
  const bipolar = quantizer.encoding === 'bipolar';
  if (count >= codeCount(quantizer))
    findings.add(
      errors.modelThresholdCount(findings.at(path), typeName(quantizer), codeCount(quantizer) - 1, count),
    );
  const { min, max } = codeRange(quantizer);
  const { base = min } = layer;
  const last = base + count * (bipolar ? 2 : 1);
  if (base < min || (count < codeCount(quantizer) && last > max)) {
    const found = `${base} .. ${last}`;
    const hint = 'codes go from "base", one for each threshold that is reached';
    const at = findings.at(`${path}.base`);
    findings.add(errors.modelCodeOutOfRange(at, typeName(quantizer), rangeText(quantizer), found, hint));
  }
  const source = findings.at(path);
  const thresholds = Float64Array.from(data);
  return {
    ...reading,
    parts: [{ op: 'multi-threshold', name, source, domain: 'real', thresholds, rows, quantizer, base }],
  };
}
