/**
 * The FIFOs in front of joins: the depth that the plan gives them against the smallest that works, found by bisection in
 * Verilator, each FIFO by itself, the others as planned.
 *
 * In a copy of the build every FIFO takes its depth from the command line of the simulation, so that a network is
 * compiled once; the memory behind it is larger than any depth tried.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesPerBeat } from '../dist/7-simulate/beats.js';
import { runStream } from '../dist/7-simulate/run.js';
import { compileVerilator } from '../dist/7-simulate/verilator.js';
import { BRANCHES } from './branches-model.mjs';

const LEAST = 2; // words that stream_fifo has at least
const ROOM = 2; // the search goes up to so many times the planned depth
const TIMED = 3; // inferences, of which the last one is timed
const STALLED_INFERENCES = 2;

/** Stalls on both sides in percent of cycles, drawn anew every `burst` cycles; some seeds. */
const STALLS = [
  { in: 45, out: 45, seeds: [1, 2] },
  { in: 90, out: 0, seeds: [3] },
  { in: 50, out: 50, burst: 37, seeds: [4] },
  { in: 60, out: 60, burst: 1000, seeds: [5, 6] },
];

/** Which networks, how fast. */
function networks(zoo, folder) {
  const branches = join(folder, 'branches.json');
  writeFileSync(branches, JSON.stringify(BRANCHES));
  return [
    { name: 'resnet8_int8', file: join(zoo, 'tflite/resnet8_int8.tflite'), cycles: [300_000] },
    { name: 'model-format-graph', file: 'examples/model-format-graph/model.json', cycles: [2000] },
    { name: 'branches', file: branches, cycles: [3000, 700] },
  ];
}

/** @param bench narrowgate (command line), table (Markdown), zoo and a folder for builds */
export async function measureFifos({ narrowgate, table, zoo, folder }) {
  console.log('\n## FIFOs where branches meet: planned depth and the smallest that works, in beats\n');
  const rows = [];
  for (const { name, file, cycles } of networks(zoo, folder))
    for (const most of cycles) {
      const directory = join(folder, `fifos-${name}-${most}`);
      narrowgate('build', file, '-o', directory, '--cycles', String(most));
      const search = await Search.of(directory);
      const free = await search.freeOfDeadlock();
      const fast = [];
      for (const [index, { layer, port, planned }] of search.fifos.entries()) {
        const likely = Math.max(planned, free[index]);
        fast.push(
          await search.smallest(index, free[index], likely, (depths) => search.isFast(depths, TIMED)),
        );
        const ratio = (planned / fast[index]).toFixed(2);
        rows.push([name, most, `${layer}, input ${port}`, planned, free[index], fast[index], ratio]);
        console.error(`${rows.at(-1).join('  ')}  (${search.runs} runs)`);
      }
      if (!fast.length) continue;
      const all = (await search.isFast(fast, 2 * TIMED)) && (await search.completes(fast));
      rows.push([name, most, 'all at their smallest', '', '', '', all ? 'full speed' : 'TOO SMALL']);
    }
  const head = ['network', '--cycles', 'FIFO', 'planned', 'free of deadlock', 'full speed'];
  console.log(table([...head, 'planned / full speed'], rows));
}

/** A compiled network whose FIFOs can have any depth. */
class Search {
  runs = 0;

  constructor(directory, record, fifos) {
    this.record = record;
    this.fifos = fifos;
    this.program = {
      simulator: 'verilator',
      command: join(directory, 'sim/verilator/Vbench'),
      romFolder: join(directory, 'rtl'),
    };
  }

  /** Compile a build with its FIFOs opened. */
  static async of(directory) {
    const record = JSON.parse(readFileSync(join(directory, 'build.json'), 'utf8'));
    const fifos = record.units.flatMap(({ name, module, fifos = [] }) =>
      fifos.flatMap((planned, k) => (planned ? [{ layer: name, module, port: k + 1, planned }] : [])),
    );
    edit(directory, 'rtl/stream_fifo.v', [
      ['parameter BLOCK = 0 ', 'parameter PLUSARG = "",\n    parameter BLOCK = 0 '],
      [
        'localparam [31:0] FULL = WORDS;',
        'reg [31:0] FULL;\n    initial if (!$value$plusargs(PLUSARG, FULL)) $finish;',
      ],
    ]);
    for (const [index, { module, port, planned }] of fifos.entries()) {
      const instance = port === 1 ? 'input_fifo' : 'input2_fifo';
      const before = new RegExp(`\\.DEPTH\\(${planned}\\)(,[^)]*\\)\\s*\\) ${instance} )`);
      const room = `.DEPTH(${ROOM * planned + 1}), .PLUSARG("depth_${index}=%d")$1`;
      edit(directory, `rtl/${module}.v`, [[before, room]]);
    }
    // a pause or none is drawn once for every burst
    edit(directory, 'sim/harness.cpp', [
      [
        'if (percent == 0) return false;',
        'if (percent == 0) return false;\n        if (left-- > 0) return pauses;\n        left = burst - 1;',
      ],
      ['return (state >> 8) % 100 < percent;', 'return pauses = (state >> 8) % 100 < percent;'],
      ['bool next() {', 'int64_t burst = 1, left = 0;\n    bool pauses = false;\n    bool next() {'],
      [
        'const std::unique_ptr<Vbench>',
        'stall_in.burst = stall_out.burst = static_cast<int64_t>(number(argc, argv, "burst"));\n    const std::unique_ptr<Vbench>',
      ],
    ]);
    if (fifos.length) await compileVerilator(directory);
    return new Search(directory, record, fifos);
  }

  /** The smallest depth of each FIFO, the others as planned, with which the network never stands still. */
  async freeOfDeadlock() {
    const calm = [];
    for (const index of this.fifos.keys())
      calm.push(
        await this.smallest(index, LEAST, this.fifos[index].planned, (depths) => this.run(depths, 1)),
      );
    // What completes with all at their smallest completes with any one. Stalls leave gaps in pipelines, which then hold
    // less: they move the limit by little, if at all.
    if (await this.completes(calm)) return calm;
    const free = [];
    for (const [index, { planned }] of this.fifos.entries())
      free.push(await this.smallest(index, calm[index], planned, (depths) => this.completes(depths)));
    return free;
  }

  with(index, depth) {
    return this.fifos.map(({ planned }, k) => (k === index ? depth : planned));
  }

  /**
   * The smallest depth of one FIFO, the others as planned, that passes, by bisection.
   *
   * @param least to be tried
   * @param likely more are tried only if this one fails
   */
  async smallest(index, least, likely, passes) {
    const most = ROOM * this.fifos[index].planned;
    let [low, high] = [least - 1, likely];
    if (!(await passes(this.with(index, likely)))) [low, high] = [likely, most + 1];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (await passes(this.with(index, middle))) high = middle;
      else low = middle;
    }
    return high > most ? Number.NaN : high;
  }

  /** Whether everything that goes in comes out, whoever pauses. */
  async completes(depths) {
    if (!(await this.run(depths, STALLED_INFERENCES))) return false;
    for (const { seeds, ...stalls } of STALLS)
      for (const seed of seeds)
        if (!(await this.run(depths, STALLED_INFERENCES, { ...stalls, seed }))) return false;
    return true;
  }

  /** Whether the last of some inferences follows at the planned interval when nothing pauses. */
  async isFast(depths, inferences) {
    const result = await this.run(depths, inferences);
    if (!result) return false;
    const { beats } = this.record.output;
    const end = (inference) => result.outputCycles[inference * beats - 1];
    return end(inferences) - end(inferences - 1) <= this.record.cycles.interval;
  }

  /** Nothing when the network stands still. */
  async run(depths, inferences, { in: stallIn = 0, out: stallOut = 0, burst = 1, seed = 1 } = {}) {
    this.runs++;
    const { input, output, cycles } = this.record;
    const bits = input.lanes * input.laneBits;
    const args = [...depths.map((depth, k) => `+depth_${k}=${depth}`), `+burst=${burst}`];
    const slower = 100 / (100 - Math.max(stallIn, stallOut));
    const result = await runStream(
      { ...this.program, args },
      {
        ...{ select: 0, device: 'the network', stallIn, stallOut, seed },
        ...{ inputBits: bits, outputBits: output.lanes * output.laneBits },
        beats: new Uint8Array(inferences * input.beats * bytesPerBeat(bits)), // values change nothing about the streams
        expectedBeats: inferences * output.beats,
        timeoutCycles: Math.ceil(1000 + 20 * burst + slower * cycles.interval),
      },
    );
    if (result.outcome !== 'complete' && result.outcome !== 'no_progress')
      throw new Error(`${result.outcome}: ${result.problem?.message}`);
    return result.outcome === 'complete' ? result : undefined;
  }
}

/** Change a file of a build, all replacements or an error. */
function edit(directory, path, replacements) {
  const file = join(directory, path);
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of replacements) {
    const after = text.replace(from, to);
    if (after === text) throw new Error(`${path} does not have ${from}`);
    text = after;
  }
  writeFileSync(file, text);
}
