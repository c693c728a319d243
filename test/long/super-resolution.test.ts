/** The super-resolution networks of the zoo, a whole image of 128 x 128 pixels in Verilator under random stalls. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { evaluate } from '../../src/3-integer/evaluate.js';
import { inputCodes, toFileOrder } from '../../src/3-integer/host.js';
import { packBeats } from '../../src/7-simulate/beats.js';
import { readBuildFolder } from '../../src/7-simulate/build-folder.js';
import { compare, toFields } from '../../src/7-simulate/comparison.js';
import { compileVerilator } from '../../src/7-simulate/verilator.js';
import { parsePortType } from '../../src/cli/parse.js';
import { analyse, generate } from '../../src/compile.js';
import { readNpy } from '../../src/shared/npy.js';
import { writeFolder } from '../../src/shared/output-folder.js';
import { removeFolder, workFolder } from '../cli/work-folder.js';
import { skipped, zooFile, zooMissing } from '../zoo/zoo.js';

const folder = workFolder();
afterAll(() => removeFolder(folder));

/** About a thousand multipliers: the simulation takes minutes. */
const CYCLES = 1_000_000;
const STALL = 25; // percent of cycles, both sides

test.skipIf(zooMissing).each(['subpixel_quant', 'nn_resize_quant'])(
  `%s equals the integer model in every pixel, and the reference but for ten${zooMissing ? `, ${skipped}` : ''}`,
  async (model) => {
    const directory = join(folder, model);
    const built = await analyse(zooFile(`espcn/${model}.onnx`), {
      inputPort: parsePortType('uint8', '1/255'),
    });
    const plan = { target: 'xc7', accumulator: { overflow: 'refuse' }, cycles: CYCLES } as const;
    writeFolder(directory, generate(built, plan).files, 'build.json');
    const { record, bounded } = readBuildFolder(directory);
    const given = readNpy(zooFile('data/espcn_input_f32_nchw.npy'));
    const { codes } = inputCodes(bounded.network, given, 'x.npy', 1);
    const { output: expected } = evaluate(bounded.network, codes, 1);

    const simulation = await compileVerilator(directory);
    const { input, output, units, cycles } = record;
    const result = await simulation.run({
      ...{ select: 0, device: 'the network', stallIn: STALL, stallOut: STALL },
      inputBits: input.lanes * input.laneBits,
      outputBits: output.lanes * output.laneBits,
      beats: packBeats(toFields(codes, units[0].outputCode), input),
      expectedBeats: output.beats,
      timeoutCycles: cycles.latency + cycles.interval,
    });
    expect(result.outcome).toBe('complete');
    expect(compare(result, output, units[units.length - 1].outputCode, expected).mismatches).toBe(0);

    const reference = readNpy(zooFile(`reference/espcn_${model}_out_u8.npy`)).data;
    const { data } = toFileOrder(bounded.network, expected);
    const off = Array.from(data, (code, k) => Math.abs(code - reference[k])).filter((each) => each > 0);
    expect(data.length).toBe(reference.length);
    expect(off.length).toBeLessThanOrEqual(10);
    expect(off.every((each) => each === 1)).toBe(true);
  },
);
