import type { CompareReport, CompareRow } from '../../src/9-report/types.js';

/** A row with two layers whose LUTs add up. */
function row(accumulator: string, bits: [number, number], luts: [number, number]): CompareRow {
  const layer = (name: string, index: 0 | 1) => ({
    name,
    accumulatorBits: bits[index],
    lut: luts[index],
    sites: luts[index] + 10,
    ff: 40,
    dsp: 0,
    bram: 0.5 * index,
  });
  const lut = luts[0] + luts[1];
  const layers = [layer('conv<1>', 0), layer('fc & "out"', 1)];
  const common = { ff: 80, dsp: 0, bram: 0.5, carry: 12, interval: 784, latency: 1322 };
  return {
    accumulator,
    bits,
    lut,
    sites: lut + 20,
    ...common,
    accuracy: 0.9731,
    passed: true,
    vectors: 1000,
    layers,
  };
}

/** Two policies, names that need escaping. */
export const REPORT: CompareReport = {
  model: 'nets/<b>tiny</b>.onnx',
  target: 'xc7',
  tool: 'Yosys 0.55',
  synthesis: 'synth_xilinx -family xc7',
  command: 'narrowgate compare "nets/<b>tiny</b>.onnx"',
  rows: [row('32', [32, 32], [600, 800]), row('minimal', [12, 15], [450, 572])],
  layerWidths: [
    { name: 'conv<1>', macs: 86400, datatype: 15, l1: 14, exact: 13, span: 12 },
    { name: 'fc & "out"', macs: 1280, datatype: 20, l1: 17, exact: 15, span: 15 },
  ],
};
