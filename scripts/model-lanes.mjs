/** Lanes of scale_sequential for fitting the resource model: small random layers seldom lead to one. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OUT_BITS = 8;
const MOST_ROWS = 6; // as src/5-plan/scale-sequential.ts has it
const HW = fileURLToPath(new URL('../hw/', import.meta.url));

/** Constants as 8-bit networks have them, and cycles from one beat to the next. */
const LANES = [
  { input: 20, multiplier: 24, sum: 33, zeros: 13, shift: 30, spacing: 13, folds: 64 },
  { input: 20, multiplier: 24, sum: 33, zeros: 13, shift: 30, spacing: 4, folds: 64 },
  { input: 18, multiplier: 22, sum: 36, zeros: 8, shift: 31, spacing: 1, folds: 32 },
  { input: 16, multiplier: 16, sum: 26, zeros: 10, shift: 21, spacing: 9, pivot: 100, extra: 7, folds: 10 },
  { input: 22, multiplier: 23, sum: 32, zeros: 12, shift: 31, spacing: 13, pivot: 128, extra: 11, folds: 32 },
  { input: 14, multiplier: 14, sum: 16, zeros: 14, shift: 19, spacing: 1, folds: 1 },
  { input: 19, multiplier: 20, sum: 30, zeros: 12, shift: 30, spacing: 3, pivot: 120, extra: 10, folds: 16 },
  { input: 21, multiplier: 25, sum: 30, zeros: 12, shift: 32, spacing: 7, folds: 16 },
];

/** @returns [{ unit, job, hash }] like modelUnits */
export function laneUnits() {
  return LANES.map((lane) => {
    const { input, multiplier, sum, zeros, shift, spacing, pivot = 0, extra = 1, folds } = lane;
    const digits = Math.floor(multiplier / 2) + 1;
    const inOne = Math.ceil(digits / spacing) <= MOST_ROWS;
    const stages = inOne ? 1 : Math.ceil(digits / MOST_ROWS);
    const rows = Math.ceil(digits / (inOne ? spacing : stages));
    const parameters = {
      LANES: 1,
      IN_W: input,
      OUT_W: OUT_BITS,
      BASE: -128,
      FOLDS: folds,
      MULTIPLIER_W: multiplier,
      ROWS: rows,
      STEPS: inOne ? Math.ceil(digits / rows) : 1,
      STAGES: stages,
      ZEROS: zeros,
      SUM_W: sum,
      SHIFT: shift,
      LEVELS: 256,
      PIVOT: pivot,
      EXTRA_W: extra,
    };
    const width = multiplier + sum + (pivot ? extra : 0);
    const words = randomWords(folds, width);
    const part = {
      module: 'scale_sequential',
      instance: 'requantise',
      parameters: new Map(Object.entries(parameters)),
      input: { lanes: 1, laneBits: input, beats: folds },
      output: { lanes: 1, laneBits: OUT_BITS, beats: folds },
    };
    const memories = [{ file: 'lane_steps_pe000.mem', width, words }];
    const files = new Map([
      ['lane.v', laneText(parameters)],
      ['lane_steps_pe000.mem', `${words.join('\n')}\n`],
      ...['rom', 'wrap_counter', 'scale_sequential'].map((name) => [
        `${name}.v`,
        readFileSync(join(HW, `${name}.v`), 'utf8'),
      ]),
    ]);
    const hash = createHash('sha256').update(JSON.stringify(lane)).digest('hex').slice(0, 16);
    return {
      unit: { kind: 'lane', before: [], array: [], after: [part], memories, generated: [] },
      job: { name: `lane ${JSON.stringify(lane)}`, top: 'lane', files },
      hash,
    };
  });
}

function laneText(parameters) {
  const values = Object.entries(parameters).map(([name, value]) => `.${name}(${value})`);
  return `module lane (
  input clk, input rst, input [${parameters.IN_W - 1}:0] d, input dv, output dr,
  output [${OUT_BITS - 1}:0] q, output qv, input qr
);
  scale_sequential #(${values.join(', ')}, .CONSTANTS("lane_steps")) step (
    .clk(clk), .rst(rst), .s_axis_tdata(d), .s_axis_tvalid(dv), .s_axis_tready(dr),
    .m_axis_tdata(q), .m_axis_tvalid(qv), .m_axis_tready(qr));
endmodule
`;
}

/** Words without a pattern, in hexadecimal. */
function randomWords(count, bits) {
  let state = 7n;
  const next = () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    return state >> 32n;
  };
  return Array.from({ length: count }, () => {
    let word = 0n;
    for (let at = 0; at < bits; at += 32) word = (word << 32n) | next();
    return (word & ((1n << BigInt(bits)) - 1n)).toString(16).padStart(Math.ceil(bits / 4), '0');
  });
}
