import fc from 'fast-check';
import { test } from 'vitest';
import { decodeTflite } from '../../../src/1-import/tflite/decode.js';
import { importTflite, importTfliteGraph } from '../../../src/1-import/tflite/index.js';
import { toInteger } from '../../../src/3-integer/convert.js';
import { boundNetwork } from '../../../src/4-bounds/bounds.js';
import { describeBrokenModels, survives } from '../../support/broken-goldens.js';
import { brokenTflite } from '../../support/broken-tflite.js';
import { encodeTflite, smallNetwork } from '../../support/tflite-builder.js';

describeBrokenModels('broken-tflite', '.tflite', brokenTflite, importTflite);

const read = (bytes: Uint8Array) => importTfliteGraph(decodeTflite(bytes, 'damaged.tflite'), 'double');
const good = encodeTflite(smallNetwork());

test('a good model cut anywhere gives messages, never a crash', () => {
  for (let length = 0; length < good.length; length += 7) survives(() => read(good.subarray(0, length)));
});

test('every byte set to its extremes, and every bit flipped, gives a network or messages', () => {
  for (let at = 0; at < good.length; at++) {
    const bytes = good.slice();
    for (const byte of [0, 127, 128, 255, good[at] ^ (1 << (at % 8))]) {
      bytes[at] = byte;
      survives(() => read(bytes));
    }
  }
});

test('damaged words in several places give a network with bounds, or messages', () => {
  const word = fc.tuple(fc.nat(good.length - 4), fc.oneof(fc.integer(), fc.integer({ min: -300, max: 300 })));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), fc.boolean(), (changes, aligned) => {
      const bytes = good.slice();
      const view = new DataView(bytes.buffer);
      for (const [at, value] of changes) view.setInt32(aligned ? at & ~3 : at, value, true);
      survives(() => boundNetwork(toInteger(read(bytes))));
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 500) },
  );
});
