/** Orders of channels: permutations, worth their while, and without effect on what a network computes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluate } from '../../src/3-integer/evaluate.js';
import { inputCodes } from '../../src/3-integer/host.js';
import type { IntegerDense, IntegerNetwork } from '../../src/3-integer/types.js';
import { boundNetwork } from '../../src/4-bounds/bounds.js';
import { layerBehind, permuteChannels } from '../../src/5-plan/permute.js';
import { planNetwork } from '../../src/5-plan/plan.js';
import { totalBits } from '../../src/5-plan/starts.js';
import type { Plan } from '../../src/5-plan/types.js';
import { drawInputs, drawNetwork } from '../support/random-network.js';

const SAMPLES = 12;

/** Calls back with random networks and codes for them. */
function forNetworks(
  check: (network: IntegerNetwork, codes: Int32Array, g: fc.GeneratorValue) => void,
  numRuns = 2000,
): void {
  fc.assert(
    fc.property(fc.gen(), (g) => {
      const drawn = drawNetwork(g, { scales: 'any', layers: 3, width: 8, endsInCodes: g(fc.boolean) });
      let network: IntegerNetwork;
      try {
        network = toInteger(drawn);
      } catch {
        return; // mixed directions: tested elsewhere
      }
      const data = Float32Array.from(drawInputs(g, drawn, SAMPLES).flat());
      const { codes } = inputCodes(network, { shape: [SAMPLES, drawn.input.shape[0]], data }, 'x');
      check(network, codes, g);
    }),
    { numRuns, interruptAfterTimeLimit: 30_000 },
  );
}

/** Elements of every sample in a new order. */
function reordered(values: ArrayLike<number>, order: readonly number[]): number[] {
  return Array.from(values, (_, k) => {
    const channel = k % order.length;
    return values[k - channel + order[channel]];
  });
}

const ascending = (order: readonly number[]) => [...order].sort((a, b) => a - b);

describe('permuting channels', () => {
  test('the outputs stay, hidden tensors and bounds are permuted', () => {
    let moved = 0;
    forNetworks((network, codes, g) => {
      const orders = new Map(
        network.nodes
          .filter((node): node is IntegerDense => node.kind === 'dense')
          .filter((layer) => layerBehind(network, layer) !== undefined)
          .map(({ name, outputs }) => {
            const channels = Array.from({ length: outputs }, (_, channel) => channel);
            return [
              name,
              g(() => fc.shuffledSubarray(channels, { minLength: outputs, maxLength: outputs })),
            ] as const;
          }),
      );
      const bounded = boundNetwork(network);
      const permuted = permuteChannels(bounded, orders);
      const [before, after] = [network, permuted.network].map((each) => evaluate(each, codes, SAMPLES));
      expect(Array.from(after.output)).toEqual(Array.from(before.output));
      for (const [name, order] of orders) {
        if (ascending(order).some((channel, k) => channel !== order[k])) moved++;
        const layer = network.nodes.find((node) => node.name === name);
        const tensor = layer?.output ?? '';
        expect(Array.from(after.tensors.get(tensor) ?? [])).toEqual(
          reordered(before.tensors.get(tensor) ?? [], order),
        );
      }
      // bounds of the permuted network are the permuted bounds
      const anew = boundNetwork(permuted.network);
      for (const [name, { ranges }] of permuted.accumulators)
        expect(anew.accumulators.get(name)?.ranges, name).toEqual(ranges);
    });
    expect(moved).toBeGreaterThan(25);
  });
});

describe('chosen orders', () => {
  test('are permutations of hidden layers, and save bits of accumulators', () => {
    let chosen = 0;
    forNetworks((network, _codes, g) => {
      const folds = new Map(
        network.nodes
          .filter((node): node is IntegerDense => node.kind === 'dense')
          .map(({ name, inputs, outputs }) => {
            const divisor = (n: number) =>
              g(fc.constantFrom, ...Array.from({ length: n }, (_, k) => k + 1).filter((d) => n % d === 0));
            return [name, { pe: divisor(outputs), simd: divisor(inputs) }] as const;
          }),
      );
      const plan = (perPeWidths: boolean): Plan =>
        planNetwork(boundNetwork(network), {
          target: 'xc7',
          accumulator: { policy: 'minimal', overflow: 'refuse' },
          folds,
          perPeWidths,
        });
      const { channelOrders, units } = plan(true);
      for (const [name, order] of channelOrders) {
        const layer = network.nodes.find((node): node is IntegerDense => node.name === name);
        expect(ascending(order)).toEqual(Array.from({ length: layer?.outputs ?? 0 }, (_, k) => k));
        expect(layer && layerBehind(network, layer)).toBeDefined();
        chosen++;
      }
      const bitsOf = (each: Plan['units']) =>
        each.flatMap(({ accumulator, fold }) =>
          accumulator && fold ? [totalBits({ accumulator }, fold)] : [],
        );
      const uniform = bitsOf(plan(false).units);
      bitsOf(units).forEach((bits, k) => {
        expect(bits).toBeLessThanOrEqual(uniform[k]);
      });
    });
    expect(chosen).toBeGreaterThan(5);
  });
});
