/** Messages about planning hardware: folding, widths, targets. */
import { define, type Location } from './diagnostic.js';

interface Size {
  readonly height: number;
  readonly width: number;
}

interface FoldNumbers {
  readonly pe: number;
  readonly simd: number;
}

export const foldInvalid = define(
  'fold_invalid',
  2,
  'A folding does not divide its layer.',
  (layer: string, at: Location, fold: FoldNumbers, outputs: number, inputs: number) => ({
    message: `layer '${layer}': expected PE to divide ${outputs} outputs and SIMD to divide ${inputs} inputs, found PE ${fold.pe} and SIMD ${fold.simd}`,
    at,
    hint: '--cycles N finds a folding that divides',
  }),
);

export const intervalImpossible = define(
  'interval_impossible',
  2,
  'No folding keeps up with the wanted interval.',
  (
    layer: string,
    at: Location,
    cycles: number,
    fixed: FoldNumbers | undefined,
    least: number | undefined, // cycles that this layer needs with its fastest folding
  ) => ({
    message:
      (fixed
        ? `layer '${layer}' with PE ${fixed.pe} and SIMD ${fixed.simd} needs more than ${cycles} cycles per inference`
        : `no folding of layer '${layer}' keeps up with ${cycles} cycles per inference`) +
      (least === undefined ? '' : `: ${fixed ? 'it' : 'the fastest'} takes ${least}`),
    at,
    hint: least === undefined ? 'a larger --cycles, or another folding' : `--cycles ${least} or more`,
  }),
);

export const doesNotFit = define(
  'does_not_fit',
  2,
  'No hardware of this network fits the device or the number of LUTs that was asked for.',
  (
    file: string,
    { device, maxLut }: { device?: string; maxLut?: number },
    excess: { resource: string; needed: number; available: number },
    smallest: number | undefined, // cycles of the fastest that fits
  ) => {
    const limit = [...(device ? [device] : []), ...(maxLut === undefined ? [] : [`--max-lut ${maxLut}`])];
    const byDevice = device && excess.available !== maxLut;
    const hints = [
      byDevice ? 'a larger device, or --utilisation up to 100' : 'a larger --max-lut',
      ...(excess.resource === 'DSP' ? ['--engine auto'] : []),
    ];
    return {
      message: `expected hardware that fits ${limit.join(' and ')}: about ${excess.needed} ${excess.resource} are needed, ${excess.available} may be used`,
      at: { file, path: '' },
      hint: smallest === undefined ? hints.join(', or ') : `--cycles ${smallest} or more fits`,
    };
  },
);

export const foldFile = define(
  'fold_file',
  2,
  'The file given to --fold is not understood.',
  (file: string, what: string, layers: readonly string[], place?: string) => ({
    message: `expected {"<layer>": {"pe": N, "simd": N}, ...}, ${what}`,
    at: { file, path: place ?? '' },
    hint: `layers of this model: ${layers.join(', ')}`,
  }),
);

export const windowMissesImage = define(
  'window_misses_image',
  2,
  'No window of a convolution or pool reaches the image: all lie in its padding.',
  (node: string, at: Location, image: Size, kernel: Size, padding: { top: number; left: number }) => ({
    message:
      `'${node}': expected a window that reaches the ${image.height} x ${image.width} image, found a kernel of ` +
      `${kernel.height} x ${kernel.width} whose windows all lie in the padding (${padding.top} above, ${padding.left} to the left)`,
    at,
    hint: 'less padding, or leave the node out: its output does not depend on its input',
  }),
);

export const operandTooWide = define(
  'operand_too_wide',
  2,
  'Weights or activations are wider than the hardware library multiplies.',
  (layer: string, at: Location, what: string, bits: number, limit: number) => ({
    message: `layer '${layer}' has ${bits}-bit ${what}; hw/ stops at ${limit}`,
    at,
    hint: 'quantize to fewer bits',
  }),
);

export const engineImpossible = define(
  'engine_impossible',
  2,
  'A layer cannot be built in DSP blocks as --engine or the model file asks.',
  (layer: string, at: Location, what: string) => ({
    message: `layer '${layer}' cannot be built in DSP blocks: ${what}`,
    at,
    hint: '--engine auto takes LUTs where DSP blocks cannot serve, --engine lut everywhere',
  }),
);

export const sumsReadTwice = define(
  'sums_read_twice',
  2,
  'The sums of a layer go to more than one place before a quantizer has made codes of them.',
  (layer: string, at: Location) => ({
    message: `the sums of '${layer}' are read by more than one node, expected one quantizer behind them`,
    at,
    hint: 'put one quantizer behind the layer and branch after it',
  }),
);
