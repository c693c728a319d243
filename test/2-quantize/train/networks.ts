/** Small float networks and samples to train on. */
import type { Network, NetworkNode, Window } from '../../../src/1-import/types.js';
import type { Dataset } from '../../../src/2-quantize/train/dataset.js';
import { integers } from '../../../src/2-quantize/train/random.js';

const source = { file: 'model.json', path: '' };

export function window(kernel: number, stride = 1, padding = 0): Window {
  return {
    kernel: { height: kernel, width: kernel },
    stride: { height: stride, width: stride },
    dilation: { height: 1, width: 1 },
    padding: { top: padding, left: padding, bottom: padding, right: padding },
  };
}

/** Values between -1 and 1. */
export function noise(length: number, seed: number): Float32Array {
  const next = integers(seed);
  return Float32Array.from({ length }, () => next() / 2 ** 31 - 1);
}

type Step =
  | { readonly dense: number }
  | { readonly conv: Window; readonly outputs: number; readonly groups?: number }
  | { readonly pool: 'maximum' | 'average'; readonly window: Window }
  | { readonly addTo: number } // tensor after that many steps
  | { readonly relu: true }
  | { readonly flatten: true };

/** Layers one after another; each dense and conv layer has a bias. */
export function network(shape: readonly number[], steps: readonly Step[]): Network {
  const tensors = new Map([['x', { name: 'x', shape }]]);
  const nodes: NetworkNode[] = [];
  const after = ['x'];
  let [current, size] = ['x', shape];
  const push = (node: Record<string, unknown>, next: readonly number[]) => {
    const output = `t${nodes.length}`;
    nodes.push({
      name: `n${nodes.length}`,
      source,
      input: current,
      output,
      ...node,
    } as unknown as NetworkNode);
    tensors.set(output, { name: output, shape: next });
    [current, size] = [output, next];
  };
  const spread = (n: number, { kernel, stride, padding }: Window) =>
    Math.floor((n + 2 * padding.top - kernel.height) / stride.height) + 1;
  const bias = (outputs: number) =>
    push(
      { op: 'elementwise', kind: 'add', operand: noise(outputs, outputs).map((value) => value / 8) },
      size,
    );
  for (const step of steps) {
    if ('dense' in step) {
      const inputs = size[0];
      const values = noise(step.dense * inputs, nodes.length + 1).map(
        (value) => value / Math.sqrt(inputs / 3),
      );
      push({ op: 'dense', inputs, outputs: step.dense, weights: { encoding: 'real', values } }, [step.dense]);
      bias(step.dense);
    } else if ('conv' in step) {
      const { conv, outputs, groups = 1 } = step;
      const inputs = (conv.kernel.height * conv.kernel.width * size[2]) / groups;
      const values = noise(outputs * inputs, nodes.length + 1).map((value) => value / Math.sqrt(inputs / 3));
      const next = [spread(size[0], conv), spread(size[1], conv), outputs];
      push({ op: 'conv', window: conv, groups, outputs, weights: { encoding: 'real', values } }, next);
      bias(outputs);
    } else if ('pool' in step) {
      const next = [spread(size[0], step.window), spread(size[1], step.window), size[2]];
      push({ op: 'pool', kind: step.pool, window: step.window, countPadding: false }, next);
    } else if ('addTo' in step) push({ op: 'add', other: after[step.addTo] }, size);
    else if ('relu' in step) push({ op: 'elementwise', kind: 'relu' }, size);
    else push({ op: 'reshape' }, [size.reduce((product, n) => product * n, 1)]);
    after.push(current);
  }
  return {
    name: 'trained',
    file: 'model.json',
    input: { name: 'x', shape },
    layout: 'NHWC',
    tensors,
    nodes,
    output: current,
  };
}

export const MLP = () => network([12], [{ dense: 16 }, { relu: true }, { dense: 3 }]);

/** Conv, depthwise, pools, a residual addition: everything that can be trained. */
export const CNN = () =>
  network(
    [8, 8, 2],
    [
      { conv: window(3, 1, 1), outputs: 4 },
      { relu: true },
      { conv: window(3, 1, 1), outputs: 4, groups: 4 },
      { relu: true },
      { addTo: 2 },
      { pool: 'maximum', window: window(3, 2, 1) },
      { conv: window(2, 2), outputs: 6, groups: 2 },
      { relu: true },
      { pool: 'average', window: window(2) },
      { flatten: true },
      { dense: 3 },
    ],
  );

/** Samples of three classes: a third of the values of each is larger than it would be by chance. */
export function samples(shape: readonly number[], count: number, seed = 5): Dataset {
  const elements = shape.reduce((product, n) => product * n, 1);
  const values = noise(count * elements, seed);
  const labels = Int32Array.from({ length: count }, (_, n) => n % 3);
  for (let n = 0; n < count; n++)
    for (let i = 0; i < elements; i++)
      if (Math.floor((3 * i) / elements) === labels[n]) values[n * elements + i] += 0.75;
  return { values, labels, count, shape };
}
