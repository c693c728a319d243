/** Messages about networks that cannot be made integer, whatever file they came from. */
import { define, type Location } from './diagnostic.js';

export const inputTypeNeeded = define(
  'input_type_needed',
  2,
  'The first layer takes real values, and nothing says how the hardware input port represents them.',
  (layer: string, at: Location) => ({
    message: `layer '${layer}' takes the network's input, which has no quantizer and no declared type`,
    at,
    hint: "declare the input port, for example --input-type 'fixed<16,6>', or --input-type uint8 --input-scale 1/255",
  }),
);

export const inputScaleNeeded = define(
  'input_scale_needed',
  2,
  'The input port gets another type than the model file declares, and its scale does not follow from that of the model file.',
  (
    declared: string,
    asked: string,
    scale: { readonly numerator: number; readonly denominator: number },
    file: string,
  ) => {
    const { numerator, denominator } = scale;
    const text = denominator === 1 ? `${numerator}` : `${numerator}/${denominator}`;
    return {
      message: `expected --input-scale beside --input-type ${asked}: the model declares ${declared} in steps of ${text}`,
      at: { file, path: '' },
      hint: `--input-scale ${text} for the same steps, --input-scale 1 if codes are the values themselves`,
    };
  },
);

export const quantizerNeeded = define(
  'quantizer_needed',
  2,
  'A layer takes values that no quantizer has turned into integers.',
  (layer: string, producer: string, at: Location) => ({
    message: `layer '${layer}' takes the result of '${producer}', which no quantizer has turned into integer codes`,
    at,
    hint: 'put a quantizer in front of the layer when training or exporting the model',
  }),
);

export const mixedInputScales = define(
  'mixed_input_scales',
  2,
  'The inputs of one dot product have different scales, so their products cannot be summed as integers.',
  (layer: string, at: Location) => ({
    message: `layer '${layer}' sums inputs whose scales differ between channels`,
    at,
    hint: 'use one activation scale per tensor',
  }),
);

export const mixedDirections = define(
  'mixed_directions',
  2,
  'A function of codes rises in some channels and falls in others.',
  (node: string, at: Location) => ({
    message: `the function ending in '${node}' rises in some channels and falls in others`,
    at,
    hint: 'make the scale of all channels positive',
  }),
);

export const nothingToBuild = define(
  'nothing_to_build',
  2,
  'The model has no layer that sums products, so there is no accumulator and no hardware to build.',
  (file: string) => ({
    message: 'expected at least one dense layer or convolution, found none',
    at: { file, path: '' },
  }),
);

export const accumulatorTooNarrow = define(
  'accumulator_too_narrow',
  2,
  'The requested accumulator is narrower than the proven range needs.',
  (
    layer: string,
    at: Location,
    detail: { bits: number; needed: number; channel: number; min: number; max: number; witness: string },
  ) => ({
    message:
      `layer '${layer}' needs a ${detail.needed}-bit accumulator, ${detail.bits} bits were asked for: ` +
      `channel ${detail.channel} spans ${detail.min} .. ${detail.max}, reached by ${detail.witness}`,
    at,
    hint: `--accumulator minimal, at least ${detail.needed} bits, or --overflow wrap to accept wrapped sums`,
  }),
);

export const accumulatorTooWide = define(
  'accumulator_too_wide',
  2,
  'The accumulator is wider than the hardware library takes.',
  (layer: string, at: Location, bits: number, limit: number) => ({
    message: `layer '${layer}' needs a ${bits}-bit accumulator; hw/ stops at ${limit}`,
    at,
    hint: 'fewer weight or activation bits, or split the layer',
  }),
);

export const weightsNotQuantized = define(
  'weights_not_quantized',
  2,
  'A layer has real weights; hardware needs integer weights.',
  (layer: string, at: Location) => ({
    message: `layer '${layer}' has float weights, expected integer weights`,
    at,
    hint: 'narrowgate quantize or narrowgate train makes a quantized network of a float one; or export the model with quantized weights',
  }),
);

export const modelIsFloat = define(
  'model_is_float',
  2,
  'All weights of the model are real; accumulators follow from integer weights and codes.',
  (file: string, layers: number, macs: number) => ({
    message: `a float model, of ${layers} ${layers === 1 ? 'layer' : 'layers'} with weights and ${macs.toLocaleString('en-US')} MACs; widths of accumulators follow from integer weights`,
    at: { file, path: '' },
    hint: `narrowgate quantize ${file} -o OUT --calibrate X.npy, and then OUT in its place; narrowgate train makes a quantized network too`,
  }),
);

export const paddingWithoutZero = define(
  'padding_without_zero',
  2,
  'Padding stands for real zero, and the type of the codes has no code for zero.',
  (node: string, at: Location) => ({
    message: `'${node}' pads an image with zeros, but its codes have no code for zero`,
    at,
    hint: 'use an activation type with a zero (2 bits or more, zero point inside the type), or no padding',
  }),
);

export const averageAtBorders = define(
  'average_at_borders',
  2,
  'The windows of an average pool hold different numbers of elements, so one step function cannot divide for all.',
  (node: string, at: Location) => ({
    message: `average pool '${node}' divides by fewer elements at the image's borders than inside`,
    at,
    hint: 'count the padding as elements (count_include_pad), or choose padding so that all windows lie alike',
  }),
);

export const addNeedsQuantizer = define(
  'add_needs_quantizer',
  2,
  'An addition or a concatenation joins values that no quantizer has turned into integers.',
  (node: string, producer: string, at: Location) => ({
    message: `'${node}' takes the result of '${producer}', which no quantizer has turned into integer codes`,
    at,
    hint: `put a quantizer between '${producer}' and '${node}' when training or exporting the model`,
  }),
);

export const addTooLarge = define(
  'add_too_large',
  2,
  'The sum of two tensors is checked on all pairs of codes, and there are too many.',
  (node: string, at: Location, pairs: number, limit: number) => ({
    message: `the sum '${node}' has ${pairs} pairs of codes, at most ${limit} are checked`,
    at,
    hint: 'use activations of 10 bits or fewer in front of the sum, and one batch norm constant for all channels after it',
  }),
);

export const addNotSeparable = define(
  'add_not_separable',
  2,
  'The reference result of a sum is not a step function of any weighted sum of the two codes.',
  (node: string, at: Location) => ({
    message: `no integer weights reproduce the sum '${node}' on all pairs of codes, or to the next code`,
    at,
    hint: 'let both inputs rise with their codes, and nothing but monotone operations follow',
  }),
);

export const addDeviates = define(
  'add_deviates',
  0,
  'A warning: the reference arithmetic rounds equal sums differently at ties, and hardware gives them one code.',
  (node: string, at: Location, codes: number, pairs: number) => ({
    message: `of ${pairs} pairs of codes, ${codes} give the sum '${node}' a code next to the reference's, which rounds equal sums this way and that at ties`,
    at,
    hint: 'scales of powers of two, or scales without a common measure, have no such ties',
  }),
);

export const concatTypes = define(
  'concat_types',
  2,
  'The tensors of a concatenation have different types, and no quantizer follows that could make them alike.',
  (node: string, at: Location) => ({
    message: `'${node}' joins tensors of different scales or types, and no quantizer follows it`,
    at,
    hint: 'use one quantizer for all branches, or put a quantizer after the concatenation',
  }),
);

export const imageNeeded = define(
  'image_needed',
  2,
  'A node with windows takes something that is not an image.',
  (node: string, at: Location, shape: readonly number[]) => ({
    message: `'${node}' expects an image [height, width, channels], found [${shape.join(', ')}]`,
    at,
  }),
);
