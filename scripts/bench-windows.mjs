/** What sliding windows and pooling of convolutional networks cost, each module by itself. */
import { readFileSync } from 'node:fs';
import { leastPixels, smoothPixels } from '../dist/5-plan/window.js';
import { synthesizeAll } from '../dist/8-resources/index.js';
import { printHead, printRow } from './markdown-table.mjs';

/** A square window: image, channels in beats of so many bits, kernel, stride, padding on all sides. */
const WINDOWS = [
  { name: '3x3 on 32x32, 4 beats of 16 bits', size: 32, folds: 4, width: 16, kernel: 3, stride: 1, pad: 1 },
  {
    ...{ name: '3x3 stride 2 on 32x32, 4 beats of 16 bits', size: 32, folds: 4, width: 16 },
    ...{ kernel: 3, stride: 2, pad: 1 },
  },
  { name: '5x5 on 28x28, 1 beat of 8 bits', size: 28, folds: 1, width: 8, kernel: 5, stride: 1, pad: 0 },
  {
    ...{ name: '2x2 stride 2 on 24x24, 8 beats of 4 bits, channel by channel', size: 24, folds: 8, width: 4 },
    ...{ kernel: 2, stride: 2, pad: 0, channelMajor: true },
  },
  {
    ...{ name: '1x1 stride 2 on 56x56, 8 beats of 32 bits', size: 56, folds: 8, width: 32 },
    ...{ kernel: 1, stride: 2, pad: 0 },
  },
  {
    ...{ name: '7x7 stride 2 on 224x224, 1 beat of 24 bits', size: 224, folds: 1, width: 24 },
    ...{ kernel: 7, stride: 2, pad: 3 },
  },
];

/** Lanes and bits, taps or image, folds; sums grow to the bits that hold them. */
const POOLS = [
  { name: '4 lanes of 4 bits, 2x2', module: 'pool', lanes: 4, bits: 4, taps: 4 },
  { name: '8 lanes of 8 bits, 3x3', module: 'pool', lanes: 8, bits: 8, taps: 9 },
  {
    name: '4 lanes of 4 bits, 8x8 image, 16 folds',
    module: 'global_pool',
    lanes: 4,
    bits: 4,
    taps: 64,
    folds: 16,
  },
  {
    name: '8 lanes of 8 bits, 7x7 image, 64 folds',
    module: 'global_pool',
    lanes: 8,
    bits: 8,
    taps: 49,
    folds: 64,
  },
];

const LIBRARY = ['sliding_window', 'wrap_counter', 'pool', 'pool_lane', 'global_pool'];

/** The module with parameters, as a design of its own. */
function job(name, module, parameters, ports, clockedFiles) {
  const set = Object.entries(parameters).map(([key, value]) => `.${key}(${value})`);
  const text = `module unit (input clk, input rst, input [${ports.input - 1}:0] a, input av, output ar,
  output [${ports.output - 1}:0] b, output bv, input br);
  ${module} #(${set.join(', ')}) dut (.clk(clk), .rst(rst), .s_axis_tdata(a), .s_axis_tvalid(av), .s_axis_tready(ar),
    .m_axis_tdata(b), .m_axis_tvalid(bv), .m_axis_tready(br));
endmodule
`;
  return { name, top: 'unit', files: new Map([['unit.v', text], ...clockedFiles]) };
}

function windowJobs(library) {
  return WINDOWS.flatMap(({ name, size, folds, width, kernel, stride, pad, channelMajor = false }) => {
    const out = Math.floor((size + 2 * pad - kernel) / stride) + 1;
    const window = {
      ...{ height: size, columns: size, folds, kernelHeight: kernel, kernelWidth: kernel },
      ...{ strideHeight: stride, strideWidth: stride, dilationHeight: 1, dilationWidth: 1 },
      ...{ padTop: pad, padLeft: pad, outHeight: out, outWidth: out, repeats: 1, channelMajor },
    };
    return [...new Set([leastPixels(window), smoothPixels(window)])].flatMap((pixels) =>
      [1, 0].map((block) => {
        const parameters = {
          ...{ WIDTH: width, HEIGHT: size, COLUMNS: size, FOLDS: folds, KERNEL_H: kernel, KERNEL_W: kernel },
          ...{
            STRIDE_H: stride,
            STRIDE_W: stride,
            PAD_TOP: pad,
            PAD_LEFT: pad,
            OUT_HEIGHT: out,
            OUT_WIDTH: out,
          },
          ...{ PIXELS: pixels, CHANNEL_MAJOR: channelMajor ? 1 : 0, BLOCK: block },
        };
        const row = [name, pixels, block ? 'block' : 'LUT'];
        return {
          row,
          ...job(row.join(' '), 'sliding_window', parameters, { input: width, output: width }, library),
        };
      }),
    );
  });
}

function poolJobs(library) {
  return POOLS.flatMap(({ name, module, lanes, bits, taps, folds }) =>
    [0, 1].map((mode) => {
      const outBits = mode ? bits + Math.ceil(Math.log2(taps)) : bits;
      const extent = folds ? { PIXELS: taps, FOLDS: folds } : { TAPS: taps };
      const parameters = { LANES: lanes, IN_W: bits, OUT_W: outBits, MODE: mode, ...extent };
      const row = [module, name, mode ? 'sum' : 'maximum'];
      const ports = { input: lanes * bits, output: lanes * outBits };
      return { row, ...job(row.join(' '), module, parameters, ports, library) };
    }),
  );
}

export async function measureWindows() {
  const library = LIBRARY.map((name) => [`${name}.v`, readFileSync(`hw/${name}.v`, 'utf8')]);
  await measure('Sliding windows', ['window', 'pixels', 'memory'], windowJobs(library));
  await measure('Pooling', ['module', 'shape', 'result'], poolJobs(library));
}

async function measure(title, columns, jobs) {
  const figures = await synthesizeAll(jobs, 'xc7');
  console.log(`\n## ${title} (xc7)\n`);
  printHead([...columns, 'LUT', 'sites', 'FF', 'BRAM'].join(' | '));
  for (const [index, { row }] of jobs.entries()) {
    const { lut, sites, ff, bram } = figures[index];
    printRow(...row, lut, sites, ff, bram);
  }
}
