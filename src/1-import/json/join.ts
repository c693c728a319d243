import * as errors from '../../diagnostics/json-errors.js';
import { formatShape } from './describe.js';
import type { AddDocument, ConcatDocument } from './document.js';
import type { Findings } from './findings.js';
import type { LayerPlace, LayerReading, NodePart } from './layer.js';
import { readSteps } from './steps.js';

/** Read the sum of two tensors of one shape. */
export function readAdd(layer: AddDocument, place: LayerPlace, findings: Findings): LayerReading {
  const { name, path, sources } = place;
  const [first, second] = sources;
  if (first?.shape && second?.shape && first.shape.join() !== second.shape.join()) {
    const found = `${formatShape(first.shape)} of '${first.name}' and ${formatShape(second.shape)} of '${second.name}'`;
    const hint = 'the sum is element by element; make both the same with stride, padding or a 1 x 1 conv';
    findings.add(errors.modelShape(findings.at(`${path}.inputs`), 'two inputs of one shape', found, hint));
  }
  const shape = first?.shape ?? second?.shape;
  const steps = readSteps(layer, place, shape?.[shape.length - 1], findings);
  const coded = layer.output !== undefined;
  const add: NodePart = { op: 'add', name, source: findings.at(path), other: second?.tensor ?? '' };
  return { parts: [add, ...steps], shape, coded };
}

/** Read tensors joined along their channels, the last axis. */
export function readConcat(_: ConcatDocument, place: LayerPlace, findings: Findings): LayerReading {
  const { name, path, sources } = place;
  const shapes = sources.flatMap((each) => (each.shape ? [each.shape] : []));
  if (shapes.length < sources.length) return { parts: [] };
  const [first] = shapes;
  const others = sources.slice(1).map(({ tensor }) => tensor);
  const leading = (shape: readonly number[]) => shape.slice(0, -1).join();
  const odd = shapes.findIndex((each) => each.length !== first.length || leading(each) !== leading(first));
  if (odd >= 0) {
    const expected = `inputs that differ from ${formatShape(first)} in their channels alone`;
    const found = `${formatShape(shapes[odd])} of '${sources[odd].name}'`;
    const hint = 'joined are the channels; height and width have to be the same';
    findings.add(errors.modelShape(findings.at(`${path}.inputs[${odd}]`), expected, found, hint));
    return { parts: [] };
  }
  const channels = shapes.reduce((sum, each) => sum + each[each.length - 1], 0);
  const concat: NodePart = { op: 'concat', name, source: findings.at(path), others };
  return { parts: [concat], shape: [...first.slice(0, -1), channels] };
}
