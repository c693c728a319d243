import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Stream } from '../../../src/5-plan/types.js';
import {
  HARNESS_MODULE,
  harnessVerilog,
  isHarnessCell,
} from '../../../src/8-resources/place-and-route/harness.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'narrowgate-harness-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const stream = (lanes: number, laneBits: number): Stream => ({ lanes, laneBits, beats: 1 });

/**
 * A network whose outputs are its inputs in the opposite order: in the same order, every bit would meet itself again in
 * the exclusive ors and vanish.
 */
function echo(inBits: number, outBits: number): string {
  return `\`default_nettype none
module echo_top (
    input  wire aclk,
    input  wire aresetn,
    input  wire [${inBits - 1}:0] s_axis_tdata,
    input  wire s_axis_tvalid,
    output wire s_axis_tready,
    output wire [${outBits - 1}:0] m_axis_tdata,
    output wire m_axis_tvalid,
    output wire m_axis_tlast,
    input  wire m_axis_tready
);
    assign {m_axis_tlast, m_axis_tvalid, s_axis_tready} = {aresetn, s_axis_tvalid, m_axis_tready};
    assign m_axis_tdata = {${Array.from({ length: outBits }, (_, bit) => `s_axis_tdata[${bit}]`).join(', ')}};
    wire unused = &{1'b0, aclk, s_axis_tdata};
endmodule
\`default_nettype wire
`;
}

const BENCH = `module bench;
  reg clk = 0, bit = 0;
  wire out;
  reg [15:0] state = 16'hace1;
  integer cycle;
  ${HARNESS_MODULE} dut (.clk(clk), .serial_in(bit), .serial_out(out));
  initial begin
    for (cycle = 0; cycle < 400; cycle = cycle + 1) begin
      bit = state[0];
      state = {state[0] ^ state[2] ^ state[3] ^ state[5], state[15:1]};
      #1 clk = 1;
      #1 clk = 0;
      $display("%b %b", bit, out);
    end
  end
endmodule
`;

/** serial_out after each clock edge, undefined as long as registers are unknown. */
function model(bits: readonly number[], inputs: number, outputs: number): (number | undefined)[] {
  let stimulus: (number | undefined)[] = Array(inputs).fill(undefined);
  let captured: (number | undefined)[] = Array(outputs).fill(undefined);
  let folded: (number | undefined)[] = Array(outputs).fill(undefined);
  const xor = (a: number | undefined, b: number | undefined) =>
    a === undefined || b === undefined ? undefined : a ^ b;
  return bits.map((bit) => {
    const shifted = [0, ...folded.slice(0, -1)];
    folded = shifted.map((each, index) => xor(each, captured[index]));
    captured = [...stimulus.slice(0, 3).reverse(), ...stimulus.slice(3, outputs).reverse()];
    stimulus = [bit, ...stimulus.slice(0, -1)];
    return folded[outputs - 1];
  });
}

describe.each([
  [8, 8],
  [1, 1],
  [112, 40],
])('a harness of %i input bits and %i output bits', (inBits, outBits) => {
  beforeEach(() => {
    writeFileSync(
      join(folder, 'harness.v'),
      harnessVerilog('echo_top', stream(1, inBits), stream(outBits, 1)),
    );
    writeFileSync(join(folder, 'echo.v'), echo(inBits, outBits));
    writeFileSync(join(folder, 'bench.v'), BENCH);
  });

  it('passes verilator --lint-only -Wall', async () => {
    const args = ['--lint-only', '-Wall', '-Wno-DECLFILENAME', '--top-module', HARNESS_MODULE];
    const { all } = await execa('verilator', [...args, 'harness.v', 'echo.v'], { cwd: folder, all: true });
    expect(all).toBe('');
  });

  it('shifts every input in, and every output through one exclusive or to the pin', async () => {
    await execa(
      'iverilog',
      ['-g2005', '-Wall', '-Wno-timescale', '-o', 'bench.vvp', 'bench.v', 'harness.v', 'echo.v'],
      {
        cwd: folder,
      },
    );
    const { stdout } = await execa('vvp', ['bench.vvp'], { cwd: folder });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const expected = model(
      lines.map(([bit]) => Number(bit)),
      inBits + 3,
      outBits + 3,
    );
    expect(lines.map(([, out]) => (out === 'x' ? undefined : Number(out)))).toEqual(expected);
    expect(new Set(expected)).toEqual(new Set([undefined, 0, 1]));
  });
});

it('the registers of the harness are told from the network by their names', () => {
  const registers = [
    ...harnessVerilog('a_top', stream(1, 8), stream(1, 8)).matchAll(/^ {4}reg .*\] (.*);/gm),
  ];
  const names = registers.flatMap(([, list]) => list.split(', '));
  expect(names).toEqual(['stimulus', 'captured', 'folded']);
  for (const name of names) expect(isHarnessCell(`${name}_SB_DFF_Q_DFFLC`), name).toBe(true);
  expect(isHarnessCell('network.unit_fc1.captured_SB_DFF_Q_DFFLC')).toBe(false);
});
