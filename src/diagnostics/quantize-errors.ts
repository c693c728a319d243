/** Messages about quantizing a float network. */
import { define, type Location } from './diagnostic.js';

export const floatEvaluationUnsupported = define(
  'float_evaluation_unsupported',
  2,
  'A node is an integer kernel or a table of thresholds, which the float32 evaluator does not take.',
  (node: string, at: Location) => ({
    message: `'${node}' is defined on integer codes and has no float32 arithmetic`,
    at,
    hint: 'start from the float model that was quantized, or use run for the integer network',
  }),
);

export const alreadyQuantized = define(
  'already_quantized',
  2,
  'Quantizing starts from a float model; this one has quantizers or integer weights already.',
  (node: string, at: Location) => ({
    message: `expected a float model, but '${node}' holds integer codes`,
    at,
    hint: 'give the float model that it was made from; build and run take the quantized one as it is',
  }),
);

export const calibrationSamplesMissing = define(
  'calibration_samples_missing',
  2,
  'Ranges of activations are found on calibration samples, and there are none.',
  (at: Location) => ({
    message: 'expected one calibration sample or more, found none',
    at,
    hint: 'give some hundred samples that are like those the network will meet',
  }),
);

export const calibrationNotFinite = define(
  'calibration_not_finite',
  2,
  'The float network gives NaN or infinity on the calibration samples.',
  (tensor: string, at: Location) => ({
    message: `expected finite values, but tensor '${tensor}' holds NaN or infinity on the calibration samples`,
    at,
    hint: 'check the weights of the model, and that the samples are scaled as in training',
  }),
);

export const calibrationAllZero = define(
  'calibration_all_zero',
  0,
  'A warning: calibration samples do not show how large a tensor gets, and its range is a guess.',
  (tensors: readonly string[], at: Location) => ({
    message: `expected values other than zero, but ${listed(tensors)} zero on all calibration samples: the range is a guess`,
    at,
    hint: 'give some hundred samples that are like those the network will meet; what is zero on those too does nothing in the network',
  }),
);

/** The first names, and how many more there are. */
function listed(tensors: readonly string[]): string {
  const names = tensors.slice(0, 3).map((tensor) => `'${tensor}'`);
  const more = tensors.length > 3 ? ` and ${tensors.length - 3} more` : '';
  return tensors.length === 1 ? `tensor ${names[0]} is` : `tensors ${names.join(', ')}${more} are`;
}

export const weightsAllZero = define(
  'weights_all_zero',
  0,
  'A warning: the accumulator leaves no room for any weight of a layer, so its outputs do not depend on its inputs.',
  (layer: string, at: Location, bits: number) => ({
    message: `all weights of layer '${layer}' are zero: an accumulator of ${bits} bits leaves no room for one`,
    at,
    hint: 'a wider --accumulator, or fewer --activations or --input-bits',
  }),
);

export const activationBitsSigned = define(
  'activation_bits_signed',
  2,
  'One bit cannot hold values on both sides of zero.',
  (tensor: string, at: Location) => ({
    message: `tensor '${tensor}' has negative values and needs 2 bits or more, 1 was asked for`,
    at,
    hint: '--activations 2 or --input-bits 2, or a ReLU in front of the tensor',
  }),
);

export const accumulatorNotReached = define(
  'accumulator_not_reached',
  2,
  'The quantized network needs a wider accumulator than was asked for, in a sum whose weights were not held within it, or that has none.',
  (node: string, at: Location, kind: string, needed: number, bits: number) => ({
    message: `${kind} '${node}' needs an accumulator of ${needed} bits, ${bits} were asked for`,
    at,
    hint:
      kind === 'dense' || kind === 'conv'
        ? `--method axe, a2q or a2q+, which hold weights within it, or --accumulator ${needed}`
        : `--accumulator ${needed}, or fewer --activations bits`,
  }),
);
