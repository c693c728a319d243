import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importModel } from '../../../src/1-import/index.js';
import { importJson } from '../../../src/1-import/json/index.js';
import { decodeOnnx } from '../../../src/1-import/onnx/decode.js';
import { importOnnx, importOnnxGraph } from '../../../src/1-import/onnx/index.js';
import type { Network, NetworkNode, PortType, Quantizer } from '../../../src/1-import/types.js';
import { toInteger } from '../../../src/3-integer/convert.js';
import { NarrowgateError } from '../../../src/diagnostics/diagnostic.js';
import { layersOf } from '../../../src/export/layers.js';
import { FORMATS, type OnnxFormat, writeOnnx } from '../../../src/export/onnx/index.js';
import { drawImages } from '../../support/random-images.js';
import { drawNetwork } from '../../support/random-network.js';
import { expectSameFunction } from '../../support/same-function.js';
import { skipped, zooFile, zooMissing } from '../../zoo/zoo.js';

/** Written as an .onnx file and read back, with the input port that the file does not hold. */
function through(network: Network, format: OnnxFormat): Network {
  const again = importOnnxGraph(decodeOnnx(writeOnnx(network, format), 'model.onnx'));
  return { ...again, ...(network.inputPort && { inputPort: network.inputPort }) };
}

/** Quantizers as ONNX's own, so that more networks can be written with them. */
function linear(network: Network): Network {
  const nodes = network.nodes.map((node): NetworkNode => {
    if (node.op !== 'quantize') return node;
    const { encoding, bits, ...rest } = node.quantizer;
    const quantizer: Quantizer = {
      ...rest,
      encoding: 'integer',
      bits: encoding === 'bipolar' ? 2 : bits,
      rounding: 'half-even',
      zeroPointAdded: 'after-rounding',
      ...(encoding === 'integer' && !rest.signed && { zeroPoint: Math.abs(rest.zeroPoint) }),
    };
    return { ...node, quantizer };
  });
  return { ...network, nodes };
}

/** Whether the format has words for all nodes. Anything but a message that names a node is an error. */
function isExpressible(network: Network, format: OnnxFormat): boolean {
  const needed = layersOf(network).map(({ node }) => node.op);
  if (!needed.includes('conv') && !needed.includes('dense')) return false;
  try {
    toInteger(network);
    writeOnnx(network, format);
    return true;
  } catch (error) {
    if (error instanceof NarrowgateError) return false;
    throw error;
  }
}

/** The types of activations and weights, which the function alone does not show. */
function types(network: Network): string[] {
  return layersOf(network).flatMap(({ node, steps }) =>
    [node, steps.output].flatMap((each) => {
      const type =
        each?.op === 'quantize'
          ? each.quantizer
          : each && (each.op === 'dense' || each.op === 'conv') && each.weights.encoding !== 'real'
            ? each.weights
            : undefined;
      return type ? [`${type.encoding} ${type.bits} ${type.signed} ${type.narrow}`] : [];
    }),
  );
}

describe.each(FORMATS)('%s written and read back is the same function', (format) => {
  test('random networks of dense layers', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.gen(), (g) => {
        const drawn = drawNetwork(g, { scales: 'any', layers: 3, width: 12, endsInCodes: true });
        const network = format === 'qdq' ? linear(drawn) : drawn;
        if (!isExpressible(network, format)) return;
        const again = through(network, format);
        expectSameFunction(network, again);
        if (format === 'qonnx') expect(types(again)).toEqual(types(network));
        compared++;
      }),
      { numRuns: 120 },
    );
    expect(compared).toBeGreaterThan(25);
  });

  test('random networks of images with branches', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.gen(), fc.integer({ min: 0, max: 6 }), fc.boolean(), (g, steps, first) => {
        const drawn = drawImages(g, steps);
        const quantized = format === 'qdq' ? linear(drawn) : drawn;
        const network: Network = { ...quantized, layout: first ? 'NCHW' : 'NHWC' };
        if (!isExpressible(network, format)) return;
        const again = through(network, format);
        expectSameFunction(network, again, 6);
        expect(types(again)).toEqual(types(network));
        compared++;
      }),
      { numRuns: 120 },
    );
    expect(compared).toBeGreaterThan(25);
  });
});

const pixels: PortType = { signed: false, bits: 8, scale: { numerator: 1, denominator: 255 } };
const fixed: PortType = { signed: true, bits: 16, scale: { numerator: 1, denominator: 1024 } };

describe('files', () => {
  test.each(['model-format', 'model-format-graph', 'tiny-mlp'])('examples/%s', (example) => {
    const network = importJson(`examples/${example}/model.json`);
    expectSameFunction(network, through(network, 'qonnx'));
  });

  const ZOO: readonly [file: string, format: OnnxFormat, port: PortType | undefined][] = [
    ['qonnx/TFC_1W1A.onnx', 'qonnx', undefined],
    ['qonnx/TFC_2W2A.onnx', 'qonnx', pixels],
    ['qonnx/TFC_2W2A.onnx', 'qdq', pixels],
    ['qonnx/qkeras_jettagging.onnx', 'qonnx', fixed],
    ['qonnx/qkeras_jettagging.onnx', 'qdq', fixed],
    ['qdq/kws.onnx', 'qonnx', undefined],
    ['qdq/kws.onnx', 'qdq', undefined],
    ['qdq/resnet8.onnx', 'qonnx', undefined],
    ['qdq/resnet8.onnx', 'qdq', undefined],
    ['espcn/nn_resize_quant.onnx', 'qonnx', pixels],
    ['espcn/subpixel_quant.onnx', 'qonnx', pixels],
  ];
  test.skipIf(zooMissing).each(ZOO)(
    `%s as %s${zooMissing ? `, ${skipped}` : ''}`,
    { timeout: 120_000 },
    (file, format, inputPort) => {
      const given = { ...importOnnx(zooFile(file)), ...(inputPort && { inputPort }) };
      expectSameFunction(given, through(given, format), 1);
    },
  );

  test.skipIf(zooMissing)(`float networks are refused${zooMissing ? `, ${skipped}` : ''}`, async () => {
    const network = await importModel(zooFile('float/mnist_conv.onnx'));
    expect(() => writeOnnx(network, 'qdq')).toThrow(/weights_not_quantized/);
  });
});
