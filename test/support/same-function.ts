/** Whether two networks are the same integer function: equal types, and equal codes of the same samples. */
import { expect } from 'vitest';
import type { Network } from '../../src/1-import/types.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluateOutput } from '../../src/3-integer/evaluate.js';
import { inputCodes, outputReals, toFileOrder } from '../../src/3-integer/host.js';
import type { IntegerNetwork } from '../../src/3-integer/types.js';

/** Pseudo-random codes of a network's input port, the ends of the type among them. */
export function sampleCodes(network: IntegerNetwork, count: number): Int32Array {
  const tensor = network.tensors.get(network.input);
  if (!tensor) throw new Error('no input');
  const { min, max, encoding } = tensor.type;
  const size = tensor.shape.reduce((product, n) => product * n, 1);
  let state = 12345;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
  return Int32Array.from({ length: count * size }, (_, k) => {
    const sample = Math.floor(k / size);
    if (encoding === 'bipolar') return next() < 0.5 ? -1 : 1;
    if (sample < 2) return sample === 0 ? min : max;
    return min + Math.floor(next() * (max - min + 1));
  });
}

const squeezed = (shape: readonly number[]) => shape.filter((n) => n !== 1);

/** What a user's array of codes gives, in the order of the model file: codes, shape of a sample, real values. */
function results(network: IntegerNetwork, codes: Int32Array, count: number): unknown {
  const shape = [count, ...network.inputShape];
  const input = inputCodes(network, { shape, data: codes }, 'x.npy').codes;
  const output = evaluateOutput(network, input, count);
  const size = output.length / count;
  const reals = outputReals(network.hostOutput, output, size);
  const [ordered, values] = [output, reals].map((data) => toFileOrder(network, data));
  return {
    inputShape: squeezed(network.inputShape),
    shape: squeezed(ordered.shape),
    codes: Array.from(ordered.data),
    reals: Array.from(values.data),
  };
}

/** Expect that a network read back computes what the first one does, codes and real values alike, of the same arrays. */
export function expectSameFunction(before: Network, after: Network, count = 20): void {
  const [first, second] = [toInteger(before), toInteger(after)];
  const [from, to] = [first, second].map(({ tensors, input }) => tensors.get(input)?.type);
  expect({ ...to, scale: [...(to?.scale ?? [])] }).toEqual({ ...from, scale: [...(from?.scale ?? [])] });
  const codes = sampleCodes(first, count);
  expect(results(second, codes, count)).toEqual(results(first, codes, count));
}
