/** Whether two networks are the same integer function: equal types, and equal codes of the same samples. */
import { expect } from 'vitest';
import type { Network } from '../../src/1-import/types.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluateOutput } from '../../src/3-integer/evaluate.js';
import { outputReals } from '../../src/3-integer/host.js';
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

function sizeOf(network: IntegerNetwork): number {
  return network.tensors.get(network.output)?.shape.reduce((product, n) => product * n, 1) ?? 0;
}

/** Expect that a network read back computes what the first one does, codes and real values alike. */
export function expectSameFunction(before: Network, after: Network, count = 20): void {
  const [first, second] = [toInteger(before), toInteger(after)];
  const [from, to] = [first, second].map(({ tensors, input }) => tensors.get(input)?.type);
  expect({ ...to, scale: [...(to?.scale ?? [])] }).toEqual({ ...from, scale: [...(from?.scale ?? [])] });
  expect(second.inputShape).toEqual(first.inputShape);
  expect(second.outputLayout ?? second.layout).toBe(first.outputLayout ?? first.layout);
  const codes = sampleCodes(first, count);
  const [expected, found] = [first, second].map((each) => evaluateOutput(each, codes, count));
  expect(Array.from(found)).toEqual(Array.from(expected));
  const reals = [first, second].map((each, k) =>
    Array.from(outputReals(each.hostOutput, [expected, found][k], sizeOf(each))),
  );
  expect(reals[1]).toEqual(reals[0]);
}
