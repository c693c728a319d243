/** Float networks of images made by hand or at random, as front ends give them before quantization. */
import type { ElementwiseNode, Network } from '../../src/1-import/types.js';
import { imageNetwork, type Link, window } from './image-network.js';

/** Numbers that look random and are the same every time (a linear congruential generator). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export function randomArray(length: number, seed: number, scale = 1): Float32Array {
  const next = randomNumbers(seed);
  return Float32Array.from({ length }, () => scale * next());
}

type Shape = readonly number[];

/** A convolution with real weights over as many positions as the shape says. */
export function realConv(
  channels: number,
  shape: Shape,
  kernel: number,
  seed: number,
  rest: { readonly groups?: number; readonly stride?: number; readonly input?: string } = {},
): Link {
  const { groups = 1, stride = 1, input } = rest;
  const outputs = shape[2];
  const values = randomArray((outputs * kernel * kernel * channels) / groups, seed, 0.5);
  const taps = window(kernel, (kernel - 1) / 2, stride);
  const weights = { encoding: 'real', values } as const;
  return [{ op: 'conv', window: taps, groups, outputs, weights, ...(input && { input }) }, shape];
}

export function realDense(inputs: number, outputs: number, seed: number): Link {
  const weights = { encoding: 'real', values: randomArray(inputs * outputs, seed, 0.5) } as const;
  return [{ op: 'dense', inputs, outputs, weights }, [outputs]];
}

export function elementwise(
  kind: ElementwiseNode['kind'],
  shape: Shape,
  rest: Partial<Pick<ElementwiseNode, 'operand' | 'multiplier' | 'minimum' | 'maximum' | 'input'>> = {},
): Link {
  return [{ op: 'elementwise', kind, ...rest }, shape];
}

/** Convolution, batch norm, ReLU, maximum pool, flatten, dense, bias: t0 .. t6. */
export function smallNetwork(): Network {
  const image = [6, 6, 2];
  return imageNetwork(image, [
    realConv(2, [6, 6, 4], 3, 1),
    elementwise('normalize', [6, 6, 4], {
      multiplier: Float32Array.of(2, -0.5, 1, 0.25),
      operand: Float32Array.of(0.5, 1, -0.25, 0),
    }),
    elementwise('relu', [6, 6, 4]),
    [{ op: 'pool', kind: 'maximum', window: window(2, 0, 2), countPadding: false }, [3, 3, 4]],
    [{ op: 'reshape' }, [36]],
    realDense(36, 5, 2),
    elementwise('add', [5], { operand: Float32Array.of(0.1, -0.2, 0.3, 0, 1) }),
  ]);
}

/** A residual network whose end is an average pool and a dense layer; one branch has a convolution of its own. */
export function residualNetwork(): Network {
  const [image, deep] = [
    [6, 6, 3],
    [6, 6, 4],
  ];
  return imageNetwork(image, [
    realConv(3, deep, 3, 3), // t0
    elementwise('add', deep, { operand: Float32Array.of(0.1, 0.2, -0.1, 0) }), // t1
    elementwise('relu', deep), // t2
    realConv(4, deep, 3, 4), // t3
    elementwise('add', deep, { operand: Float32Array.of(0, 0.1, 0.2, 0.3) }), // t4
    [{ op: 'add', other: 't2', input: 't4' }, deep], // t5
    elementwise('relu', deep), // t6
    realConv(4, [3, 3, 4], 1, 5, { stride: 2 }), // t7
    realConv(4, [3, 3, 2], 3, 6, { stride: 2, input: 't6' }), // t8
    elementwise('relu', [3, 3, 2]), // t9
    elementwise('clip', [3, 3, 4], { minimum: 0, maximum: 6, input: 't7' }), // t10
    [{ op: 'concat', others: ['t9'], input: 't10' }, [3, 3, 6]], // t11
    [{ op: 'pool', kind: 'average', window: window(3, 0, 3), countPadding: false }, [1, 1, 6]], // t12
    [{ op: 'reshape' }, [6]], // t13
    realDense(6, 3, 7), // t14
    [{ op: 'softmax' }, [3]], // t15
  ]);
}
