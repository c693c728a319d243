import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importModel } from '../../../src/1-import/index.js';
import { importJson } from '../../../src/1-import/json/index.js';
import { importOnnx } from '../../../src/1-import/onnx/index.js';
import type { Network, PortType } from '../../../src/1-import/types.js';
import { toInteger } from '../../../src/3-integer/convert.js';
import { NarrowgateError } from '../../../src/diagnostics/diagnostic.js';
import { formatJsonNetwork, writeJsonNetwork } from '../../../src/export/json/index.js';
import { layersOf } from '../../../src/export/layers.js';
import { interpret } from '../../support/float-interpreter.js';
import { throughFolder, throughText } from '../../support/model-folder.js';
import { drawImages } from '../../support/random-images.js';
import { drawNetwork } from '../../support/random-network.js';
import { expectSameFunction } from '../../support/same-function.js';
import { skipped, zooFile, zooMissing } from '../../zoo/zoo.js';

/** Whether JSON has words for all nodes: odd zero points, limits and paddings are drawn too. */
function isExpressible(network: Network): boolean {
  const needed = layersOf(network).map(({ node }) => node.op);
  if (!needed.includes('conv') && !needed.includes('dense')) return false;
  try {
    writeJsonNetwork(network);
    return true;
  } catch (error) {
    if (!(error instanceof NarrowgateError)) throw error;
    expect(new Set(error.diagnostics.map(({ code }) => code))).toEqual(new Set(['export_not_expressible']));
    return false;
  }
}

function canBeBuilt(network: Network): boolean {
  try {
    toInteger(network);
    return true;
  } catch (error) {
    if (error instanceof NarrowgateError) return false;
    throw error;
  }
}

describe('a network written and read back is the same function', () => {
  test('random networks of dense layers', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.gen(), fc.boolean(), (g, inText) => {
        const network = drawNetwork(g, { scales: 'any', layers: 3, width: 12, endsInCodes: true });
        if (!isExpressible(network) || !canBeBuilt(network)) return;
        expectSameFunction(network, inText ? throughText(network) : throughFolder(network));
        compared++;
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(60);
  });

  test('random networks of images with branches', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.gen(), fc.integer({ min: 0, max: 6 }), fc.boolean(), (g, steps, inText) => {
        const network = drawImages(g, steps);
        if (!isExpressible(network) || !canBeBuilt(network)) return;
        expectSameFunction(network, inText ? throughText(network) : throughFolder(network), 6);
        compared++;
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  test.each(['model-format', 'model-format-graph', 'tiny-mlp'])('examples/%s, names included', (example) => {
    const network = importJson(`examples/${example}/model.json`);
    const again = throughFolder(network);
    expectSameFunction(network, again);
    expect(again.nodes.map(({ name }) => name)).toEqual(network.nodes.map(({ name }) => name));
    expect(again.inputPort).toEqual(network.inputPort);
    expect(formatJsonNetwork(again)).toBe(formatJsonNetwork(network));
  });

  const pixels: PortType = { signed: false, bits: 8, scale: { numerator: 1, denominator: 255 } };
  const fixed: PortType = { signed: true, bits: 16, scale: { numerator: 1, denominator: 1024 } };
  const ZOO: readonly [file: string, port: PortType | undefined][] = [
    ['qonnx/TFC_1W1A.onnx', undefined],
    ['qonnx/TFC_2W2A.onnx', pixels],
    ['qonnx/qkeras_jettagging.onnx', fixed],
    ['qdq/kws.onnx', undefined],
    ['qdq/resnet8.onnx', undefined],
    ['espcn/nn_resize_quant.onnx', pixels],
    ['espcn/subpixel_quant.onnx', pixels],
  ];
  test.skipIf(zooMissing).each(ZOO)(
    `%s${zooMissing ? `, ${skipped}` : ''}`,
    { timeout: 120_000 },
    (file, inputPort) => {
      const given = { ...importOnnx(zooFile(file)), ...(inputPort && { inputPort }) };
      expectSameFunction(given, throughFolder(given), 1);
    },
  );

  const FLOAT = ['float/mnist_conv.onnx', 'float/resnet8_float.tflite'];
  test.skipIf(zooMissing).each(FLOAT)(`%s, in float32${zooMissing ? `, ${skipped}` : ''}`, async (file) => {
    const given = await importModel(zooFile(file));
    const again = throughFolder(given);
    expect(again.layout).toBe(given.layout);
    const elements = given.input.shape.reduce((product, n) => product * n, 1);
    const sample = Float32Array.from({ length: elements }, (_, k) => ((k * 37) % 256) / 255);
    const [expected, found] = [given, again].map((each) => interpret(each, sample).get(each.output)?.data);
    expect(found).toEqual(expected);
    expect(() => toInteger(again)).toThrow(/model_is_float/);
  });
});

test('writing twice gives the same bytes', () => {
  const network = importJson('examples/model-format-graph/model.json');
  expect([...writeJsonNetwork(network)]).toEqual([...writeJsonNetwork(network)]);
});
