/** The certificate: every accumulator's proven range, with the inputs that reach its ends. */
import { hull, type Interval } from '../shared/interval.js';
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

/** The sums of a pool or an addition, whose weights are parameters of its module. */
export interface CertificateSums {
  readonly name: string;
  readonly accumulator: CertificateLayer['accumulator'];
  readonly channels: readonly { readonly min: number; readonly max: number }[];
}

export interface Certificate {
  readonly format: 'narrowgate-certificate';
  readonly version: 1;
  readonly network: string;
  readonly input: {
    readonly elements: number;
    readonly channels: number;
    readonly min: number;
    readonly max: number;
  }; // codes of the port; channels: last axis
  readonly layers: readonly (CertificateLayer | CertificateSums)[];
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
  const layers = plan.units.flatMap((unit): (CertificateLayer | CertificateSums)[] => {
    const { name, node = '', accumulator, channelOrder } = unit;
    if (!accumulator) return [];
    const proven = bounded.accumulators.get(node);
    if (proven) return [certifyLayer(name, proven, accumulator, channelOrder)];
    const sums = bounded.sums.get(node);
    return sums
      ? [
          {
            name,
            accumulator: field(accumulator),
            channels: sums.ranges.map(({ min, max }) => ({ min, max })),
          },
        ]
      : [];
  });
  const { input, tensors } = bounded.network;
  const ranges = bounded.codeRanges.get(input) ?? [];
  const { min, max } = hull(ranges);
  const elements = tensors.get(input)?.shape.reduce((product, n) => product * n, 1) ?? 0;
  return {
    format: 'narrowgate-certificate',
    version: 1,
    network: bounded.network.name,
    input: { elements, channels: ranges.length, min, max },
    layers,
  };
}

function certifyLayer(
  name: string,
  proven: BoundedAccumulator,
  accumulator: CertificateLayer['accumulator'],
  channelOrder: readonly number[] | undefined,
): CertificateLayer {
  const { layer, ranges, widths, channelWidths } = proven;
  const inputRanges = rangesByInput(proven);
  return {
    name,
    inputs: layer.inputs,
    outputs: layer.outputs,
    inputMin: oneOrAll(inputRanges.map(({ min }) => min)),
    inputMax: oneOrAll(inputRanges.map(({ max }) => max)),
    accumulator: field(accumulator),
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

/** Codes of each input of a dot product; of a depthwise convolution each tap's, over all channels. */
function rangesByInput({ layer, inputRanges }: BoundedAccumulator): readonly Interval[] {
  if (inputRanges.length === layer.inputs) return inputRanges;
  return Array.from({ length: layer.inputs }, (_, tap) =>
    hull(inputRanges.filter((__, k) => k % layer.inputs === tap)),
  );
}

/** What the certificate says of an accumulator. */
function field({ bits, perPe, signed, step, offset, offsets, overflow }: CertificateLayer['accumulator']) {
  return { bits, perPe, signed, step, offset, offsets, overflow };
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
