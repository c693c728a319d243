/** Codes that travel between units, and what units without weights do to them, read from their Verilog. */
import { Doubt, type Parameters, type RtlFolder } from './rtl.js';
import { paddingPatterns } from './windows.js';

/** Smallest and largest code of each channel of an image, or of each element of a vector. */
export interface Codes {
  readonly min: number[];
  readonly max: number[];
}

/** Output codes, or sums, of a unit that pools, adds or moves what enters it. */
export function joinedCodes(
  rtl: RtlFolder,
  { kind, module }: { kind: string; module: string },
  inputs: readonly Codes[],
): Codes {
  const [first, second] = inputs;
  switch (kind) {
    case 'fork':
    case 'output':
    case 'upsample':
      return first;
    case 'concat':
      return { min: [...first.min, ...second.min], max: [...first.max, ...second.max] };
    case 'depth-to-space':
      return spread(first, needed(rtl, module, 'depth_to_space'));
    case 'add':
      return added(first, second, needed(rtl, module, 'stream_add'));
    case 'pool':
      return pooled(rtl, module, first);
    default:
      throw new Doubt(`a unit of kind '${kind}' is not known`);
  }
}

function needed(rtl: RtlFolder, module: string, library: string): Parameters {
  const parameters = rtl.parameters(module, library);
  if (!parameters) throw new Doubt(`its Verilog has no ${library}`);
  return parameters;
}

/** Each output channel gathers the channels of its block. */
function spread({ min, max }: Codes, parameters: Parameters): Codes {
  const area = parameters.number('BLOCK_SIZE') ** 2;
  const channels = min.length / area;
  const columnMajor = parameters.number('CRD', 0) === 1;
  const of = (values: number[], pick: (...values: number[]) => number) =>
    Array.from({ length: channels }, (_, c) =>
      pick(...Array.from({ length: area }, (__, k) => values[columnMajor ? c * area + k : k * channels + c])),
    );
  return { min: of(min, Math.min), max: of(max, Math.max) };
}

function added(a: Codes, b: Codes, parameters: Parameters): Codes {
  const [first, second] = [parameters.number('A_WEIGHT'), parameters.number('B_WEIGHT')];
  const ends = a.min.map((_, c) => {
    const [x, y] = [
      [first * a.min[c], first * a.max[c]],
      [second * b.min[c], second * b.max[c]],
    ];
    return [Math.min(...x) + Math.min(...y), Math.max(...x) + Math.max(...y)];
  });
  return { min: ends.map(([min]) => min), max: ends.map(([, max]) => max) };
}

function pooled(rtl: RtlFolder, module: string, { min, max }: Codes): Codes {
  const global = rtl.parameters(module, 'global_pool');
  const parameters = global ?? needed(rtl, module, 'pool');
  const window = global ? undefined : needed(rtl, module, 'sliding_window');
  const taps = global ? global.number('PIXELS') : parameters.number('TAPS');
  const sums = parameters.number('MODE') === 1;
  const patterns = window ? paddingPatterns(window) : [new Array<boolean>(taps).fill(true)];
  const pad = window ? padCode(window, parameters) : 0;
  const end = (values: number[], pick: (...values: number[]) => number) =>
    values.map((value) =>
      pick(
        ...patterns.map((inside) => {
          const real = inside.filter(Boolean).length;
          if (sums) return real * value + (taps - real) * pad;
          return real === taps ? value : real === 0 ? pad : Math.max(value, pad);
        }),
      ),
    );
  return { min: end(min, Math.min), max: end(max, Math.max) };
}

function padCode(window: Parameters, pool: Parameters): number {
  const width = pool.number('IN_W');
  const field = window.field('PAD', 0, width) ?? 0;
  return pool.number('SIGNED') === 1 && field >= 2 ** (width - 1) ? field - 2 ** width : field;
}
