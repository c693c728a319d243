/** The certificate: every accumulator's proven range, with the inputs that reach its ends. */
import { hull } from '../shared/interval.js';
import { insideRanges, outsideInputs, witness } from './layer.js';
import type { AccumulatorWidths, BoundedAccumulator, BoundedNetwork } from './types.js';

export interface CertificateLayer {
  readonly name: string; // unit name, as in build.json
  readonly inputs: number;
  readonly outputs: number;
  readonly inputMin: number | readonly number[]; // smallest code of every input; one number when all agree
  readonly inputMax: number | readonly number[];
  readonly accumulator: {
    readonly bits: number;
    readonly perPe?: readonly number[]; // bits of processing element p, which has channels p, p + PE, ...; else bits
    readonly signed: boolean; // two's complement field
    readonly step: number; // sum = step * field + offset
    readonly offset: number;
    readonly offsets?: readonly number[]; // [outputs] in place of offset
    readonly overflow: 'none' | 'wrap';
  };
  readonly widths: AccumulatorWidths;
  readonly channels: readonly CertificateChannel[]; // in the order of the hardware
  readonly channelOrder?: readonly number[]; // the model's channel at each position, where that differs
}

/**
 * One output channel. `witness` has a letter per input: h for the largest code, l for the smallest, p for the code of the
 * padding at the border of an image.
 */
export interface CertificateChannel {
  readonly min: number;
  readonly max: number;
  readonly widths: AccumulatorWidths;
  readonly witness: string; // reaches max; without padding h and l swapped reach min
}

export interface Certificate {
  readonly format: 'narrowgate-certificate';
  readonly version: 1;
  readonly network: string;
  readonly input: { readonly elements: number; readonly min: number; readonly max: number }; // codes of the port
  readonly layers: readonly CertificateLayer[];
}

/** The units of a plan that the certificate speaks of. */
interface CertifiedPlan {
  readonly units: readonly {
    readonly name: string;
    readonly node?: string;
    readonly accumulator?: CertificateLayer['accumulator'];
    readonly channelOrder?: readonly number[];
  }[];
}

/** Write out the bounds of all accumulators of a plan. */
export function certificate(bounded: BoundedNetwork, plan: CertifiedPlan): Certificate {
  const layers = plan.units.flatMap(({ name, node, accumulator, channelOrder }): CertificateLayer[] => {
    const proven = bounded.accumulators.get(node ?? '');
    return accumulator && proven ? [certifyLayer(name, proven, accumulator, channelOrder)] : [];
  });
  const { input, tensors } = bounded.network;
  const { min, max } = hull(bounded.codeRanges.get(input) ?? []);
  const elements = tensors.get(input)?.shape.reduce((product, n) => product * n, 1) ?? 0;
  return {
    format: 'narrowgate-certificate',
    version: 1,
    network: bounded.network.name,
    input: { elements, min, max },
    layers,
  };
}

function certifyLayer(
  name: string,
  proven: BoundedAccumulator,
  { bits, perPe, signed, step, offset, offsets, overflow }: CertificateLayer['accumulator'],
  channelOrder: readonly number[] | undefined,
): CertificateLayer {
  const { layer, inputRanges, ranges, widths, channelWidths } = proven;
  return {
    name,
    inputs: layer.inputs,
    outputs: layer.outputs,
    inputMin: oneOrAll(inputRanges.map(({ min }) => min)),
    inputMax: oneOrAll(inputRanges.map(({ max }) => max)),
    accumulator: { bits, perPe, signed, step, offset, offsets, overflow },
    widths,
    channels: ranges.map(({ min, max }, channel) => ({
      min,
      max,
      widths: channelWidths[channel],
      witness: letters(proven, channel),
    })),
    channelOrder,
  };
}

function oneOrAll(values: readonly number[]): number | readonly number[] {
  return values.every((value) => value === values[0]) ? values[0] : values;
}

function letters(proven: BoundedAccumulator, channel: number): string {
  const ranges = insideRanges(proven, channel);
  const outside = outsideInputs(proven, channel, 'max');
  return Array.from(witness(proven, channel, 'max'), (code, i) => {
    if (outside[i]) return 'p';
    return code === ranges[i].max ? 'h' : 'l';
  }).join('');
}
