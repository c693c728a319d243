/** The units of a network: one for every stage, forks where a tensor has several readers, and the ports. */
import type { BoundedNetwork, BoundedSums } from '../4-bounds/types.js';
import { addUnit } from './add.js';
import { layerUnit, type Place } from './dense.js';
import type { PlannedLayer } from './engines/types.js';
import type { LaneOption } from './fold.js';
import type { Stage } from './graph.js';
import type { Memo } from './memo.js';
import { concatUnit, depthToSpaceUnit, forkUnit, upsampleUnit } from './moves.js';
import { poolUnit } from './pool.js';
import { inputUnit, outputUnit } from './ports.js';
import type { RequantisationWay } from './requantise.js';
import { stepUnit } from './step.js';
import { tensorOf } from './stream.js';
import type { ChannelOrders, StreamSource, Target, Unit } from './types.js';
import { unitNames } from './unit-names.js';

interface UnitOptions {
  readonly channelOrders: ChannelOrders;
  readonly way?: RequantisationWay;
  readonly target: Target;
  readonly report: boolean; // of what the ways of requantisation cost
  readonly memo: Memo;
}

/**
 * Build all units, each behind those it reads.
 *
 * @param lanes [stages]
 */
export function buildUnits(
  bounded: BoundedNetwork,
  stages: readonly Stage[],
  layers: readonly PlannedLayer[],
  lanes: readonly LaneOption[],
  inputLanes: number,
  { channelOrders, way, target, report, memo }: UnitOptions,
): Unit[] {
  const { network } = bounded;
  const nameOf = unitNames(network.name);
  const readers = new Map<string, number>(); // of each tensor
  const count = (tensor: string) => readers.set(tensor, (readers.get(tensor) ?? 0) + 1);
  for (const { inputs } of stages) inputs.forEach(count);
  count(network.output);
  const units: Unit[] = [];
  const byName = new Map<string, Unit>();
  const waiting = new Map<string, StreamSource[]>(); // streams of a tensor that nothing reads yet
  const add = (unit: Unit) => {
    units.push(unit);
    byName.set(unit.name, unit);
  };
  /** A unit that makes a tensor, and a fork for every reader but one. */
  const make = (unit: Unit, tensor: string) => {
    add(unit);
    let source: StreamSource = { unit: unit.name, second: false };
    const streams: StreamSource[] = [];
    for (let left = readers.get(tensor) ?? 0; left > 1; left--) {
      const fork = forkUnit(
        network.name,
        nameOf(`${unit.name}_fork`),
        source,
        byName.get(source.unit) ?? unit,
      );
      add(fork);
      streams.push({ unit: fork.name, second: false });
      source = { unit: fork.name, second: true };
    }
    waiting.set(tensor, [...streams, source]);
  };
  const take = (tensor: string): StreamSource => {
    const source = waiting.get(tensor)?.shift();
    if (!source) throw new Error(`tensor ${tensor} is read before it is made`);
    return source;
  };
  const streamOf = ({ unit, second }: StreamSource) => {
    const made = byName.get(unit);
    if (!made) throw new Error(`no unit ${unit}`);
    return second && made.output2 ? made.output2 : made.output;
  };
  make(inputUnit(network, tensorOf(network, network.input), inputLanes), network.input);
  stages.forEach((stage, k) => {
    const from = stage.inputs.map(take);
    const place: Place = {
      network,
      name: nameOf(stage.node.name),
      from,
      streams: from.map(streamOf),
      option: lanes[k],
      way,
      target,
      report,
      memo,
    };
    const unit = unitOf(place, stage, layers, bounded);
    const channelOrder = channelOrders.get(stage.node.name);
    make(channelOrder ? { ...unit, channelOrder } : unit, stage.output);
  });
  const last = take(network.output);
  const source = byName.get(last.unit);
  if (!source) throw new Error(`no unit ${last.unit}`);
  add(outputUnit(network, source, last));
  return units;
}

function unitOf(
  place: Place,
  { node, step }: Stage,
  layers: readonly PlannedLayer[],
  bounded: BoundedNetwork,
): Unit {
  switch (node.kind) {
    case 'dense':
    case 'conv': {
      const planned = layers.find(({ layer }) => layer.name === node.name);
      if (!planned) throw new Error(`layer ${node.name} was not planned`);
      return layerUnit(place, planned);
    }
    case 'step':
      return stepUnit(place, node);
    case 'pool':
      return poolUnit(place, node, step, node.mode === 'sum' ? sumOf(bounded, node.name) : undefined);
    case 'add':
      return addUnit(place, node, step, sumOf(bounded, node.name));
    case 'concat':
      return concatUnit(place, node);
    case 'upsample':
      return upsampleUnit(place, node);
    case 'depth-to-space':
      return depthToSpaceUnit(place, node);
  }
}

function sumOf({ sums }: BoundedNetwork, name: string): BoundedSums {
  const sum = sums.get(name);
  if (!sum) throw new Error(`the sums of ${name} have no bounds`);
  return sum;
}
