import { describe, expect, test } from 'vitest';
import type { Network, RealWeights } from '../../src/1-import/types.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluate } from '../../src/3-integer/evaluate.js';
import { inputCodes, toFileOrder } from '../../src/3-integer/host.js';
import type { IntegerConv, IntegerNetwork } from '../../src/3-integer/types.js';
import { macsOf } from '../../src/3-integer/types.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { conv, imageNetwork, type Link, quantize, quantizer, window } from '../support/image-network.js';

function refusals(given: Network): string[] {
  try {
    toInteger(given);
  } catch (error) {
    if (error instanceof NarrowgateError)
      return error.diagnostics.map(({ code, at }) => `${code} ${at?.path}`);
    throw error;
  }
  return [];
}

function kinds({ nodes }: IntegerNetwork): string[] {
  return nodes.map(({ kind }) => kind);
}

const image = [2, 2, 1];

describe('a quantizer behind codes of the same quantizer', () => {
  const type = { scale: Float32Array.of(0.3), zeroPoint: -7, zeroPointAdded: 'after-rounding' } as const;
  const halved: Link = [
    { op: 'pool', kind: 'maximum', window: window(2, 0, 2), countPadding: false },
    [1, 1, 1],
  ];
  const flat: Link = [{ op: 'reshape' }, [1]];
  const chain = (...behind: Link[]) =>
    kinds(
      toInteger(
        imageNetwork(image, [
          quantize(8, image, type),
          halved,
          ...behind,
          conv([3], 1, window(1), [1, 1, 1]),
        ]),
      ),
    );

  test('is left out, behind pools and reshapes too', () => {
    const again = quantize(8, [1, 1, 1], type);
    const reshaped: Link[] = [flat, quantize(8, [1], type), [{ op: 'reshape' }, [1, 1, 1]]];
    expect(chain(again)).toEqual(['pool', 'conv']);
    expect(chain(again, again, ...reshaped)).toEqual(['pool', 'conv']);
  });

  test.each([
    ['scale', { scale: Float32Array.of(0.4) }],
    ['zero point', { zeroPoint: -6 }],
    ['range', { narrow: true }],
    ['sign', { signed: false, zeroPoint: 7 }],
  ])('stays when its %s is another', (_, other) => {
    expect(chain(quantize(8, [1, 1, 1], { ...type, ...other }))).toEqual(['pool', 'step', 'conv']);
  });

  test('stays where rounding down would change codes', () => {
    // float32(code * 0.3) / 0.3 is a little below some codes
    const down = { ...type, rounding: 'floor' } as const;
    const network = imageNetwork(image, [
      quantize(8, image, down),
      quantize(8, image, down),
      conv([3], 1, window(1), image),
    ]);
    expect(kinds(toInteger(network))).toEqual(['step', 'conv']);
  });

  test('stays on a declared port, whose step is a fraction and no float32', () => {
    const port = { bits: 8, signed: true, scale: { numerator: 1, denominator: 255 } } as const;
    const links = [quantize(8, image, { scale: Float32Array.of(1 / 255) }), conv([3], 1, window(1), image)];
    expect(kinds(toInteger(imageNetwork(image, links, { inputPort: port })))).toEqual(['step', 'conv']);
  });
});

describe('convolutions', () => {
  test('padding holds the zero point, and the step takes zero points off', () => {
    const links: Link[] = [
      quantize(4, image, { zeroPoint: 3 }),
      conv([1, 2, 3, 4, 5, 6, 7, -8, 1], 1, window(3, 1), image),
    ];
    const integer = toInteger(imageNetwork(image, links));
    expect(integer.nodes).toHaveLength(1);
    expect(integer.nodes[0]).toMatchObject({
      kind: 'conv',
      separate: false,
      inputs: 9,
      window: { padCode: 3 },
    });
    const { output } = evaluate(integer, Int32Array.of(4, 3, 3, 3), 1);
    const [offset] = integer.hostOutput.offset;
    expect(offset).toBe(3 * 21);
    expect(Array.from(output, (sum) => sum - offset)).toEqual([5, 4, 2, 1]); // one pixel of real value 1
  });

  test('as many groups as channels are separate, others are joined with zeros', () => {
    const four = [1, 1, 4];
    const layerOf = (groups: number, codes: number[]) =>
      toInteger(imageNetwork(four, [quantize(4, four), conv(codes, 4, window(1), four, groups)]))
        .nodes[0] as IntegerConv;
    const separate = layerOf(4, [1, 2, 3, 4]);
    expect(separate).toMatchObject({ separate: true, inputs: 1 });
    const joined = layerOf(2, [1, 2, 3, 4, 5, 6, 7, -8]);
    expect(joined).toMatchObject({ separate: false, inputs: 4 });
    expect(Array.from(joined.weights)).toEqual([1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 5, 6, 0, 0, 7, -8]);
  });

  test('zeros around an image join the window of the convolution and of a maximum', () => {
    const padded = [4, 4, 1];
    const pad: Link = [{ op: 'pad', padding: { top: 1, left: 1, bottom: 1, right: 1 } }, padded];
    const given = imageNetwork(image, [
      quantize(4, image),
      pad,
      conv(
        [...Array(9).keys()].map((k) => k - 4),
        1,
        window(3),
        image,
      ),
    ]);
    const [layer] = toInteger(given).nodes as IntegerConv[];
    expect(layer.window).toMatchObject({ padding: { top: 1, bottom: 1 }, image: { height: 2, width: 2 } });
    const maximum: Link = [
      { op: 'pool', kind: 'maximum', window: window(2, 0, 2), countPadding: false },
      image,
    ];
    const pooled = toInteger(
      imageNetwork(image, [quantize(4, image), pad, maximum, conv([1], 1, window(1), image)]),
    );
    expect(kinds(pooled)).toEqual(['pool', 'conv']);
    expect(pooled.nodes[0]).toMatchObject({ mode: 'maximum', window: { padCode: 0, padding: { top: 1 } } });
  });

  test('one pad that two nodes take is kept in both', () => {
    const padded = [4, 4, 1];
    const pad: Link = [{ op: 'pad', padding: { top: 1, left: 1, bottom: 1, right: 1 } }, padded];
    const up: Link = [{ op: 'upsample', input: 't1', factor: { height: 1, width: 2 } }, [4, 8, 1]];
    const links: Link[] = [
      quantize(4, image),
      pad,
      conv([1], 1, window(1), padded),
      up,
      conv(
        [1, 1],
        1,
        { ...window(1), kernel: { height: 1, width: 2 }, stride: { height: 1, width: 2 } },
        padded,
      ),
    ];
    expect(kinds(toInteger(imageNetwork(image, links)))).toEqual(['pool', 'upsample', 'conv']);
  });
});

describe('what waits for codes', () => {
  const up: Link = [{ op: 'upsample', factor: { height: 2, width: 2 } }, [4, 4, 1]];
  const relu = (shape: readonly number[]): Link => [{ op: 'elementwise', kind: 'relu' }, shape];

  test('moves between a layer and its quantizer stand behind the step', () => {
    const maximum: Link = [
      { op: 'pool', kind: 'maximum', window: window(2, 0, 2), countPadding: false },
      [1, 1, 1],
    ];
    const links = [
      quantize(4, image),
      conv([-1], 1, window(1), image),
      relu(image),
      maximum,
      quantize(3, [1, 1, 1]),
    ];
    const integer = toInteger(imageNetwork(image, links));
    expect(kinds(integer)).toEqual(['conv', 'step', 'pool']);
    expect(Array.from(evaluate(integer, Int32Array.of(1, 2, -3, 0), 1).output)).toEqual([3]);
  });

  test('a maximum of falling values is refused', () => {
    const maximum: Link = [
      { op: 'pool', kind: 'maximum', window: window(2, 0, 2), countPadding: false },
      [1, 1, 1],
    ];
    const negate: Link = [{ op: 'elementwise', kind: 'negate' }, [1, 1, 1]];
    const links = [
      quantize(4, image),
      conv([1], 1, window(1), image),
      maximum,
      negate,
      quantize(3, [1, 1, 1]),
    ];
    expect(refusals(imageNetwork(image, links))).toEqual(['quantizer_needed n3']);
  });

  test('two quantizers of one layer share its sums', () => {
    const links: Link[] = [
      quantize(4, image),
      conv([2], 1, window(1), image),
      quantize(3, image),
      [{ op: 'quantize', input: 't1', quantizer: quantizer(3, { scale: Float32Array.of(2) }) }, image],
      [{ op: 'add', other: 't2' }, image],
      relu(image),
      quantize(4, image),
    ];
    const integer = toInteger(imageNetwork(image, links));
    expect(kinds(integer)).toEqual(['conv', 'step', 'step', 'add', 'step']);
    expect(integer.nodes[3]).toMatchObject({ weights: [2, 1] });
  });

  test('parts of a concatenation get the quantizer that follows all of them', () => {
    const two = [2, 2, 2];
    const links: Link[] = [
      quantize(4, image),
      conv([1], 1, window(1), image),
      [{ op: 'concat', others: ['t0'] }, two],
      [{ op: 'elementwise', kind: 'multiply', operand: Float32Array.of(-1, 1) }, two],
      quantize(3, two),
    ];
    const integer = toInteger(imageNetwork(image, links));
    expect(kinds(integer)).toEqual(['conv', 'step', 'step', 'concat']);
    const { output } = evaluate(integer, Int32Array.of(1, 2, 3, -4), 1);
    expect(Array.from(output)).toEqual([-1, 1, -2, 2, -3, 3, 3, -4]);
  });

  test('depth to space: the rows of the layer take the order of the stream', () => {
    const eight = [1, 1, 8];
    const result = [2, 2, 2];
    const codes = [...Array(8).keys()].map((k) => k - 4);
    const crd: Link = [{ op: 'depth-to-space', block: 2, order: 'CRD' }, result];
    const integer = toInteger(
      imageNetwork(
        [1, 1, 1],
        [quantize(4, [1, 1, 1]), conv(codes, 8, window(1), eight), quantize(4, eight), crd],
      ),
    );
    expect(integer.nodes[2]).toMatchObject({ kind: 'depth-to-space', columnMajor: false, channels: 2 });
    expect(Array.from(evaluate(integer, Int32Array.of(1), 1).output)).toEqual([-4, 0, -3, 1, -2, 2, -1, 3]);
    const shared = toInteger(
      imageNetwork([1, 1, 8], [quantize(4, eight), crd, conv([1, 1], 1, window(1), [2, 2, 1])]),
    );
    expect(shared.nodes[0]).toMatchObject({ columnMajor: true });
  });

  test('a move of codes is made once for all that take it', () => {
    const links: Link[] = [
      quantize(4, image),
      up,
      conv([1], 1, window(1), [4, 4, 1]),
      [{ op: 'quantize', quantizer: quantizer(4) }, [4, 4, 1]],
      [{ op: 'add', other: 't1' }, [4, 4, 1]],
      quantize(4, [4, 4, 1]),
    ];
    expect(kinds(toInteger(imageNetwork(image, links)))).toEqual(['upsample', 'conv', 'step', 'add', 'step']);
  });
});

describe('averages', () => {
  const average = (padding: number, countPadding: boolean): Link => [
    { op: 'pool', kind: 'average', window: window(2, padding, 2), countPadding },
    padding ? [2, 2, 1] : [1, 1, 1],
  ];
  test('sum, then divide in the step; halves go to the even code', () => {
    const integer = toInteger(
      imageNetwork(image, [
        quantize(4, image, { zeroPoint: 1 }),
        average(0, false),
        quantize(4, [1, 1, 1]),
        conv([1], 1, window(1), [1, 1, 1]),
      ]),
    );
    expect(kinds(integer)).toEqual(['pool', 'step', 'conv']);
    const x = Int32Array.of(7, 7, 7, 5, 1, 1, 1, 1, 2, 2, 1, 1);
    expect(Array.from(evaluate(integer, x, 3).output)).toEqual([6, 0, 0]); // 22/4 = 5.5, 0, 0.5
  });
  test('padding that counts is part of the sum; padding that does not is refused', () => {
    const links = (count: boolean) => [
      quantize(4, image),
      average(1, count),
      quantize(4, image),
      conv([1], 1, window(1), image),
    ];
    expect(toInteger(imageNetwork(image, links(true))).nodes[0]).toMatchObject({
      mode: 'sum',
      window: { padCode: 0 },
    });
    expect(
      refusals(
        imageNetwork(
          [3, 3, 1],
          [quantize(4, [3, 3, 1]), average(1, false), quantize(4, image), conv([1], 1, window(1), image)],
        ),
      ),
    ).toEqual(['average_at_borders n1']);
  });
  test('sums that leave are divided by the host', () => {
    const integer = toInteger(
      imageNetwork(image, [
        quantize(4, image),
        conv([1], 1, window(1), image),
        quantize(4, image),
        average(0, false),
      ]),
    );
    expect(integer.hostOutput.nodes).toMatchObject([{ kind: 'divide', operand: Float32Array.of(4) }]);
  });
});

test('MACs of a convolution are those of all its windows', () => {
  const network = toInteger(imageNetwork(image, [quantize(4, image), conv([1], 1, window(1), image)]));
  const layers = network.nodes.filter((node) => node.kind === 'conv');
  expect(layers.map(macsOf)).toEqual([4]); // one product at each of 2 x 2 pixels
});

describe('what cannot be made integer', () => {
  test('real weights, all layers at once', () => {
    const real: RealWeights = { encoding: 'real', values: Float32Array.of(0.5) };
    const layer: Link = [{ op: 'conv', window: window(1), groups: 1, outputs: 1, weights: real }, image];
    const given = imageNetwork(image, [layer, layer]);
    expect(refusals(given)).toEqual(['model_is_float ']);
    expect(() => toInteger(given)).toThrow(/2 layers with weights and 8 MACs/);
    const some = imageNetwork(image, [quantize(4, image), conv([1], 1, window(1), image), layer, layer]);
    expect(refusals(some)).toEqual(['weights_not_quantized n2', 'weights_not_quantized n3']);
  });
  test('padding of bipolar codes, and a zero point outside the type', () => {
    for (const rest of [{ encoding: 'bipolar' }, { zeroPoint: 9 }] as const)
      expect(
        refusals(imageNetwork(image, [quantize(4, image, rest), conv([1], 1, window(1, 1), [4, 4, 1])])),
      ).toEqual(['padding_without_zero n1']);
  });
  test('a sum of a layer’s sums', () => {
    const links: Link[] = [
      quantize(4, image),
      conv([1], 1, window(1), image),
      [{ op: 'add', other: 't0' }, image],
      quantize(4, image),
    ];
    expect(refusals(imageNetwork(image, links))).toEqual(['add_needs_quantizer n2']);
  });
  test('a sum without quantizer, and one of too many codes', () => {
    const two = (bits: number, after: readonly Link[]): Network =>
      imageNetwork(image, [
        quantize(bits, image),
        conv([1], 1, window(1), image),
        quantize(bits, image),
        [{ op: 'add', other: 't0' }, image],
        ...after,
      ]);
    expect(refusals(two(4, []))).toEqual(['quantizer_needed n3']);
    expect(refusals(two(12, [quantize(4, image)]))).toEqual(['add_too_large n3']);
  });
  test('a sum of tenths that steps of two tenths follow: half of its pairs are ties, which float32 rounds this way and that', () => {
    // float32 rounds equal sums of tenths differently, and a step of two tenths has ties
    const tenth = { scale: Float32Array.of(0.1) };
    const noisy = imageNetwork(image, [
      quantize(8, image, tenth),
      conv([1], 1, window(1), image),
      quantize(8, image, tenth),
      [{ op: 'add', other: 't0' }, image],
      quantize(8, image, { scale: Float32Array.of(0.2) }),
    ]);
    const add = toInteger(noisy).nodes.find((node) => node.kind === 'add');
    expect(add?.weights).toEqual([1, 1]);
    expect(add?.deviating?.of).toBe(256 * 256);
    expect(add?.deviating?.codes).toBeLessThan(256 * 32);
  });
  test('tensors of different types joined in front of a layer', () => {
    const links: Link[] = [
      quantize(4, image),
      conv([1], 1, window(1), image),
      quantize(3, image),
      [{ op: 'concat', others: ['t0'] }, [2, 2, 2]],
      conv([1, 1], 1, window(1), image),
    ];
    expect(refusals(imageNetwork(image, links))).toEqual(['concat_types n4']);
  });
  test('windows on a vector', () => {
    expect(refusals(imageNetwork([4], [quantize(4, [4]), conv([1], 1, window(1), [4])]))).toEqual([
      'image_needed n1',
    ]);
  });
});

describe('integer kernels', () => {
  const multiply = (zeroPoint: number): Link => [
    {
      op: 'requantize',
      arithmetic: {
        kind: 'multiply',
        bias: Int32Array.of(2),
        multiplier: Int32Array.of(2 ** 30, 0).slice(0, 1),
        shift: Int32Array.of(0),
        scale: Float64Array.of(0.5),
        rounding: 'double',
      },
      quantizer: quantizer(4, { zeroPoint }),
      minimum: -2,
      maximum: 5,
    },
    image,
  ];
  test('sums lose the zero points, gain the bias, and are clamped', () => {
    const given = imageNetwork(image, [
      quantize(4, image, { zeroPoint: 1 }),
      conv([3], 1, window(1), image),
      multiply(-1),
    ]);
    const x = Int32Array.of(1, 2, -8, 7);
    // (3 * (x - 1) + 2) / 2 - 1 with halves towards +infinity
    expect(Array.from(evaluate(toInteger(given), x, 1).output)).toEqual([0, 2, -2, 5]);
  });
  test('a channel whose multiplier is zero gives one code', () => {
    const [node, shape] = multiply(1);
    const dead = {
      ...node,
      arithmetic: {
        ...('arithmetic' in node && node.arithmetic),
        multiplier: Int32Array.of(0),
        bias: Int32Array.of(2 ** 30),
      },
    } as Link[0];
    const integer = toInteger(
      imageNetwork(image, [quantize(4, image), conv([3], 1, window(1), image), [dead, shape]]),
    );
    expect(integer.nodes[1]).toMatchObject({ base: 1, thresholds: Float64Array.of(Infinity) });
  });
  test('an average divides the sum of the codes themselves', () => {
    const divide: Link = [
      {
        op: 'requantize',
        arithmetic: { kind: 'divide', count: 4, zeroPoint: 1 },
        quantizer: quantizer(4, { zeroPoint: 1 }),
        minimum: -8,
        maximum: 7,
      },
      [1, 1, 1],
    ];
    const pool: Link = [{ op: 'pool', kind: 'average', window: window(2), countPadding: false }, [1, 1, 1]];
    const integer = toInteger(
      imageNetwork(image, [
        quantize(4, image, { zeroPoint: 1 }),
        pool,
        divide,
        conv([1], 1, window(1), [1, 1, 1]),
      ]),
    );
    const { tensors } = evaluate(integer, Int32Array.of(1, 1, 2, 2, -1, -1, -2, -2, 7, 7, 7, 7), 3);
    expect(Array.from(tensors.get('t2') ?? [])).toEqual([2, -2, 7]);
  });
});

describe('images in files', () => {
  const shape = [2, 3, 2];
  const integer = toInteger(
    imageNetwork(shape, [quantize(8, shape), conv([1, 0, 0, 1], 2, window(1), shape)], { layout: 'NCHW' }),
  );
  const data = Int32Array.from({ length: 12 }, (_, k) => k);
  test('channels first in the file, last in hardware', () => {
    expect(integer.inputShape).toEqual([2, 2, 3]);
    const { codes } = inputCodes(integer, { shape: [1, 2, 2, 3], data }, 'x.npy');
    expect(Array.from(codes)).toEqual([0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]);
    const { output } = evaluate(integer, codes, 1);
    expect(toFileOrder(integer, output)).toEqual({ data, shape: [2, 2, 3] });
    expect(toFileOrder({ ...integer, outputLayout: 'NHWC' }, output).shape).toEqual([2, 3, 2]);
  });
});
