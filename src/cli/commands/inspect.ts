import { verilogName } from '../../1-import/names.js';
import { typeName } from '../../3-integer/host.js';
import { type IntegerNode, type IntegerTensor, macsOf, makesSums } from '../../3-integer/types.js';
import type { AccumulatorWidths, BoundedNetwork } from '../../4-bounds/types.js';
import { planAccumulator } from '../../5-plan/accumulator.js';
import { hull } from '../../shared/interval.js';
import { analyseGiven, type GivenOptions, planOptions } from '../options.js';
import { alignTable, type Output } from '../output.js';

interface InspectedLayer {
  readonly name: string; // as build gives it, where no two nodes collide
  readonly op: string;
  readonly macs: number;
  readonly weightBits?: number;
  readonly inputBits?: number;
  readonly outputBits?: number;
  readonly accumulator?: Partial<AccumulatorWidths> & {
    readonly chosen: number;
    readonly min: number;
    readonly max: number;
  };
}

/** Layers, widths and bounds of a model. */
export async function inspect(given: GivenOptions, output: Output): Promise<number> {
  const bounded = await analyseGiven(given, output);
  const { accumulator } = planOptions(given, bounded, given.accumulator);
  const { network } = bounded;
  const layers = network.nodes.flatMap((node) => inspectNode(bounded, node, accumulator));
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

function inspectNode(
  bounded: BoundedNetwork,
  node: IntegerNode,
  accumulator: Parameters<typeof planAccumulator>[3],
): InspectedLayer[] {
  const { network } = bounded;
  const inputBits = bitsOf(bounded, node.input);
  const step = network.nodes.find((other) => other.kind === 'step' && other.input === node.output);
  const name = verilogName(node.name);
  const common = { name, op: operation(node), inputBits };
  const outputBits = bitsOf(bounded, node.output);
  switch (node.kind) {
    case 'step': // that of a sum belongs to the sum
      if (network.nodes.some((other) => makesSums(other) && other.output === node.input)) return [];
      return [{ ...common, macs: 0, outputBits }];
    case 'dense':
    case 'conv': {
      const proven = bounded.accumulators.get(node.name);
      const inputType = network.tensors.get(node.input)?.type;
      if (!proven || !inputType) return [];
      const { min, max } = hull(proven.ranges);
      const { bits: chosen } = planAccumulator(
        proven,
        inputType,
        node.output === network.output,
        accumulator,
      );
      return [
        {
          name,
          op: common.op,
          macs: macsOf(node),
          weightBits: node.weightType.bits,
          inputBits,
          outputBits: step ? bitsOf(bounded, step.output) : chosen,
          accumulator: { ...proven.widths, chosen, min, max },
        },
      ];
    }
    default: {
      const proven = bounded.sums.get(node.name);
      if (!proven) return [{ ...common, macs: 0, outputBits }];
      const { exact, datatype, ranges } = proven;
      return [
        {
          ...common,
          macs: 0,
          outputBits: step ? bitsOf(bounded, step.output) : exact,
          accumulator: { datatype, exact, chosen: exact, ...hull(ranges) },
        },
      ];
    }
  }
}

/** What users call a node. */
function operation(node: IntegerNode): string {
  if (node.kind === 'step') return 'quantize';
  if (node.kind === 'conv') return node.separate ? 'depthwise' : 'conv';
  if (node.kind !== 'pool') return node.kind;
  if (node.mode === 'sum') return 'average-pool';
  const { height, width } = node.window.kernel;
  return height * width === 1 ? 'pad' : 'max-pool';
}

/** Products of one inference, those with padding included. */
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
  const sums = network.nodes.some((node) => makesSums(node) && node.output === network.output);
  return {
    name: network.output,
    shape: tensor?.shape,
    type: sums || !tensor ? 'accumulator' : typeName(tensor.type),
    ...range,
  };
}
