/** LUTs of one lane's 4-bit requantisation: a comparator for each bit, or one that decides a bit a cycle. */
import { readFileSync } from 'node:fs';
import { synthesizeAll } from '../dist/8-resources/index.js';
import { printHead, printRow } from './markdown-table.mjs';

const BITS = [32, 24, 20, 16, 14, 12];
/** LUTs of one comparator, without its ROM, to reach: at the widths above. */
const GOALS = [22, 16, 14, 12, 10, 8];
const FOLDS = 4;
const LEVEL_BITS = 4;
const LIBRARY = ['rom', 'wrap_counter', 'threshold_stage', 'threshold_search', 'threshold_sequential'];

/** Words without a pattern, so that no column of a ROM is simpler than a table: a linear congruential generator. */
function words(count, bits, seed) {
  let state = BigInt(seed);
  return Array.from({ length: count }, () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    return (state >> BigInt(64 - bits)).toString(16);
  });
}

function memories(way, bits) {
  if (way === 'threshold_sequential')
    return [['t_pe000.mem', `${words(FOLDS << LEVEL_BITS, bits, 7).join('\n')}\n`]];
  return Array.from({ length: LEVEL_BITS }, (_, stage) => [
    `t_pe000_s0${stage}.mem`,
    `${words(FOLDS << stage, bits, 11 + stage).join('\n')}\n`,
  ]);
}

export async function measureThresholds() {
  const library = LIBRARY.map((name) => [`${name}.v`, readFileSync(`hw/${name}.v`, 'utf8')]);
  const ways = ['threshold_search', 'threshold_sequential'];
  const jobs = BITS.flatMap((bits) =>
    ways.map((way) => ({
      name: `${way} ${bits}`,
      top: 'lane',
      files: new Map([
        [
          'lane.v',
          `module lane (input clk, input rst, input [${bits - 1}:0] d, input dv, output dr, output [3:0] q, output qv, input qr);
  ${way} #(.LANES(1), .IN_W(${bits}), .THRESHOLD_W(${bits}), .LEVEL_BITS(${LEVEL_BITS}), .OUT_W(4), .FOLDS(${FOLDS}), .THRESHOLDS("t")) step (
    .clk(clk), .rst(rst), .s_axis_tdata(d), .s_axis_tvalid(dv), .s_axis_tready(dr), .m_axis_tdata(q), .m_axis_tvalid(qv), .m_axis_tready(qr));
endmodule
`,
        ],
        ...library,
        ...memories(way, bits),
      ]),
    })),
  );
  const figures = await synthesizeAll(jobs, 'xc7');
  console.log('\n## One lane of 4-bit thresholds (xc7)\n');
  printHead('P | search LUT | less ROM | sequential LUT | less ROM | goal, one comparator');
  BITS.forEach((bits, k) => {
    const [search, sequential] = figures.slice(2 * k, 2 * k + 2);
    const [searchRom, sequentialRom] = [LEVEL_BITS * bits, bits];
    const lessRom = [search.lut - searchRom, sequential.lut - sequentialRom];
    printRow(bits, search.lut, lessRom[0], sequential.lut, lessRom[1], GOALS[k]);
  });
}
