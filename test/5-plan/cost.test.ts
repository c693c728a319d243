import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { divisors, foldShape } from '../../src/5-plan/fold.js';
import { totalEstimate } from '../../src/5-plan/model.js';
import { isLayer, planNetwork } from '../../src/5-plan/plan.js';
import type { Estimate } from '../../src/5-plan/types.js';
import { analyse } from '../../src/compile.js';

const examples = join(dirname(fileURLToPath(import.meta.url)), '../../examples');

/** LUTs, half of them as sites, and block RAM in the LUTs that its bits would take. */
const price = ({ lut, sites, bram }: Estimate) => (lut + sites) / 2 + (bram * 36_864) / 512;

test.each([
  ['mnist-mlp/w2a2-p12', 1024],
  ['mnist-mlp/w2a2-p12', 100],
  ['mnist-mlp/w4a4-p12', 1024],
  ['mnist-cnn/w4a4-p12', 8000],
])(
  '%s at %d cycles: no other folding of one layer is cheaper by the resource model',
  async (model, cycles) => {
    const bounded = await analyse(join(examples, model, 'model.json'));
    const options = { target: 'xc7', accumulator: { policy: 'l1', overflow: 'refuse' } } as const;
    const chosen = planNetwork(bounded, { ...options, cycles });
    const folds = new Map(
      chosen.units.flatMap(({ node, array }) => {
        const { parameters } = array.at(-1) ?? {};
        const [pe, simd] = [Number(parameters?.get('PE')), Number(parameters?.get('SIMD'))];
        return node && pe ? [[node, { pe, simd }]] : [];
      }),
    );
    const layers = bounded.network.nodes.filter(isLayer);
    expect([...folds.keys()]).toEqual(layers.map(({ name }) => name));
    const least = price(totalEstimate(chosen.estimates));
    for (const layer of layers) {
      const { inputs, outputs, vectors, peOf, simdOf } = foldShape(layer);
      for (const pe of divisors(peOf))
        for (const simd of divisors(simdOf)) {
          if (vectors * (outputs / pe) * (inputs / simd) > cycles) continue;
          const other = planNetwork(bounded, {
            ...options,
            folds: new Map([...folds, [layer.name, { pe, simd }]]),
          });
          if (other.cycles.interval > cycles) continue;
          expect(price(totalEstimate(other.estimates)), `${layer.name} ${pe} x ${simd}`).toBeGreaterThan(
            0.99 * least,
          );
        }
    }
  },
);
