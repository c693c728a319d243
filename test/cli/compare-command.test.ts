import { describe, expect, test } from 'vitest';
import { compareCommand } from '../../src/cli/compare-command.js';

describe('the command in a report', () => {
  test('has every option that changes the result', () => {
    expect(
      compareCommand({
        model: 'nets/tiny.onnx',
        output: 'somewhere',
        json: true,
        junit: 'result.xml',
        accumulators: '32,l1',
        overflow: 'wrap',
        target: 'xc7',
        device: 'xc7z020',
        utilisation: '50',
        maxLut: '900',
        cycles: '64',
        fold: 'work/fold.json',
        engine: 'auto',
        searchEffort: '500',
        requantise: 'scale_shift',
        inputType: 'fixed<16,6>',
        inputScale: '1/255',
        tfliteRounding: 'exact',
        inputs: '/data/x.npy',
        labels: '/data/y.npy',
        count: '9',
        simulator: 'icarus',
      }),
    ).toBe(
      'narrowgate compare tiny.onnx --accumulators 32,l1 --overflow wrap --target xc7 --device xc7z020 --utilisation 50 ' +
        "--max-lut 900 --cycles 64 --fold fold.json --engine auto --search-effort 500 --requantise scale_shift --input-type 'fixed<16,6>' " +
        '--input-scale 1/255 --tflite-rounding exact --inputs x.npy --labels y.npy --count 9 --simulator icarus -o report',
    );
  });

  test('leaves defaults out, and quotes what a shell would split', () => {
    const given = { model: "it's mine.json", accumulators: '32', overflow: 'refuse', simulator: 'both' };
    expect(compareCommand(given)).toBe("narrowgate compare 'it'\\''s mine.json' --accumulators 32 -o report");
  });
});
