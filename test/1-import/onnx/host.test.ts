import { describe, expect, test } from 'vitest';
import {
  type Attribute,
  type GraphSpec,
  graphOf,
  importSpec,
  integers,
  node,
  quant,
  quantizePair,
  smallMlp,
} from '../../support/onnx-builder.js';

/** The small network with more nodes behind its output y; the last makes `end`. */
function ending(...nodes: GraphSpec['nodes']): GraphSpec {
  const spec = smallMlp();
  const { initializers } = spec;
  return {
    ...spec,
    nodes: [...spec.nodes, ...nodes],
    outputs: ['end'],
    initializers: [...initializers, integers('k', [1], [1]), integers('row', [2], [1, -1])],
  };
}

const argMax = (attributes: Readonly<Record<string, Attribute>>, input = 'y', output = 'end') =>
  node('ArgMax', [input], [output], attributes);
const topK = (attributes: Readonly<Record<string, Attribute>> = {}) =>
  node('TopK', ['y', 'k'], ['values', 'end'], attributes);

describe('the network ends in front of', () => {
  test.each<[string, GraphSpec['nodes']]>([
    ['ArgMax', [argMax({ axis: 1, keepdims: 0 })]],
    ['ArgMax that keeps the axis', [argMax({ axis: -1, keepdims: 1 })]],
    [
      'ArgMax, reshaped and cast',
      [
        argMax({ axis: 1 }, 'y', 'class'),
        node('Reshape', ['class', 'row'], ['flat']),
        node('Cast', ['flat'], ['end'], { to: 6 }),
      ],
    ],
    ['TopK', [topK()]],
    ['TopK along a named axis', [topK({ axis: 1, largest: 1, sorted: 0 })]],
    ['the values of TopK', [node('TopK', ['y', 'k'], ['end', ''])]],
  ])('%s', (_, nodes) => {
    const [network, without] = [importSpec(ending(...nodes)), importSpec(smallMlp())];
    expect(network.nodes).toEqual(without.nodes);
    expect(network.output).toBe(without.output);
    expect(network.tensors).toEqual(without.tensors);
  });

  test('ArgMax of a softmax, which stays a node', () => {
    const nodes = [node('Softmax', ['y'], ['s'], { axis: 1 }), argMax({ axis: 1 }, 's')];
    const network = importSpec(ending(...nodes));
    expect(network.nodes.at(-1)?.op).toBe('softmax');
    expect(network.output).toBe('s');
  });

  test('ArgMax of codes, and over the channels of an image in either order', () => {
    const { nodes, initializers } = quantizePair('x', 'q', 0.5, 3);
    const codes = graphOf([1, 3], { nodes: [...nodes, argMax({ axis: 1 }, 'q_codes', 'y')], initializers });
    expect(importSpec(codes)).toMatchObject({ nodes: [{ op: 'quantize' }], output: 'q_codes' });
    const image = (...rest: GraphSpec['nodes']) =>
      importSpec(graphOf([1, 3, 2, 4], quant('x', 'q'), { nodes: rest }));
    expect(image(argMax({ axis: 1 }, 'q', 'y'))).toMatchObject({ output: 'q', outputLayout: 'NCHW' });
    const last = node('Transpose', ['q'], ['t'], { perm: { ints: [0, 2, 3, 1] } });
    expect(image(last, argMax({ axis: 3 }, 't', 'y'))).toMatchObject({ output: 'q', outputLayout: 'NHWC' });
    expect(() => image(argMax({ axis: 2 }, 'q', 'y'))).toThrow(/ArgMax along axis 2 of \[1, 3, 2, 4\]/);
  });
});

test.each<[string, GraphSpec['nodes'], RegExp]>([
  ['the batch as axis', [argMax({})], /ArgMax along axis 0/],
  ['the last of equal values', [argMax({ axis: 1, select_last_index: 1 })], /select_last_index/],
  ['the smallest values', [topK({ largest: 0 })], /the smallest values/],
  ['a k that is computed', [node('TopK', ['y', 'y'], ['v', 'end'])], /k must be constant/],
  [
    'classes that the network uses',
    [argMax({ axis: 1 }, 'y', 'class'), node('Mul', ['y', 'class'], ['end'])],
    /takes the result of ArgMax/,
  ],
])('%s is refused', (_, nodes, why) => {
  expect(() => importSpec(ending(...nodes))).toThrow(why);
});
