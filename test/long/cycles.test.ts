/** Interval and latency of the zoo's networks in Verilator, against the plan's. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bytesPerBeat } from '../../src/7-simulate/beats.js';
import { measureCycles } from '../../src/7-simulate/comparison.js';
import { compileVerilator } from '../../src/7-simulate/verilator.js';
import { parsePortType } from '../../src/cli/parse.js';
import { analyse, generate } from '../../src/compile.js';
import { writeFolder } from '../../src/shared/output-folder.js';
import { removeFolder, workFolder } from '../cli/work-folder.js';
import { skipped, zooFile, zooMissing } from '../zoo/zoo.js';

const folder = workFolder();
afterAll(() => removeFolder(folder));

const INFERENCES = 4;
const PIXELS = ['uint8', '1/255'] as const;

/** Interval and latency in two foldings where they differ in kind: with 500,000 cycles ResNet-8 is faster at first than its FIFOs. */
test.skipIf(zooMissing).each([
  { file: 'qonnx/TFC_1W1A.onnx', port: PIXELS, cycles: [1024, 64] },
  { file: 'qonnx/TFC_2W2A.onnx', port: PIXELS, cycles: [1024] },
  { file: 'qonnx/qkeras_jettagging.onnx', port: ['fixed<16,6>'] as const, cycles: [64, 1] },
  { file: 'tflite/kws_int8.tflite', cycles: [50_000] },
  { file: 'tflite/resnet8_int8.tflite', cycles: [500_000, 300_000, 50_000] },
])(`$file takes the cycles that were planned${zooMissing ? `, ${skipped}` : ''}`, async (network) => {
  const [type, scale] = network.port ?? [];
  const bounded = await analyse(zooFile(network.file), {
    inputPort: type === undefined ? undefined : parsePortType(type, scale),
  });
  for (const cycles of network.cycles) {
    const directory = join(folder, `${network.file.replaceAll(/\W/g, '_')}-${cycles}`);
    const options = { target: 'xc7', accumulator: { overflow: 'refuse' }, cycles } as const;
    const { plan, files } = generate(bounded, options);
    writeFolder(directory, files, 'build.json');
    const simulation = await compileVerilator(directory);
    const { input, output } = plan;
    const [inputBits, outputBits] = [input, output].map(({ lanes, laneBits }) => lanes * laneBits);
    const result = await simulation.run({
      ...{ select: 0, device: 'the network', stallIn: 0, stallOut: 0, inputBits, outputBits },
      beats: new Uint8Array(INFERENCES * input.beats * bytesPerBeat(inputBits)), // values change nothing
      expectedBeats: INFERENCES * output.beats,
      timeoutCycles: 1000 + plan.cycles.latency + plan.cycles.interval,
    });
    expect(result.outcome).toBe('complete');
    const found = measureCycles(result, input.beats, output.beats);
    console.log(`${network.file} --cycles ${cycles}: interval ${found.interval}, latency ${found.latency}`);
    expect(found).toEqual(plan.cycles);
  }
});
