/** The super-resolution networks of the zoo, a whole image of 128 x 128 pixels in Verilator, with and without random stalls. */
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

/** About 1,700 multipliers: four minutes of processor time to compile and to simulate one network. */
const CYCLES = 1_000_000;
const STALLS = [25, 0]; // percent of cycles, both sides

test.skipIf(zooMissing).each(['subpixel_quant', 'nn_resize_quant'])(
  `%s equals the integer model in every pixel, the reference but for ten, and the planned cycles${zooMissing ? `, ${skipped}` : ''}`,
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
    for (const stall of STALLS) {
      const result = await simulation.run({
        ...{ select: 0, device: 'the network', stallIn: stall, stallOut: stall },
        inputBits: input.lanes * input.laneBits,
        outputBits: output.lanes * output.laneBits,
        beats: packBeats(toFields(codes, units[0].outputCode), input),
        expectedBeats: output.beats,
        timeoutCycles: cycles.latency + cycles.interval,
      });
      expect(result.outcome).toBe('complete');
      const { mismatches } = compare(result, output, units[units.length - 1].outputCode, expected);
      const taken = result.outputCycles[output.beats - 1] - result.inputCycles[0];
      console.log(`${model}, ${stall} % stalls: ${taken} cycles, ${mismatches} of ${expected.length} differ`);
      expect(mismatches).toBe(0);
      if (stall === 0) expect(taken).toBe(cycles.latency);
    }

    const reference = readNpy(zooFile(`reference/espcn_${model}_out_u8.npy`)).data;
    const { data } = toFileOrder(bounded.network, expected);
    const off = Array.from(data, (code, k) => Math.abs(code - reference[k])).filter((each) => each > 0);
    expect(data.length).toBe(reference.length);
    expect(off.length).toBeLessThanOrEqual(10);
    expect(off.every((each) => each === 1)).toBe(true);
  },
);
