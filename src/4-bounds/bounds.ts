/**
 * Phase 4: the exact range of every accumulator and of every code, and the four widths that follow from weaker and
 * stronger knowledge. Everything is integer arithmetic; sums that could pass 2^53 are refused.
 */
import { type IntegerNetwork, type IntegerNode, type IntegerTensor, inputsOf } from '../3-integer/types.js';
import { hull, type Interval } from '../shared/interval.js';
import { boundConv, boundDense } from './layer.js';
import { boundAdd, boundPoolSums, maximumRanges, stepRange } from './sums.js';
import type { BoundedAccumulator, BoundedNetwork, BoundedSums } from './types.js';

export {
  boundConv,
  boundDense,
  insideRanges,
  MAX_ACCUMULATOR_BITS,
  outsideInputs,
  rowInputRanges,
  witness,
} from './layer.js';
export { datatypeBits, l1Bits, zeroCentredBits } from './widths.js';

/**
 * Bound all accumulators and codes of a network.
 *
 * @param wrapped sums that remain of layers whose accumulators were asked to wrap, by layer name: what follows such a
 *   layer meets any of them
 * @throws accumulator_too_wide
 */
export function boundNetwork(
  network: IntegerNetwork,
  wrapped: ReadonlyMap<string, Interval> = new Map(),
): BoundedNetwork {
  return new Bounder(network, wrapped).bound();
}

class Bounder {
  private readonly network: IntegerNetwork;
  private readonly wrapped: ReadonlyMap<string, Interval>;
  private readonly codeRanges = new Map<string, readonly Interval[]>();
  private readonly accumulators = new Map<string, BoundedAccumulator>();
  private readonly sums = new Map<string, BoundedSums>();

  constructor(network: IntegerNetwork, wrapped: ReadonlyMap<string, Interval>) {
    this.network = network;
    this.wrapped = wrapped;
  }

  bound(): BoundedNetwork {
    const { network, codeRanges, accumulators, sums } = this;
    const { shape, type } = this.tensor(network.input);
    const all = { min: type.min, max: type.max };
    codeRanges.set(
      network.input,
      new Array<Interval>(shape.length === 3 ? shape[2] : count(shape)).fill(all),
    );
    for (const node of network.nodes) codeRanges.set(node.output, this.ranges(node));
    return { network, codeRanges, accumulators, sums };
  }

  private tensor(name: string): IntegerTensor {
    const tensor = this.network.tensors.get(name);
    if (!tensor) throw new Error(`the network has no tensor ${name}`);
    return tensor;
  }

  /** Ranges of a node's output: one per channel of an image, one per element of anything else. */
  private ranges(node: IntegerNode): readonly Interval[] {
    const type = this.tensor(node.input).type;
    switch (node.kind) {
      case 'dense':
        return this.layer(node.name, boundDense(node, this.perElement(node.input, node.inputs), type));
      case 'conv':
        return this.layer(
          node.name,
          boundConv(node, this.perChannel(node.input, node.window.channels), type),
        );
      case 'step': {
        const { shape } = this.tensor(node.output);
        const given =
          shape.length === 3
            ? this.perChannel(node.input, shape[2])
            : this.perElement(node.input, count(shape));
        return given.map((range, k) => stepRange(node, range, k));
      }
      case 'pool': {
        const given = this.perChannel(node.input, node.window.channels);
        if (node.mode === 'maximum') return maximumRanges(node, given);
        return this.sumsOf(node.name, boundPoolSums(node, given, type));
      }
      case 'add': {
        const [first, second] = inputsOf(node).map((name) =>
          this.alike(name, this.tensor(node.output).shape),
        );
        const types = [type, this.tensor(node.other).type] as const;
        return this.sumsOf(node.name, boundAdd(node, first, second, types));
      }
      case 'concat':
        return inputsOf(node).flatMap((name, k) => this.perChannel(name, node.channels[k]));
      case 'upsample':
        return this.perChannel(node.input, node.channels);
      case 'depth-to-space': {
        const cells = node.block ** 2;
        const given = this.perChannel(node.input, node.channels * cells);
        return Array.from({ length: node.channels }, (_, c) =>
          hull(
            Array.from(
              { length: cells },
              (__, cell) => given[node.columnMajor ? c * cells + cell : cell * node.channels + c],
            ),
          ),
        );
      }
    }
  }

  private layer(name: string, bounded: BoundedAccumulator): readonly Interval[] {
    this.accumulators.set(name, bounded);
    const sums = this.wrapped.get(name);
    return sums ? bounded.ranges.map(() => sums) : bounded.ranges;
  }

  private sumsOf(name: string, bounded: BoundedSums): readonly Interval[] {
    this.sums.set(name, bounded);
    return bounded.ranges;
  }

  private known(name: string): readonly Interval[] {
    const ranges = this.codeRanges.get(name);
    if (!ranges) throw new Error(`tensor ${name} has no range`);
    return ranges;
  }

  private alike(name: string, shape: readonly number[]): readonly Interval[] {
    return shape.length === 3 ? this.perChannel(name, shape[2]) : this.perElement(name, count(shape));
  }

  /** Ranges of a tensor seen as a vector: channels repeat. */
  private perElement(name: string, elements: number): readonly Interval[] {
    const ranges = this.known(name);
    if (ranges.length === elements) return ranges;
    return Array.from({ length: elements }, (_, k) => ranges[k % ranges.length]);
  }

  /** Ranges of a tensor seen as an image with some channels. */
  private perChannel(name: string, channels: number): readonly Interval[] {
    const ranges = this.known(name);
    if (ranges.length === channels) return ranges;
    if (channels % ranges.length === 0) return this.perElement(name, channels);
    if (ranges.length % channels !== 0) return new Array<Interval>(channels).fill(hull(ranges));
    const found = ranges.slice(0, channels);
    for (let k = channels; k < ranges.length; k++)
      found[k % channels] = hull([found[k % channels], ranges[k]]);
    return found;
  }
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
