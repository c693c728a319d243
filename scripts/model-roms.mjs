/** LUTs for each column of a ROM in LUTs, by its depth: random ROMs of 16 columns, by Yosys. */
import { readFileSync } from 'node:fs';
import { synthesizeParts } from './model-synthesis.mjs';

const WIDTH = 16;
const DEPTHS = {
  xc7: [72, 80, 96, 112, 128, 144, 160, 192, 200, 224, 256, 320, 384, 448, 512, 640, 768, 1024, 1280, 1536, 2048],
  ice40: [20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 768, 1024, 1536, 2048],
};
const ONE = { xc7: 64, ice40: 16 }; // words that one LUT holds

/** @returns the table as model-fit.ts has it */
export async function romTable(target) {
  const rom = readFileSync('hw/rom.v', 'utf8');
  const depths = DEPTHS[target];
  const job = (depth, share) => ({
    name: `ROM of ${depth} words`,
    top: 'top',
    files: new Map([
      ['rom.v', rom],
      ['top.v', top(depth)],
      ['words.mem', words(depth, share)],
    ]),
  });
  const jobs = [0.5, 0.2].flatMap((share) => depths.map((depth) => job(depth, share)));
  const found = await synthesizeParts(jobs, target);
  const each = found.map((parts) => Number((parts.rom.lut / WIDTH).toFixed(2)));
  return { one: ONE[target], depths, even: each.slice(0, depths.length), skewed: each.slice(depths.length) };
}

function top(depth) {
  const addressBits = Math.ceil(Math.log2(depth));
  return `module top (input clk, input enable, input [${addressBits - 1}:0] address, output [${WIDTH - 1}:0] data);
    rom #(.WIDTH(${WIDTH}), .DEPTH(${depth}), .BLOCK(0), .FILE("words.mem")) rom (
        .clk(clk), .enable(enable), .address(address), .data(data)
    );
endmodule
`;
}

function words(depth, share) {
  let state = depth;
  const bit = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 < share ? 1 : 0;
  };
  const word = () => Number.parseInt(Array.from({ length: WIDTH }, bit).join(''), 2).toString(16).padStart(WIDTH / 4, '0');
  return `${Array.from({ length: depth }, word).join('\n')}\n`;
}
