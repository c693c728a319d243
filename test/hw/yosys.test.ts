import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runYosys } from '@yowasp/yosys';
import { describe, expect, test } from 'vitest';
import { hw, type ToolResult, tool } from './bench.js';
import { CORNERS, type Corner, WRONG } from './corners.js';

const DEBIAN_YOSYS = '/usr/bin/yosys';
const sources = await librarySources();

/** No memory files: a ROM without a file name holds zeros. */
function check({ module, parameters }: Corner): string {
  const overrides = Object.entries(parameters).map(
    ([name, value]) => `-chparam ${name} ${unsigned(Number(value))}`,
  );
  return `design -load library; hierarchy -check -top ${module} ${overrides.join(' ')}; proc; check -assert`;
}

/** A 32-bit literal; -chparam knows no minus sign. */
function unsigned(value: number): string {
  return `32'd${value >>> 0}`;
}

function checkAll(corners: readonly Corner[]): string {
  return ['read_verilog *.v; design -save library', ...corners.map(check)].join('\n').replace('*.v', names());
}

function names(): string {
  return Object.keys(sources).join(' ');
}

const TOP = `
module top (input wire clk, input wire [1:0] x, output wire [15:0] y, output wire valid);
    wire unused_ready;
    matrix_vector #(.PE(2), .SIMD(1), .SYNAPSE_FOLD(1), .NEURON_FOLD(1), .A_W(2), .W_W(8), .ACC_W(8),
        .INIT(8'd0), .WEIGHTS("weights")) engine (.clk(clk), .rst(1'b0), .s_axis_tdata(x), .s_axis_tvalid(1'b1),
        .s_axis_tready(unused_ready), .m_axis_tdata(y), .m_axis_tvalid(valid), .m_axis_tready(1'b1));
endmodule
`;
const FILE_SCRIPT = `read_verilog top.v ${names()}; hierarchy -check -top top; proc; check -assert; flatten; opt -full; write_verilog -noattr out.v`;

describe('pinned Yosys', () => {
  test('accepts every corner', async () => {
    expect(await pinned(checkAll(CORNERS))).toMatchObject({ ok: true, output: '' });
  }, 240_000);

  test.each(WRONG.slice(0, 3))('stops at $module $parameters', async (corner) => {
    const { ok, output } = await pinned(checkAll([corner]));
    expect(ok).toBe(false);
    expect(output).toMatch(new RegExp(`${corner.module}_ERROR_`));
  });

  test('reads the memory files of every lane, and misses one that is not there', async () => {
    const both = await pinned(FILE_SCRIPT, { 'weights_pe000.mem': 'a5\n', 'weights_pe001.mem': '5a\n' });
    expect(both).toMatchObject({ ok: true });
    const one = await pinned(FILE_SCRIPT, { 'weights_pe000.mem': 'a5\n' });
    expect(one.ok).toBe(false);
    expect(one.output).toMatch(/weights_pe001\.mem/);
  });
});

describe.runIf(existsSync(DEBIAN_YOSYS))('installed Yosys', () => {
  test('accepts every corner, reads the memory files', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'narrowgate-yosys-'));
    try {
      const files = { ...sources, 'top.v': TOP, 'weights_pe000.mem': 'a5\n', 'weights_pe001.mem': '5a\n' };
      for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
      await writeFile(join(cwd, 'check.ys'), checkAll(CORNERS));
      expect(await tool(DEBIAN_YOSYS, ['-q', '-s', 'check.ys'], cwd)).toEqual({ ok: true, output: '' });
      expect(await tool(DEBIAN_YOSYS, ['-q', '-p', FILE_SCRIPT], cwd)).toMatchObject({ ok: true });
    } finally {
      await rm(cwd, { recursive: true });
    }
  });
});

async function librarySources(): Promise<Record<string, string>> {
  const files = (await readdir(hw)).filter((file) => file.endsWith('.v'));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(join(hw, file), 'utf8')] as const)),
  );
}

async function pinned(script: string, memories: Record<string, string> = {}): Promise<ToolResult> {
  let output = '';
  const collect = (bytes: Uint8Array | null): void => {
    if (bytes) output += new TextDecoder().decode(bytes);
  };
  try {
    const files = { ...sources, ...memories, 'top.v': TOP, 'check.ys': script };
    await runYosys(['-q', '-s', 'check.ys'], files, { stdout: collect, stderr: collect });
    return { ok: true, output };
  } catch (error) {
    return { ok: false, output: output || String(error) };
  }
}
