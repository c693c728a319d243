/** LUTs of one lane of stream_add, A*a + B*b: behavioural, shifted rows of signed digits, and the tables of hw/. */
import { readFileSync } from 'node:fs';
import { canonicalDigits } from '../dist/5-plan/engines/unrolled/signed-digits.js';
import { synthesizeAll } from '../dist/8-resources/index.js';
import { printHead, printRow } from './markdown-table.mjs';

const LIBRARY = ['weighted_pair', 'weighted_tables'];

/** Bits of each of two unsigned inputs, and their weights. */
const CASES = [
  [4, 1, 1],
  [8, 1, 1],
  [4, 13, 9],
  [8, 13, 9],
  [4, 77, 77],
  [8, 77, 77],
  [4, 212_345, 98_765],
  [8, 212_345, 98_765],
  [8, 150_503, -231_118],
  [16, 212_345, 98_765],
];

/** Bits of the sum in two's complement, or unsigned where no weight is negative. */
function sumBits(bits, weights) {
  const most = 2 ** bits - 1;
  const high = weights.reduce((sum, weight) => sum + Math.max(weight, 0) * most, 0);
  const low = weights.reduce((sum, weight) => sum + Math.min(weight, 0) * most, 0);
  let width = 1;
  while (low < 0 ? low < -(2 ** (width - 1)) || high >= 2 ** (width - 1) : high >= 2 ** width) width++;
  return width;
}

/** A chain of rows, lowest first: what lies below a row's shift passes by, and no adder is wider than its range. */
function digitRows(bits, weights, width) {
  const rows = weights.flatMap((weight, input) =>
    canonicalDigits(weight).map(({ shift, negative }) => ({ input, shift, negative })),
  );
  // the first row is positive, so that it needs no adder
  rows.sort((p, q) => p.shift - q.shift || Number(p.negative) - Number(q.negative));
  const first = rows.findIndex(({ negative }) => !negative);
  rows.unshift(...rows.splice(first, 1));
  const most = 2 ** bits - 1;
  const lines = [];
  let [high, low] = [most * 2 ** rows[0].shift, 0];
  lines.push(`wire signed [${width}:0] n0 = $signed({1'b0, x${rows[0].input}}) <<< ${rows[0].shift};`);
  rows.slice(1).forEach(({ input, shift, negative }, k) => {
    if (negative) low -= most * 2 ** shift;
    else high += most * 2 ** shift;
    let size = 1;
    while (low < -(2 ** (size - 1)) || high >= 2 ** (size - 1)) size++;
    const top = Math.min(size, width) - 1;
    // a slice of the running sum keeps Yosys from making one compressor tree of the chain
    lines.push(
      `wire signed [${top - shift}:0] s${k} = $signed(n${k}[${top}:${shift}]) ${negative ? '-' : '+'} $signed({1'b0, x${input}});`,
      `wire signed [${width}:0] n${k + 1} = ${shift > 0 ? `$signed({s${k}, n${k}[${shift - 1}:0]})` : `s${k}`};`,
    );
  });
  return [...lines, `assign y = n${rows.length - 1}[${width - 1}:0];`];
}

const WAYS = {
  behavioural: (_bits, [a, b], width) => [
    `assign y = x0 * ${width}'sd${a} ${b < 0 ? '-' : '+'} x1 * ${width}'sd${Math.abs(b)};`,
  ],
  digits: digitRows,
  tables: (bits, [a, b], width) => [
    `weighted_pair #(.A_W(${bits}), .B_W(${bits}), .A_WEIGHT(${a}), .B_WEIGHT(${b}), .SUM_W(${width})) pair (`,
    `.clk(1'b0), .rst(1'b0), .enable(1'b1), .a(x0), .b(x1), .sum(y));`,
  ],
};

export async function measureAdd() {
  const library = LIBRARY.map((name) => [`${name}.v`, readFileSync(`hw/${name}.v`, 'utf8')]);
  const jobs = CASES.flatMap(([bits, ...weights]) =>
    Object.entries(WAYS).map(([way, body]) => {
      const width = sumBits(bits, weights);
      const ports = `input [${bits - 1}:0] x0, input [${bits - 1}:0] x1, output [${width - 1}:0] y`;
      const text = `module lane (${ports});\n${body(bits, weights, width).join('\n')}\nendmodule\n`;
      return {
        name: `${way} ${bits} ${weights}`,
        top: 'lane',
        files: new Map([['lane.v', text], ...library]),
      };
    }),
  );
  const figures = await synthesizeAll(jobs, 'xc7');
  console.log('\n## One lane of stream_add (xc7)\n');
  const names = Object.keys(WAYS);
  printHead(`bits | weights | ${names.map((way) => `${way} LUT (sites)`).join(' | ')}`);
  CASES.forEach(([bits, ...weights], k) => {
    const ways = figures.slice(3 * k, 3 * k + 3).map(({ lut, sites }) => `${lut} (${sites})`);
    printRow(bits, weights.join(', '), ...ways);
  });
}
