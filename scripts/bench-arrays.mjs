/**
 * LUTs of one processing element's array with its accumulator: the structured arrays of hw/ beside the behavioural
 * sum of products, synthesised in the same run.
 */
import { readFileSync } from 'node:fs';
import { synthesizeAll } from '../dist/8-resources/index.js';

const CASES = [
  { a: 1, w: 1, kind: 2, s: 8, p: 12 },
  { a: 1, w: 1, kind: 2, s: 16, p: 12 },
  { a: 2, w: 2, kind: 3, s: 8, p: 16 },
  { a: 2, w: 2, kind: 1, s: 8, p: 16 },
  { a: 2, w: 2, kind: 1, s: 16, p: 16 },
  { a: 3, w: 3, kind: 1, s: 8, p: 16 },
  { a: 4, w: 4, kind: 1, s: 8, p: 16 },
  { a: 4, w: 4, kind: 1, s: 16, p: 16 },
  { a: 8, w: 8, kind: 1, s: 8, p: 24 },
  { a: 8, w: 8, kind: 1, s: 16, p: 24 },
];
const LIBRARY = ['booth_dot', 'booth_chain', 'popcount_dot', 'bit_count'];

/** A processing element around one array expression `dot`. */
function processingElement({ a, w, s, p }, dot) {
  return `module pe (input clk, input en, input first, input last, input [${s * a - 1}:0] a_in, input [${s * w - 1}:0] w_in,
  input [${p - 1}:0] start, output reg [${p - 1}:0] y);
  reg [${s * a - 1}:0] a; reg [${s * w - 1}:0] w; reg [${p - 1}:0] dot_q, acc; reg first_q, last_q;
  wire [${p - 1}:0] dot;
  ${dot}
  wire [${p - 1}:0] sum = (first_q ? start : acc) + dot_q;
  always @(posedge clk) if (en) begin
    a <= a_in; w <= w_in; first_q <= first; last_q <= last; dot_q <= dot; acc <= sum; if (last_q) y <= sum;
  end
endmodule
`;
}

function behavioural({ a, w, kind, s, p }) {
  const terms = Array.from({ length: s }, (_, i) => {
    if (kind === 2) return `{${p - 1}'b0, {a[${i}] ~^ w[${i}]}}`;
    return `$signed({1'b0, a[${i * a} +: ${a}]}) * $signed(w[${i * w} +: ${w}])`;
  });
  return `wire signed [${p - 1}:0] total = ${terms.join(' + ')}; assign dot = total;`;
}

/** Bits of an array's result, as matrix_vector computes them: unsigned, exact. */
function arrayBits({ a, w, kind, s }) {
  if (kind === 2) return Math.ceil(Math.log2(s + 1));
  let largest = 0;
  for (let d = 0; 2 * d < w; d++) {
    const row = kind === 3 || (2 * d === w - 1 && w % 2 === 1) ? a : a + 1;
    largest += s * (2 ** row - 1) * 4 ** d;
  }
  return Math.ceil(Math.log2(largest + 1));
}

function structured({ a, w, kind, s, p }) {
  const bits = Math.min(arrayBits({ a, w, kind, s }), p);
  const instance =
    kind === 2
      ? `popcount_dot #(.SIMD(${s}), .Y_W(${bits})) array (.activations(a), .weights(w), .agreements(total));`
      : `booth_dot #(.SIMD(${s}), .A_W(${a}), .W_W(${w}), .W_KIND(${kind}), .Y_W(${bits})) array (.activations(a), .weights(w), .sum(total));`;
  const extended = p > bits ? `{${p - bits}'b0, total}` : 'total';
  return `wire [${bits - 1}:0] total; ${instance} assign dot = ${extended};`;
}

export async function measureArrays() {
  const library = LIBRARY.map((name) => [`${name}.v`, readFileSync(`hw/${name}.v`, 'utf8')]);
  const jobs = CASES.flatMap((each, index) => [
    {
      name: `${index} behavioural`,
      top: 'pe',
      files: new Map([['pe.v', processingElement(each, behavioural(each))]]),
    },
    {
      name: `${index} structured`,
      top: 'pe',
      files: new Map([['pe.v', processingElement(each, structured(each))], ...library]),
    },
  ]);
  const figures = await synthesizeAll(jobs, 'xc7');
  console.log('\n## One processing element: array and accumulator (xc7)\n');
  console.log(
    '| weights | activations | S | P | behavioural LUT | structured LUT | sites | LUT per product | ratio |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  CASES.forEach(({ a, w, kind, s, p }, index) => {
    const [plain, array] = figures.slice(2 * index, 2 * index + 2);
    const weights = kind === 3 ? 'ternary' : kind === 2 ? 'bipolar' : `${w} bits`;
    const ratio = (plain.lut / array.lut).toFixed(1);
    console.log(
      `| ${weights} | ${a} bits | ${s} | ${p} | ${plain.lut} | ${array.lut} | ${array.sites} | ${(array.lut / s).toFixed(2)} | ${ratio} |`,
    );
  });
}
