/** What a layer's dot products take of the image in front of it, read from the line buffer's parameters. */
import type { Codes } from './codes.js';
import { Doubt, type Parameters, type RtlFolder } from './rtl.js';

/** Smallest and largest code of each input of a dot product, in windows that lie alike in the padding. */
export interface WindowCodes {
  readonly low: number[];
  readonly high: number[];
}

/** The windows of an output channel, one for each way to lie in the padding. */
export type ChannelWindows = (channel: number) => readonly WindowCodes[];

interface LayerShape {
  readonly inputs: number;
  readonly outputs: number;
}

/** Windows of the unit in `module`: without a line buffer one, the whole of what enters, or a pixel of it. */
export function readWindows(
  rtl: RtlFolder,
  module: string,
  { inputs, outputs }: LayerShape,
  codes: Codes,
): ChannelWindows {
  const buffer = rtl.parameters(module, 'sliding_window');
  if (!buffer) {
    const vector = repeated(codes, inputs);
    return () => [vector];
  }
  const engine =
    rtl.parameters(`${module}_array`, 'matrix_vector') ??
    rtl.parameters(`${module}_array`, 'dsp_matrix_vector');
  if (!engine) throw new Doubt('its Verilog has no matrix_vector');
  const width = engine.number('A_W');
  const field = buffer.field('PAD', 0, width) ?? 0;
  const pad = engine.number('A_KIND') === 1 && field >= 2 ** (width - 1) ? field - 2 ** width : field;
  const patterns = paddingPatterns(buffer);
  const separate = engine.number('SEPARATE', 0) === 1;
  const channels = codes.min.length;
  const taps = patterns[0].length;
  if (inputs !== (separate ? taps : taps * channels))
    throw new Doubt(
      `its windows have ${taps} taps of ${channels} channels, the certificate says ${inputs} inputs`,
    );
  const of = (first: number, count: number) =>
    patterns.map((inside): WindowCodes => {
      const each = (values: number[]) =>
        inside.flatMap((real) =>
          real ? values.slice(first, first + count) : new Array<number>(count).fill(pad),
        );
      return { low: each(codes.min), high: each(codes.max) };
    });
  if (separate) return (channel) => of(Math.floor((channel * channels) / outputs), 1);
  const all = of(0, channels);
  return () => all;
}

/** A vector of `inputs` elements: the channels of an image again for every pixel. */
function repeated({ min, max }: Codes, inputs: number): WindowCodes {
  if (min.length === 0 || inputs % min.length !== 0)
    throw new Doubt(`elements that reach it is ${min.length}, the certificate says ${inputs}`);
  const each = (values: number[]) => Array.from({ length: inputs }, (_, i) => values[i % values.length]);
  return { low: each(min), high: each(max) };
}

/** Which taps lie inside the image: every pattern that some window has, once. [patterns][taps] */
export function paddingPatterns(buffer: Parameters): boolean[][] {
  const axis = (size: string, kernel: string, stride: string, dilation: string, pad: string, out: string) => {
    const [length, taps, step, gap, before, windows] = [size, kernel, stride, dilation, pad, out].map(
      (name) => buffer.number(name),
    );
    const seen = new Map<string, boolean[]>();
    for (let window = 0; window < windows; window++) {
      const inside = Array.from({ length: taps }, (_, tap) => {
        const at = window * step - before + tap * gap;
        return at >= 0 && at < length;
      });
      seen.set(inside.join(), inside);
    }
    return [...seen.values()];
  };
  const rows = axis('HEIGHT', 'KERNEL_H', 'STRIDE_H', 'DILATION_H', 'PAD_TOP', 'OUT_HEIGHT');
  const columns = axis('COLUMNS', 'KERNEL_W', 'STRIDE_W', 'DILATION_W', 'PAD_LEFT', 'OUT_WIDTH');
  return rows.flatMap((row) => columns.map((column) => row.flatMap((r) => column.map((c) => r && c))));
}
