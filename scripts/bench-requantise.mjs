/** Requantisation of convolutional networks to 8 bits: bits of constants by channel, and what each way costs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesizeAll } from '../dist/8-resources/index.js';
import { analyse, plan } from '../dist/compile.js';

const NETWORKS = [
  ['kws_int8', 50_000],
  ['resnet8_int8', 500_000],
];
const WAYS = ['threshold_search', 'threshold_sequential', 'scale_sequential'];
const SPACINGS = [1, 3, 4, 5, 7, 13];

const cost = ({ lut, ff, bram }) => [lut, ff, bram].map((value) => Math.round(value * 2) / 2).join(' / ');
const spread = ({ min, median, max }) => (min === max ? `${min}` : `${min} / ${median} / ${max}`);

/** @param zoo folder of the networks @param table Markdown of a head and rows */
export async function measureRequantise({ zoo, table }) {
  for (const [name, cycles] of NETWORKS) {
    const bounded = await analyse(join(zoo, `tflite/${name}.tflite`));
    const rows = [];
    const total = new Map();
    const whole = (requantisation) => {
      const options = { target: 'xc7', accumulator: { overflow: 'refuse' }, cycles, requantisation };
      const { units, estimates } = plan(bounded, options).plan;
      const sum = (what) => estimates.reduce((all, each) => all + each[what], 0);
      total.set(
        requantisation ?? 'chosen',
        ['lut', 'sites', 'ff', 'bram'].map((what) => Math.round(2 * sum(what)) / 2),
      );
      return units;
    };
    for (const { name: layer, requantisation, requantisationReport: report } of whole(undefined)) {
      if (!report) continue;
      const { constants } = report;
      const bits = constants
        ? [
            spread(constants.ownMultiplierBits),
            spread(constants.ownShift),
            constants.shift,
            [constants.multiplierBits, constants.biasBits, constants.extraBits].join(' + '),
          ]
        : ['none', '', '', ''];
      const costs = WAYS.map((way) => report.ways.find((each) => each.way === way)?.estimate);
      rows.push([layer, ...bits, ...costs.map((each) => (each ? cost(each) : '')), requantisation]);
    }
    whole('threshold_search');
    const head = ['layer', 'own m', 'own shift', 'shift', 'm + b + x', ...WAYS, 'taken'];
    console.log(`\n## Requantisation of ${name} at ${cycles} cycles (xc7, by the resource model)\n`);
    console.log(table(head, rows));
    console.log('');
    const totals = [...total].reverse().map(([way, sums]) => [way, ...sums]);
    console.log(table(['whole network', 'LUT', 'sites', 'FF', 'BRAM'], totals));
  }
  await measureLane(table);
}

/** One lane with 64 channels, a 20-bit accumulator and 24-bit multipliers. */
async function measureLane(table) {
  const [inBits, multiplierBits, sumBits, zeros, shift] = [20, 24, 33, 13, 30];
  const digits = Math.floor(multiplierBits / 2) + 1;
  const library = ['rom', 'wrap_counter', 'scale_sequential', 'threshold_search', 'threshold_stage'].map(
    (name) => [`${name}.v`, readFileSync(`hw/${name}.v`, 'utf8')],
  );
  const lane = (name, module, parameters, memories) => {
    const values = Object.entries({ LANES: 1, IN_W: inBits, OUT_W: 8, BASE: -128, FOLDS: 64, ...parameters });
    const text = `module lane (input clk, input rst, input [${inBits - 1}:0] d, input dv, output dr, output [7:0] q, output qv, input qr);
  ${module} #(${values.map(([key, value]) => `.${key}(${value})`).join(', ')}) step (
    .clk(clk), .rst(rst), .s_axis_tdata(d), .s_axis_tvalid(dv), .s_axis_tready(dr), .m_axis_tdata(q), .m_axis_tvalid(qv), .m_axis_tready(qr));
endmodule
`;
    return { name, top: 'lane', files: new Map([['lane.v', text], ...library, ...memories]) };
  };
  // as src/5-plan/scale-sequential.ts has it
  const stagesAt = (spacing) => (digits / spacing > 6 ? Math.ceil(digits / 6) : 1);
  const rowsAt = (spacing) => Math.ceil(digits / (stagesAt(spacing) > 1 ? stagesAt(spacing) : spacing));
  const jobs = [
    lane(
      'search',
      'threshold_search',
      { THRESHOLD_W: inBits, LEVEL_BITS: 8, THRESHOLDS: '"t"' },
      Array.from({ length: 8 }, (_, stage) => [
        `t_pe000_s0${stage}.mem`,
        words(64 << stage, inBits, 11 + stage),
      ]),
    ),
    ...SPACINGS.map((spacing) => {
      const rows = rowsAt(spacing);
      const parameters = {
        MULTIPLIER_W: multiplierBits,
        ROWS: rows,
        STEPS: stagesAt(spacing) > 1 ? 1 : Math.ceil(digits / rows),
        STAGES: stagesAt(spacing),
        ZEROS: zeros,
        SUM_W: sumBits,
        SHIFT: shift,
        LEVELS: 256,
        CONSTANTS: '"t"',
      };
      return lane(`${spacing}`, 'scale_sequential', parameters, [
        ['t_pe000.mem', words(64, multiplierBits + sumBits, 7)],
      ]);
    }),
  ];
  const figures = await synthesizeAll(jobs, 'xc7');
  console.log('\n## One lane of 8-bit requantisation (xc7, Yosys)\n');
  const rows = figures.map(({ lut, sites, ff, bram }, k) => {
    const spacing = SPACINGS[k - 1];
    const way = k === 0 ? 'threshold_search' : 'scale_sequential';
    return [way, spacing ?? 1, spacing ? rowsAt(spacing) : '', lut, sites, ff, bram];
  });
  console.log(table(['way', 'cycles per code', 'rows per cycle', 'LUT', 'sites', 'FF', 'BRAM'], rows));
}

/** Lines of words without a pattern, so that no column of a ROM is simpler than a table. */
function words(count, bits, seed) {
  let state = BigInt(seed);
  const next = () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    return state >> 32n;
  };
  const lines = Array.from({ length: count }, () => {
    let word = 0n;
    for (let at = 0; at < bits; at += 32) word = (word << 32n) | next();
    return (word & ((1n << BigInt(bits)) - 1n)).toString(16);
  });
  return `${lines.join('\n')}\n`;
}
