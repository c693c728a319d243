/**
 * Layers for fitting and judging the resource model: random networks of two dense layers in the sizes and types of
 * small classifiers, planned as `build --cycles` plans them, so that engine, folding and requantisation are the plan's.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unitSources } from '../dist/6-emit/emit.js';
import { analyse, plan } from '../dist/compile.js';

/** Seeds: of the layers that the model is fitted to, and of those that judge it. */
export const FIT_SEED = 1;
export const JUDGE_SEED = 2;

/** Products per cycle, weighed by their bits, beyond which a network is not drawn: some thousand LUTs. */
const MOST_LUTS = 3500;

/** A fixed sequence of numbers in 0 .. 1 (a linear congruential generator). */
function sequence(seed) {
  let state = BigInt(seed) * 2654435761n + 12345n;
  const next = () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    return Number(state >> 33n) / 2 ** 31;
  };
  for (let k = 0; k < 8; k++) next(); // small seeds begin alike
  return next;
}

/**
 * Units of random networks.
 *
 * @param seed the same seed gives the same units
 * @param count of dense units
 * @param ways true: some networks are forced to a requantisation that the plan seldom takes, and the units before and
 *   behind the dense layers are returned too
 * @returns [{ unit, job, hash }], job as synthesizeAll takes it
 */
export async function modelUnits(seed, count, ways = false) {
  const random = sequence(seed);
  const folder = mkdtempSync(join(tmpdir(), 'narrowgate-model-'));
  const units = [];
  let [dense, networks] = [0, 0];
  try {
    while (dense < count) {
      const { model, options, text } = network(random);
      if (ways && random() < 0.25)
        options.requantisation = pick(random, ['threshold_search', 'threshold_parallel', 'scale_shift']);
      const file = join(folder, 'model.json');
      writeFileSync(file, JSON.stringify(model));
      const planned = plan(await analyse(file), options).plan;
      networks += 1;
      for (const unit of planned.units) {
        if (unit.kind === 'dense' ? dense >= count : !ways) continue;
        if (unit.kind === 'dense') dense += 1;
        const { pe, simd } = unit.fold ?? {};
        const how = unit.fold ? ` ${unit.engine} PE ${pe} SIMD ${simd} ${unit.requantisation ?? 'sums'}` : '';
        const name = `${networks}: ${text} ${unit.name}${how}`;
        const files = unitSources(unit);
        const own = [...files].filter(([file]) => file.startsWith(unit.module)).sort(); // without the library
        const hash = createHash('sha256').update(JSON.stringify(own)).digest('hex').slice(0, 16);
        units.push({ unit, job: { name, top: unit.module, files }, hash });
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return units;
}

const pick = (random, values) => values[Math.floor(random() * values.length)];

/** A network and the options of its plan. */
function network(random) {
  for (;;) {
    const small = random() < 0.3; // such as jet tagging: some are unrolled
    const inputs = pick(
      random,
      small ? [10, 16, 16, 24, 32, 64] : [49, 64, 100, 128, 196, 256, 400, 784, 784],
    );
    const hidden = pick(random, small ? [8, 16, 24, 32, 32, 64] : [16, 32, 64, 64, 100, 128, 256]);
    const outputs = pick(random, small ? [1, 2, 5, 5, 8, 10, 16] : [4, 5, 10, 10, 16, 32, 64]);
    const cycles = pick(
      random,
      small ? [1, 1, 1, 4, 8, 16, 32, 64, 256] : [16, 32, 64, 64, 128, 256, 512, 1024, 1024],
    );
    const weights = pick(random, [1, 1, 1, 2, 2, 2, 3, 4, 4, 5, 6, 8]);
    const binary = random() < (weights === 1 ? 0.4 : 0.1);
    const activations = binary
      ? 1
      : pick(
          random,
          [2, 2, 2, 3, 4, 4, 6, 8].filter((bits) => bits <= weights + 3),
        );
    const bipolar = binary && random() < 0.8;
    const first = bipolar ? 1 : pick(random, [activations, activations, 8]);
    const lutsOf = (macs, bits) =>
      Math.ceil(macs / cycles) * (bipolar ? 2 : Math.ceil(weights / 2) * (bits + 1.5));
    const luts = lutsOf(inputs * hidden, first) + lutsOf(hidden * outputs, activations);
    if (luts > MOST_LUTS) continue;
    const sizes = [inputs, hidden, outputs];
    const narrow = weights > 1 && random() < 0.5;
    const sparsity = pick(random, [0, 0.2, 0.5]);
    const inside = { weights, narrow, sparsity };
    const output = bipolar ? { encoding: 'bipolar' } : { bits: activations, signed: false };
    const style = pick(random, ['channel', 'channel', 'channel', 'shift', 'curved', 'shared']);
    const leaves = random() < 0.6; // the last layer's sums leave as they are
    const layer = (at) => {
      const values = weightRows(random, sizes[at + 1], sizes[at], inside);
      const spread = deviation(values, at === 0 ? first : activations, bipolar);
      return {
        type: 'dense',
        name: ['first', 'second'][at],
        weights: { ...(weights === 1 ? { encoding: 'bipolar' } : { bits: weights, narrow }), values },
        ...(at === 1 && leaves
          ? {}
          : {
              thresholds: {
                values: thresholdRows(random, style, sizes[at + 1], bipolar ? 1 : activations, spread),
                output,
              },
            }),
      };
    };
    const model = {
      format: 'narrowgate-model',
      version: 1,
      name: 'random',
      input: {
        shape: [inputs],
        type: bipolar ? { bits: 8, signed: true } : { bits: first, signed: first > 1 && random() < 0.15 },
      },
      layers: [
        ...(bipolar ? [{ type: 'quantize', name: 'sign', encoding: 'bipolar', scale: 1 }] : []),
        layer(0),
        layer(1),
      ],
    };
    const options = {
      target: 'xc7',
      accumulator: {
        policy: pick(random, ['minimal', 'minimal', 'minimal', 'l1', 'datatype', 32]),
        overflow: 'refuse',
      },
      cycles,
    };
    const text = `${sizes.join('x')} W${weights}A${activations}${bipolar ? ' bipolar' : ''} in ${cycles}`;
    return { model, options, text };
  }
}

/** Codes of bell-shaped weights. */
function weightRows(random, outputs, inputs, { weights, narrow, sparsity }) {
  const top = 2 ** (weights - 1) - 1;
  const bottom = narrow ? -top : -top - 1;
  const bell = () => random() + random() + random() - 1.5; // standard deviation 0.5
  const weight = () => {
    if (weights === 1) return random() < 0.5 ? -1 : 1;
    if (random() < sparsity) return 0;
    return Math.max(bottom, Math.min(top, Math.round(bell() * (top + 0.5))));
  };
  return Array.from({ length: outputs }, () => Array.from({ length: inputs }, weight));
}

/** Standard deviation of a sum, about. */
function deviation(rows, bits, bipolar) {
  const squares = rows.reduce((sum, row) => sum + row.reduce((own, w) => own + w * w, 0), 0) / rows.length;
  return Math.max(2, Math.sqrt(squares) * (bipolar ? 1 : 2 ** bits / 2));
}

/** Ascending thresholds of every channel: a batch norm's, a power of two's with biases, a curve's, or one row for all. */
function thresholdRows(random, style, channels, bits, spread) {
  const levels = 2 ** bits - 1;
  const position = (k) => {
    const x = (k + 0.5) / levels; // 0 .. 1
    return style === 'curved' ? Math.log(x / (1 - x + 0.001) + 0.001) / 4 : x - 0.5;
  };
  const row = () => {
    const step = style === 'shift' ? 2 ** Math.max(0, Math.round(Math.log2((3 * spread) / levels))) : 0;
    const centre = Math.round((random() - 0.5) * 2 * spread);
    if (step) return Array.from({ length: levels }, (_, k) => centre + k * step + step / 2).map(Math.ceil);
    const width = (1 + 3 * random()) * spread;
    return Array.from({ length: levels }, (_, k) => Math.round(centre + position(k) * width));
  };
  return Array.from({ length: style === 'shared' ? 1 : channels }, row);
}
