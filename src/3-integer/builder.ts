/** The nodes and tensors of an IntegerNetwork while it is built. */
import { hull, type Interval } from '../shared/interval.js';
import { type IntegerNode, type IntegerTensor, type IntegerType, inputsOf } from './types.js';

/** The type of sums, whose widths and ranges phase 4 finds. */
const SUMS: IntegerType = {
  encoding: 'integer',
  signed: true,
  bits: 0,
  min: 0,
  max: 0,
  scale: new Float32Array(0),
  zeroPoint: 0,
};

export class Builder {
  readonly nodes: IntegerNode[] = [];
  readonly tensors = new Map<string, IntegerTensor>();
  private readonly names = new Set<string>();
  private readonly ranges = new Map<string, Interval>();

  /** A tensor of codes. */
  declare(name: string, shape: readonly number[], type: IntegerType): IntegerTensor {
    const tensor = { name, shape, type };
    this.tensors.set(name, tensor);
    return tensor;
  }

  /** A name that no tensor has. */
  freeTensor(wanted: string): string {
    let name = wanted;
    for (let k = 2; this.tensors.has(name); k++) name = `${wanted}_${k}`;
    return name;
  }

  /** Add a node whose output holds codes; its name changes when another node has it. */
  push(node: IntegerNode, shape: readonly number[], type: IntegerType): IntegerTensor {
    const inputs = inputsOf(node).map((tensor) => this.codeRange(tensor));
    this.ranges.set(
      node.output,
      node.kind === 'step'
        ? { min: node.base, max: node.base + node.stride * (node.levels - 1) }
        : hull(node.kind === 'pool' ? [...inputs, withPadding(node.window.padCode)] : inputs),
    );
    this.append(node);
    return this.declare(node.output, shape, type);
  }

  /** Add a node whose output holds sums. */
  pushSums(node: IntegerNode, shape: readonly number[]): void {
    this.append(node);
    this.declare(node.output, shape, SUMS);
  }

  /** Codes that a tensor can hold, as far as its producer alone tells. */
  codeRange(name: string): Interval {
    const known = this.ranges.get(name);
    const { min, max } = this.tensors.get(name)?.type ?? SUMS;
    return known ? { min: Math.max(known.min, min), max: Math.min(known.max, max) } : { min, max };
  }

  private append(node: IntegerNode): void {
    let { name } = node;
    for (let k = 2; this.names.has(name); k++) name = `${node.name}_${k}`;
    this.names.add(name);
    this.nodes.push(name === node.name ? node : { ...node, name });
  }
}

function withPadding(code: number): Interval {
  return { min: code, max: code };
}
