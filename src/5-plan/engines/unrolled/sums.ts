/** Rows of linear sums before they are hardware: what both ways of building them share. */
import { type Interval, signedBits, unsignedBits } from '../../../shared/interval.js';
import type { SumField, SumModule, SumNode, SumOutput, SumReference } from '../../types.js';

/** Most adders between two registers. */
export const PATH_ADDERS = 7;

/** A constant matrix and the fields it multiplies: row r is sum over i of weights[r * inputs + i] * field i. */
export interface SumMatrix {
  readonly weights: Int32Array; // [outputs * inputs], row-major
  readonly inputs: number;
  readonly outputs: number;
  readonly field: { readonly bits: number; readonly signed: boolean } & Interval; // of every input
}

/** One row's value: sum = (invert ? ~value : value) << shift, plus `constant`; no value: the constant alone. */
export interface RowSum {
  readonly from?: SumReference;
  readonly shift: number;
  readonly invert: boolean;
  readonly constant: number;
}

/** A node without its stage. */
export type UntimedNode = SumNode extends infer N ? (N extends SumNode ? Omit<N, 'stage'> : never) : never;

/** Values of all rows, not yet divided by registers. */
export interface UntimedSums {
  readonly nodes: UntimedNode[];
  readonly rows: RowSum[]; // [outputs]
}

/** Fewest bits of an interval, two's complement where it has negative values. */
export function fieldOf(range: Interval): { width: number; signed: boolean } {
  return range.min < 0
    ? { width: signedBits(range), signed: true }
    : { width: unsignedBits(range.max), signed: false };
}

/** References that a node reads directly. */
export function operandsOf(node: UntimedNode): SumReference[] {
  switch (node.kind) {
    case 'adder':
      return [node.a.from, node.b.from];
    case 'bias':
      return [node.from];
    case 'table':
      return [...(node.below === undefined ? [] : [node.below]), ...node.bits.map(({ input }) => input)];
  }
}

/**
 * Divide the nodes by registers so that no path has more than PATH_ADDERS adders. Every node goes as late as its
 * users allow when `late`, which suits chains that read inputs all along; else as early as its operands allow.
 */
export function timed(
  name: string,
  matrix: SumMatrix,
  sums: { readonly nodes: readonly UntimedNode[]; readonly outputs: readonly SumOutput[] },
  laneBits: number,
  late: boolean,
): SumModule {
  const { nodes, outputs } = sums;
  const { inputs, field } = matrix;
  const levels = new Int32Array(inputs + nodes.length); // adders up to and including the node
  nodes.forEach((node, k) => {
    const deepest = operandsOf(node).reduce((most, from) => Math.max(most, levels[from]), 0);
    levels[inputs + k] = deepest + (addsNothing(node) ? 0 : 1);
  });
  const depth = levels.reduce((a, b) => Math.max(a, b), 1);
  const stages = Math.ceil(depth / PATH_ADDERS);
  const perStage = Math.ceil(depth / stages);
  const latest = new Int32Array(levels.length).fill(depth);
  if (late)
    for (let k = nodes.length - 1; k >= 0; k--) {
      const before = latest[inputs + k] - (addsNothing(nodes[k]) ? 0 : 1);
      for (const from of operandsOf(nodes[k])) if (before < latest[from]) latest[from] = before;
    }
  const levelOf = late ? latest : levels;
  return {
    name,
    inputs: Array.from({ length: inputs }, () => ({ width: field.bits, signed: field.signed, stage: 0 })),
    nodes: nodes.map((node, k): SumNode => {
      const stage = Math.max(0, Math.ceil(levelOf[inputs + k] / perStage) - 1);
      return { ...node, stage };
    }),
    outputs,
    laneBits,
    stages,
  };
}

function addsNothing(node: UntimedNode): boolean {
  return node.kind === 'table' && node.below === undefined;
}

/** What a module occupies on a 7-series device, from its own structure. */
export interface SumCost {
  readonly adders: number;
  readonly lut: number;
  readonly sites: number;
  readonly ff: number;
  readonly tables: number; // LUT4 of the tables' bits by themselves
}

/** Count a module's adders, LUTs, sites and flip-flops. */
export function sumCost(module: SumModule): SumCost {
  let cost = counted.get(module);
  if (!cost) {
    cost = countCost(module);
    counted.set(module, cost);
  }
  return cost;
}

/** Of modules that never change. */
const counted = new WeakMap<SumModule, SumCost>();

function countCost(module: SumModule): SumCost {
  const fields: SumField[] = [...module.inputs, ...module.nodes];
  const last = fields.map(({ stage }) => stage); // the last stage that reads a value
  let [adders, lut, sites, ff, tables] = [0, 0, 0, 1 + module.stages, 0];
  for (const node of module.nodes) {
    for (const from of operandsOf(node)) last[from] = Math.max(last[from], node.stage);
    const cost = nodeCost(node, fields);
    if (!addsNothing(node)) adders++;
    lut += cost.lut;
    sites += cost.sites;
    if (node.kind === 'table') tables += cost.lut * 2 ** Math.max(0, node.bits.length - 4);
  }
  for (const output of module.outputs) {
    if ('constant' in output) continue;
    last[output.from] = module.stages - 1;
    ff += fields[output.from].width;
  }
  fields.forEach(({ width, stage }, k) => {
    ff += width * (last[k] - stage);
  });
  return { adders, lut, sites, ff, tables };
}

function nodeCost(node: SumNode, fields: readonly SumField[]): { lut: number; sites: number } {
  switch (node.kind) {
    case 'adder': {
      // the low bits of an operand below the other's shift pass by, unless they are negated
      const low = node.a.shift > 0 ? node.b : node.a;
      const passed = low.negate ? 0 : Math.max(node.a.shift, node.b.shift);
      return { lut: node.width - passed, sites: node.width - passed };
    }
    case 'bias':
      return { lut: node.width, sites: node.width };
    case 'table': {
      const row = unsignedBits(node.table.reduce((a, b) => Math.max(a, b), 0));
      if (node.below === undefined) return { lut: row, sites: row };
      const overlaps = fields[node.below].width > node.shift;
      return { lut: row, sites: overlaps ? node.width - node.shift : row };
    }
  }
}
