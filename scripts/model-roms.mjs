/** LUTs for each column of a ROM in LUTs, by its depth: random ROMs of 16 columns, by Yosys. */
import { readFileSync } from 'node:fs';
import { synthesizeParts } from './model-synthesis.mjs';

const WIDTH = 16;
const DEPTHS = {
  xc7: [
    72, 80, 96, 112, 128, 144, 160, 192, 200, 224, 256, 320, 384, 448, 512, 640, 768, 1024, 1280, 1536, 2048,
  ],
  ice40: [20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 768, 1024, 1536, 2048],
};
const ONE = { xc7: 64, ice40: 16 }; // words that one LUT holds

/** ROMs of many columns, whose columns have LUTs in common. */
const WIDE = { width: 128, depths: [80, 128, 256] };

/** @returns the table as model-fit.ts has it */
export async function romTable(target) {
  const rom = readFileSync('hw/rom.v', 'utf8');
  const job = (depth, width, share) => ({
    name: `ROM of ${depth} words`,
    top: 'top',
    files: new Map([
      ['rom.v', rom],
      ['top.v', top(depth, width)],
      ['words.mem', words(depth, width, share)],
    ]),
  });
  const luts = async (depths, width, share) => {
    const jobs = depths.map((depth) => job(depth, width, share));
    return (await synthesizeParts(jobs, target)).map((parts) => Number((parts.rom.lut / width).toFixed(2)));
  };
  const depths = DEPTHS[target];
  const [even, skewed] = [await luts(depths, WIDTH, 0.5), await luts(depths, WIDTH, 0.2)];
  const wide = await luts(WIDE.depths, WIDE.width, 0.5);
  const powers = WIDE.depths.map(
    (depth, k) => -Math.log(wide[k] / even[depths.indexOf(depth)]) / Math.log(WIDE.width / WIDTH),
  );
  const sharing = Number(Math.max(0, powers.reduce((a, b) => a + b) / powers.length).toFixed(3));
  return { one: ONE[target], depths, even, skewed, columns: WIDTH, sharing };
}

function top(depth, width) {
  const addressBits = Math.ceil(Math.log2(depth));
  return `module top (input clk, input enable, input [${addressBits - 1}:0] address, output [${width - 1}:0] data);
    rom #(.WIDTH(${width}), .DEPTH(${depth}), .BLOCK(0), .FILE("words.mem")) rom (
        .clk(clk), .enable(enable), .address(address), .data(data)
    );
endmodule
`;
}

function words(depth, width, share) {
  let state = depth;
  const bit = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 < share ? 1 : 0;
  };
  const digit = () => Number.parseInt(`${bit()}${bit()}${bit()}${bit()}`, 2).toString(16);
  const word = () => Array.from({ length: width / 4 }, digit).join('');
  return `${Array.from({ length: depth }, word).join('\n')}\n`;
}
