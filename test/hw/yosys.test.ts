import { describe, expect, test } from 'vitest';
import { CORNERS, type Corner, WRONG } from './corners.js';
import { pinnedYosys, SOURCE_NAMES, YOSYS } from './yosys.js';

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
  return [`read_verilog ${SOURCE_NAMES}; design -save library`, ...corners.map(check)].join('\n');
}

const TOP = `
module top (input wire clk, input wire [1:0] x, output wire [15:0] y, output wire valid);
    wire unused_ready;
    matrix_vector #(.PE(2), .SIMD(1), .SYNAPSE_FOLD(1), .NEURON_FOLD(1), .A_W(2), .W_W(8), .ACC_W(8),
        .WEIGHTS("weights"), .START_ROM(1), .STARTS("starts")) engine (.clk(clk), .rst(1'b0), .s_axis_tdata(x), .s_axis_tvalid(1'b1),
        .s_axis_tready(unused_ready), .m_axis_tdata(y), .m_axis_tvalid(valid), .m_axis_tready(1'b1));
endmodule
`;
const FILE_SCRIPT = `read_verilog top.v ${SOURCE_NAMES}; hierarchy -check -top top; proc; check -assert; flatten; opt -full`;
const FILES = {
  'top.v': TOP,
  'weights_pe000.mem': 'a5\n',
  'weights_pe001.mem': '5a\n',
  'starts_pe000.mem': '01\n',
  'starts_pe001.mem': '02\n',
};

describe.each(YOSYS)('$name', (yosys) => {
  test('accepts every corner', async () => {
    expect(await yosys.run(checkAll(CORNERS))).toMatchObject({ ok: true, output: '' });
  }, 240_000);

  test('reads the memory files of every lane', async () => {
    expect(await yosys.run(FILE_SCRIPT, FILES)).toMatchObject({ ok: true });
  });

  test.each(['weights_pe001.mem', 'starts_pe001.mem'])('misses %s when it is not there', async (missing) => {
    const files = Object.fromEntries(Object.entries(FILES).filter(([name]) => name !== missing));
    const { ok, output } = await yosys.run(FILE_SCRIPT, files);
    expect(ok).toBe(false);
    expect(output).toContain(missing);
  });
});

describe('pinned Yosys', () => {
  test.each(WRONG.slice(0, 3))('stops at $module $parameters', async (corner) => {
    const { ok, output } = await pinnedYosys.run(checkAll([corner]));
    expect(ok).toBe(false);
    expect(output).toMatch(new RegExp(`${corner.module}_ERROR_`));
  });
});
