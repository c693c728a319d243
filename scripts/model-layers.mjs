/** Random dense layers for fitting and judging the resource model: networks of one layer, planned and emitted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unitSources } from '../dist/6-emit/emit.js';
import { analyse, plan } from '../dist/compile.js';

/** A fixed sequence of numbers in 0 .. 1 (a linear congruential generator). */
function sequence(seed) {
  let state = BigInt(seed) * 2654435761n + 12345n;
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    return Number(state >> 33n) / 2 ** 31;
  };
}

/**
 * Units of dense layers of random sizes, types, foldings, policies and ways of requantisation.
 *
 * @returns [{ unit, job }], job as synthesizeAll takes it
 */
export async function modelUnits(seed, count) {
  const random = sequence(seed);
  const pick = (values) => values[Math.floor(random() * values.length)];
  const folder = mkdtempSync(join(tmpdir(), 'narrowgate-model-'));
  const units = [];
  try {
    while (units.length < count) {
      const inputs = pick([8, 12, 16, 24, 32, 48, 64, 96, 128, 200, 256, 392, 784]);
      const outputs = pick([4, 8, 10, 16, 32, 64, 128]);
      const binary = random() < 0.15;
      const weightBits = binary ? 1 : pick([2, 2, 3, 4, 4, 5, 6, 8]);
      const inputBits = binary ? 1 : pick([1, 2, 2, 3, 4, 4, 6, 8]);
      const outputBits = pick([1, 2, 2, 3, 4]);
      const sparsity = pick([0, 0.3, 0.6]);
      const top = 2 ** (weightBits - 1) - 1;
      const weight = () => {
        if (binary) return random() < 0.5 ? -1 : 1;
        return random() < sparsity ? 0 : Math.round((random() + random() - 1) * (top + 0.49));
      };
      const rows = Array.from({ length: outputs }, () => Array.from({ length: inputs }, weight));
      const reach = Math.max(4, Math.sqrt(inputs) * Math.max(1, top) * 2 ** (inputBits - 1));
      const levels = 2 ** outputBits - 1;
      const thresholds = rows.map(() => {
        const centre = (random() - 0.5) * reach;
        const step = (0.2 + random()) * (reach / levels);
        return Array.from({ length: levels }, (_, k) => Math.round(centre + (k - levels / 2) * step));
      });
      const shared = random() < 0.2;
      const type = binary
        ? { bits: 2, signed: true }
        : { bits: inputBits, signed: inputBits > 1 && random() < 0.2 };
      const model = {
        format: 'narrowgate-model',
        version: 1,
        name: 'random',
        input: { shape: [inputs], type },
        layers: [
          ...(binary ? [{ type: 'quantize', name: 'sign', encoding: 'bipolar', scale: 1 }] : []),
          {
            type: 'dense',
            name: 'layer',
            weights: { ...(binary ? { encoding: 'bipolar' } : { bits: weightBits }), values: rows },
            ...(random() < 0.85
              ? {
                  thresholds: {
                    values: shared ? [thresholds[0]] : thresholds,
                    output: { bits: outputBits, signed: false },
                  },
                }
              : {}),
          },
        ],
      };
      const divisors = (n) => Array.from({ length: n }, (_, d) => d + 1).filter((d) => n % d === 0);
      const pe = pick(divisors(outputs).filter((d) => d <= 16));
      const simd = pick(divisors(inputs).filter((d) => d <= 64));
      if (pe * simd * weightBits * inputBits > 6000 || pe * simd < 2) continue;
      const file = join(folder, 'model.json');
      writeFileSync(file, JSON.stringify(model));
      const options = {
        target: 'xc7',
        accumulator: { policy: pick(['minimal', 'minimal', 'minimal', 32]), overflow: 'refuse' },
        folds: new Map([['layer', { pe, simd }]]),
        requantisation: pick([undefined, undefined, undefined, 'threshold_parallel']),
      };
      if (options.requantisation && outputBits > 3) options.requantisation = undefined;
      const planned = plan(await analyse(file), options).plan;
      const unit = planned.units.find(({ name }) => name === 'layer');
      const name = `${units.length}: ${outputs}x${inputs} W${weightBits}A${inputBits} PE ${pe} SIMD ${simd}`;
      units.push({ unit, job: { name, top: unit.module, files: unitSources(unit) } });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return units;
}
