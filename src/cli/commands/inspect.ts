import { typeName } from '../../3-integer/host.js';
import type { IntegerStep, IntegerTensor } from '../../3-integer/types.js';
import type { AccumulatorWidths, BoundedNetwork } from '../../4-bounds/types.js';
import { planAccumulator } from '../../5-plan/accumulator.js';
import { hull } from '../../shared/interval.js';
import { analyseGiven, type GivenOptions, planOptions } from '../options.js';
import { alignTable, type Output } from '../output.js';

interface InspectedLayer {
  readonly name: string;
  readonly op: string;
  readonly macs: number;
  readonly weightBits?: number;
  readonly inputBits?: number;
  readonly outputBits?: number;
  readonly accumulator?: AccumulatorWidths & {
    readonly chosen: number;
    readonly min: number;
    readonly max: number;
  };
}

/** Layers, widths and bounds of a model. */
export async function inspect(given: GivenOptions, output: Output): Promise<number> {
  const bounded = await analyseGiven(given);
  const { accumulator } = planOptions(given, bounded, given.accumulator);
  const { network } = bounded;
  const layers = network.nodes.flatMap((node): InspectedLayer[] => {
    const result = network.tensors.get(node.output);
    if (node.kind === 'step') {
      if (bounded.network.nodes.some((other) => other.kind === 'dense' && other.output === node.input))
        return [];
      return [
        {
          name: node.name,
          op: 'quantize',
          macs: 0,
          inputBits: bitsOf(bounded, node.input),
          outputBits: result?.type.bits,
        },
      ];
    }
    const proven = bounded.accumulators.get(node.name);
    const inputType = network.tensors.get(node.input)?.type;
    if (!proven || !inputType || node.kind !== 'dense') return [];
    const step = network.nodes.find(
      (other): other is IntegerStep => other.kind === 'step' && other.input === node.output,
    );
    const { min, max } = hull(proven.ranges);
    const { bits: chosen } = planAccumulator(proven, inputType, node.output === network.output, accumulator);
    return [
      {
        name: node.name,
        op: 'dense',
        macs: node.inputs * node.outputs,
        weightBits: node.weightType.bits,
        inputBits: inputType.bits,
        outputBits: step ? bitsOf(bounded, step.output) : chosen,
        accumulator: { ...proven.widths, chosen, min, max },
      },
    ];
  });
  const value = {
    network: network.name,
    layers,
    inputs: [describe(network.tensors.get(network.input))],
    outputs: [outputOf(bounded)],
  };
  const rows = layers.map((layer) => {
    const a = layer.accumulator;
    return [
      layer.name,
      layer.op,
      layer.macs,
      layer.weightBits,
      layer.inputBits,
      layer.outputBits,
      a?.datatype,
      a?.l1,
      a?.zeroCentred,
      a?.exact,
      a?.span,
      a?.chosen,
      a?.min,
      a?.max,
    ];
  });
  const head = [
    'layer',
    'op',
    'MACs',
    'weight',
    'input',
    'output',
    'datatype',
    'l1',
    'A2Q+',
    'exact',
    'span',
    'chosen',
    'min',
    'max',
  ];
  output.result(
    value,
    `${network.name}: accumulator widths in bits, proven range of the sums\n${alignTable([head, ...rows])}`,
  );
  return 0;
}

function bitsOf({ network }: BoundedNetwork, tensor: string): number | undefined {
  return network.tensors.get(tensor)?.type.bits;
}

function describe(tensor: IntegerTensor | undefined) {
  return (
    tensor && {
      name: tensor.name,
      shape: tensor.shape,
      type: typeName(tensor.type),
      min: tensor.type.min,
      max: tensor.type.max,
    }
  );
}

function outputOf(bounded: BoundedNetwork) {
  const { network, codeRanges } = bounded;
  const tensor = network.tensors.get(network.output);
  const range = hull(codeRanges.get(network.output) ?? []);
  const sums = network.nodes.some((node) => node.kind === 'dense' && node.output === network.output);
  return {
    name: network.output,
    shape: tensor?.shape,
    type: sums || !tensor ? 'accumulator' : typeName(tensor.type),
    ...range,
  };
}
