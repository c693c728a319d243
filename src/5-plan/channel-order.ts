/** Which channels share a processing element: like with like, so that its accumulator can be narrow. */
import type { IntegerNetwork } from '../3-integer/types.js';
import type { EngineChoice, PlannedLayer } from './engines/types.js';
import { layerBehind, take } from './permute.js';
import { planStarts, type Rows, rowsOf, totalBits } from './starts.js';
import type { ChannelOrders } from './types.js';

/**
 * Orders of the channels of hidden layers, where they save bits of accumulators.
 *
 * @param choices [layers]; only between folded engines do channels move
 */
export function chooseChannelOrders(
  network: IntegerNetwork,
  layers: readonly PlannedLayer[],
  choices: readonly EngineChoice[],
): ChannelOrders {
  const orders = new Map<string, readonly number[]>();
  layers.forEach((planned, at) => {
    const { layer, perPe } = planned;
    const [{ engine, pe, simd }, next] = [choices[at], choices[at + 1]];
    const movable = perPe && engine === 'folded' && next?.engine === 'folded' && pe > 1 && pe < layer.outputs;
    if (!movable || layer.kind !== 'dense' || layerBehind(network, layer) !== layers[at + 1].layer) return;
    const order = bestOrder(planned, { pe, synapseFold: layer.inputs / simd });
    if (order) orders.set(layer.name, order);
  });
  return orders;
}

/** The order with the fewest bits; undefined where the model's own is as good. */
function bestOrder(
  planned: PlannedLayer,
  dealing: { pe: number; synapseFold: number },
): readonly number[] | undefined {
  const rows = rowsOf(planned);
  const cost = (order?: readonly number[]) => {
    const starts = planStarts(planned, permuted(rows, order), dealing);
    const bits = totalBits(starts, dealing);
    return starts.rom ? 2 * bits : bits; // a ROM has about a LUT a bit
  };
  let best: readonly number[] | undefined;
  let least = cost();
  for (const order of sortedOrders(rows, dealing.pe)) {
    const bits = cost(order);
    if (bits < least) [best, least] = [order, bits];
  }
  return best;
}

function permuted({ ranges, constants }: Rows, order: readonly number[] | undefined): Rows {
  return { ranges: take(ranges, order), constants: constants && take(constants, order) };
}

/** Rows dealt in ascending order of some measure, each processing element its share before the next. */
function sortedOrders({ ranges, constants }: Rows, pe: number): number[][] {
  const low = ranges.map(({ min }, row) => min + (constants?.[row] ?? 0));
  const high = ranges.map(({ max }, row) => max + (constants?.[row] ?? 0));
  const measures: readonly ((row: number) => number)[] = [
    (row) => high[row], // bits of an accumulator that begins at 0
    (row) => high[row] - low[row], // that begins where it likes
    (row) => high[row] + low[row],
    (row) => Math.max(ranges[row].max, -ranges[row].min), // in two's complement
  ];
  const folds = ranges.length / pe;
  return measures.map((measure) => {
    const sorted = ranges.map((_, row) => row).sort((a, b) => measure(a) - measure(b) || a - b);
    // position fold * pe + p is processing element p's
    return sorted.map((_, position) => sorted[(position % pe) * folds + Math.floor(position / pe)]);
  });
}
