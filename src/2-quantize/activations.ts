/** Quantizers of activations from what calibration saw. */
import type { Network, PortType, Quantizer } from '../1-import/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/quantize-errors.js';
import type { Observation } from './calibrate/observe.js';
import { activationQuantizer, alignScales, scaleOf } from './calibrate/ranges.js';
import type { QuantizationPoint } from './points.js';
import type { Assignment, RangeMethod } from './types.js';

/**
 * Quantizers by tensor. A declared input port has codes already, and keeps them where nothing stands between it and the
 * layers, unless other bits are asked for.
 *
 * @param inputBits given by the user, not by default
 * @throws activation_bits_signed when one bit is asked for an input that has negative values
 */
export function chooseQuantizers(
  network: Network,
  points: readonly QuantizationPoint[],
  { activationBits }: Assignment,
  { ranges }: Observation,
  range: RangeMethod,
  inputBits: number | undefined,
): Map<string, Quantizer> {
  const port = portCodes(network, points, inputBits);
  const signs = signsOf(points, ranges);
  const bitsOf = (tensor: string) => activationBits.get(tensor) ?? 0;
  const scales = new Map<string, number>(); // by `shared`
  for (const { tensor, shared } of points) {
    const seen = ranges.get(shared);
    if (!seen || scales.has(shared)) continue;
    const bits = bitsOf(tensor);
    const signed = signs.get(shared) ?? true;
    if (signed && bits === 1) fail(errors.activationBitsSigned(tensor, { file: network.file, path: '' }));
    const isPort = port !== undefined && shared === network.input.name;
    scales.set(shared, isPort ? portScale(port) : scaleOf(seen, bits, signed, range));
  }
  for (const group of additions(points)) {
    const fixed = port && group.includes(network.input.name) ? portScale(port) : undefined;
    const bits = points.filter(({ shared }) => group.includes(shared)).map(({ tensor }) => bitsOf(tensor));
    const aligned = alignScales(
      group.map((shared) => scales.get(shared) ?? 1),
      Math.max(...bits),
      fixed,
    );
    group.forEach((shared, k) => {
      scales.set(shared, aligned[k]);
    });
  }
  return new Map(
    points
      .filter(({ tensor }) => !(port && tensor === network.input.name))
      .map(({ tensor, shared }) => [
        tensor,
        activationQuantizer(bitsOf(tensor), signs.get(shared) ?? true, scales.get(shared) ?? 1),
      ]),
  );
}

/** The declared port where layers take its codes as they are. */
export function portCodes(
  network: Network,
  points: readonly QuantizationPoint[],
  inputBits: number | undefined,
): PortType | undefined {
  const { inputPort, input } = network;
  const point = points.find(({ tensor }) => tensor === input.name);
  const alone =
    point && points.every(({ tensor, shared }) => tensor === input.name || shared !== point.shared);
  if (!inputPort || !alone) return undefined;
  return inputBits === undefined || inputBits === inputPort.bits ? inputPort : undefined;
}

function portScale({ scale }: PortType): number {
  return Math.fround(scale.numerator / scale.denominator);
}

/** Whether codes are signed, by `shared`: an input is unsigned when no sample of it is negative. */
function signsOf(points: readonly QuantizationPoint[], ranges: Observation['ranges']): Map<string, boolean> {
  const signs = new Map<string, boolean>();
  for (const { role, shared, signed } of points) {
    const seen = role === 'input' ? (ranges.get(shared)?.minimum ?? 0) < 0 : signed;
    signs.set(shared, (signs.get(shared) ?? false) || seen);
  }
  return signs;
}

/** Groups of `shared` whose tensors meet in additions. */
function additions(points: readonly QuantizationPoint[]): string[][] {
  const groups = new Map<string, Set<string>>();
  for (const { scales, shared } of points)
    if (scales !== undefined) groups.set(scales, (groups.get(scales) ?? new Set()).add(shared));
  return [...groups.values()].map((group) => [...group]);
}
