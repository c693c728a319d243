/** Integer layers made by hand for tests of phases 3 to 5. */
import type { IntegerDense, IntegerNetwork, IntegerStep, IntegerType } from '../../src/3-integer/types.js';
import type { BoundedNetwork } from '../../src/4-bounds/types.js';

const source = { file: 'model.json', path: 'layers[0]' };

export function unsigned(bits: number): IntegerType {
  return {
    encoding: 'integer',
    signed: false,
    bits,
    min: 0,
    max: 2 ** bits - 1,
    scale: Float32Array.of(1),
    zeroPoint: 0,
  };
}

export function signed(bits: number, narrow = false): IntegerType {
  const low = -(2 ** (bits - 1)) + (narrow ? 1 : 0);
  return { ...unsigned(bits), signed: true, min: low, max: 2 ** (bits - 1) - 1 };
}

export const bipolar: IntegerType = { ...signed(1), encoding: 'bipolar', min: -1, max: 1 };

/** A dense layer from its rows of weights. */
export function dense(
  rows: readonly (readonly number[])[],
  weightType: IntegerType,
  rest: Partial<IntegerDense> = {},
): IntegerDense {
  return {
    kind: 'dense',
    name: 'fc1',
    source,
    input: 'x',
    output: 'sums',
    inputs: rows[0].length,
    outputs: rows.length,
    weights: Int32Array.from(rows.flat()),
    weightType,
    ...rest,
  };
}

/** A step function from its rows of thresholds. */
export function step(rows: readonly (readonly number[])[], rest: Partial<IntegerStep> = {}): IntegerStep {
  return {
    kind: 'step',
    name: 'act1',
    source,
    input: 'sums',
    output: 'codes',
    channels: rows.length,
    rows: rows.length,
    levels: rows[0].length + 1,
    thresholds: Float64Array.from(rows.flat()),
    base: 0,
    stride: 1,
    reversed: false,
    ...rest,
  };
}

/** A chain of nodes as a network, x its input. */
export function chain(
  inputType: IntegerType,
  width: number,
  nodes: IntegerNetwork['nodes'],
  types: Readonly<Record<string, IntegerType>> = {},
): IntegerNetwork {
  const tensors = new Map([['x', { name: 'x', shape: [width], type: inputType }]]);
  let elements = width;
  for (const node of nodes) {
    if (node.kind === 'dense') elements = node.outputs;
    tensors.set(node.output, {
      name: node.output,
      shape: [elements],
      type: types[node.output] ?? signed(32),
    });
  }
  return {
    name: 'hand',
    file: 'model.json',
    layout: 'NHWC',
    inputShape: [width],
    input: 'x',
    output: nodes[nodes.length - 1].output,
    tensors,
    nodes,
    hostInput: { nodes: [] },
    hostOutput: { scale: Float32Array.of(1), offset: Float64Array.of(0), nodes: [], ordered: true },
  };
}

/** The bounds of a layer by name. */
export function boundsOf(bounded: BoundedNetwork, name: string) {
  const found = bounded.accumulators.get(name);
  if (!found) throw new Error(`no bounds of ${name}`);
  return found;
}
