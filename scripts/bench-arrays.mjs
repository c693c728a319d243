/**
 * LUTs of one processing element's array with its accumulator: the structured arrays of hw/ beside the behavioural
 * sum of products, synthesised in the same run.
 */
import { readFileSync } from 'node:fs';
import { synthesizeAll } from '../dist/8-resources/index.js';
import { printHead, printRow } from './markdown-table.mjs';

/** kind: W_KIND of hw/ (1 signed, 2 bipolar, 3 ternary); bipolar: so are the activations; s products, p accumulator bits. */
const CASES = [
  { a: 1, w: 1, kind: 2, bipolar: true, s: 8, p: 12 },
  { a: 1, w: 1, kind: 2, bipolar: true, s: 16, p: 12 },
  { a: 1, w: 2, kind: 3, bipolar: true, s: 8, p: 14 },
  { a: 1, w: 2, kind: 1, bipolar: true, s: 8, p: 14 },
  { a: 1, w: 4, kind: 1, bipolar: true, s: 8, p: 14 },
  { a: 1, w: 4, kind: 1, bipolar: true, s: 16, p: 14 },
  { a: 2, w: 1, kind: 2, s: 8, p: 14 },
  { a: 4, w: 1, kind: 2, s: 8, p: 14 },
  { a: 4, w: 1, kind: 2, s: 16, p: 14 },
  { a: 2, w: 2, kind: 3, s: 8, p: 16 },
  { a: 2, w: 2, kind: 3, s: 16, p: 16 },
  { a: 2, w: 2, kind: 1, s: 8, p: 16 },
  { a: 2, w: 2, kind: 1, s: 16, p: 16 },
  { a: 3, w: 3, kind: 1, s: 8, p: 16 },
  { a: 3, w: 3, kind: 1, s: 16, p: 16 },
  { a: 4, w: 4, kind: 1, s: 8, p: 16 },
  { a: 4, w: 4, kind: 1, s: 16, p: 16 },
  { a: 8, w: 8, kind: 1, s: 8, p: 24 },
  { a: 8, w: 8, kind: 1, s: 16, p: 24 },
];
const LIBRARY = ['booth_dot', 'booth_tree', 'booth_chain', 'popcount_few', 'bit_count'];
/** LUTs and sites per product to reach. */
const GOALS = {
  '1x1': [1.5, 2.4],
  '2x2 ternary': [3, 7],
  '2x2': [4, 7],
  '3x3': [9, 13],
  '4x4': [12, 17],
  '8x8': [42, 52],
};

/**
 * A processing element around one array, as matrix_vector has it when thresholds absorb the constant. `row_done` comes
 * from outside: all processing elements share it.
 *
 * @param array Verilog that makes the wires `dot_q` and `sum`, its registers included
 */
function processingElement({ a, w, s, p }, array) {
  return `module pe (input clk, input en, input row_done, input [${s * a - 1}:0] a_in, input [${s * w - 1}:0] w_in,
  output reg [${p - 1}:0] y);
  reg [${s * a - 1}:0] a; reg [${s * w - 1}:0] w; reg [${p - 1}:0] acc;
  ${array}
  always @(posedge clk) begin
    if (en) begin a <= a_in; w <= w_in; end
    if (row_done) begin y <= sum; acc <= 0; end else if (en) acc <= sum;
  end
endmodule
`;
}

function behavioural({ a, w, kind, bipolar, s, p }) {
  const terms = Array.from({ length: s }, (_, i) => {
    if (bipolar && kind === 2) return `{${p - 1}'b0, {a[${i}] ~^ w[${i}]}}`;
    const weight = `$signed(w[${i * w} +: ${w}])`;
    if (bipolar) return `(a[${i}] ? ${weight} : -${weight})`;
    const activation = `$signed({1'b0, a[${i * a} +: ${a}]})`;
    return kind === 2 ? `(w[${i}] ? ${activation} : -${activation})` : `${activation} * ${weight}`;
  });
  return `wire signed [${p - 1}:0] dot = ${terms.join(' + ')};
  reg [${p - 1}:0] dot_q; always @(posedge clk) if (en) dot_q <= dot;
  wire [${p - 1}:0] sum = acc + dot_q;`;
}

/** Bits of an array's result, as matrix_vector computes them: unsigned, exact. */
function arrayBits({ a, w, kind, bipolar, s }) {
  if (bipolar && kind !== 2) return Math.ceil(Math.log2(s * (2 ** w - 1) + 1));
  if (kind === 2) return Math.ceil(Math.log2(s * (2 ** a - 1) + 1));
  let largest = 0;
  for (let d = 0; 2 * d < w; d++) {
    const row = kind === 3 || (2 * d === w - 1 && w % 2 === 1) ? a : a + 1;
    largest += s * (2 ** row - 1) * 4 ** d;
  }
  return Math.ceil(Math.log2(largest + 1));
}

/** The adder as in matrix_vector: a count merges with it, the result of selected weights is doubled by wires. */
function structured({ a, w, kind, bipolar, s, p }, pipeline) {
  const bits = Math.min(arrayBits({ a, w, kind, bipolar, s }), p);
  if (bipolar && kind === 2)
    return `wire [${bits - 1}:0] count; wire carry, unused; wire [${p - 1}:0] sum;
  popcount_few #(.SIMD(${s}), .CARRY(1), .Y_W(${bits})) array (.clk(clk), .enable(en), .activations(a), .weights(w), .count(count), .carry(carry));
  assign {sum, unused} = {${p - bits}'b0, acc[${bits - 1}:0], carry} + {acc[${p - 1}:${bits}], count, carry};`;
  const double = bipolar ? `, 1'b0` : '';
  return `wire [${bits - 1}:0] total; reg [${bits - 1}:0] dot_q;
  booth_dot #(.SIMD(${s}), .A_W(${a}), .A_KIND(${bipolar ? 2 : 0}), .W_W(${w}), .W_KIND(${kind}), .PIPELINE(${pipeline}), .Y_W(${bits})) array (.clk(clk), .enable(en), .activations(a), .weights(w), .sum(total));
  always @(posedge clk) if (en) dot_q <= total;
  wire [${p - 1}:0] sum = acc + {dot_q${double}};`;
}

export async function measureArrays() {
  const library = LIBRARY.map((name) => [`${name}.v`, readFileSync(`hw/${name}.v`, 'utf8')]);
  const jobs = CASES.flatMap((each, index) => {
    const job = (name, text, files = []) => ({
      name: `${index} ${name}`,
      top: 'pe',
      files: new Map([['pe.v', text], ...files]),
    });
    return [
      job('behavioural', processingElement(each, behavioural(each))),
      job('structured', processingElement(each, structured(each, 0)), library),
      job('pipelined', processingElement(each, structured(each, 1)), library),
    ];
  });
  const figures = await synthesizeAll(jobs, 'xc7');
  console.log('\n## One processing element: array and accumulator (xc7)\n');
  const measured = 'behavioural LUT | ratio | LUT | per product | goal | sites | per product | goal';
  printHead(`weights | activations | S | P | ${measured} | pipelined LUT | more | sites | per product | FF`);
  CASES.forEach(({ a, w, kind, bipolar, s, p }, index) => {
    const [plain, array, pipelined] = figures.slice(3 * index, 3 * index + 3);
    const weights = kind === 3 ? 'ternary' : kind === 2 ? 'bipolar' : `${w} bits`;
    const [lutGoal, siteGoal] = GOALS[`${w}x${a}${kind === 3 ? ' ternary' : ''}`] ?? ['', ''];
    const each = (count) => (count / s).toFixed(2);
    printRow(
      ...[weights, bipolar ? 'bipolar' : `${a} bits`, s, p, plain.lut, (plain.lut / array.lut).toFixed(1)],
      ...[array.lut, each(array.lut), lutGoal, array.sites, each(array.sites), siteGoal],
      ...[pipelined.lut, `${(100 * (pipelined.lut / array.lut - 1)).toFixed(1)} %`],
      ...[pipelined.sites, each(pipelined.sites), pipelined.ff],
    );
  });
}
