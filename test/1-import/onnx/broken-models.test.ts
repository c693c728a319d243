import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, test } from 'vitest';
import { importOnnx } from '../../../src/1-import/onnx/index.js';
import { toInteger } from '../../../src/3-integer/convert.js';
import { boundNetwork } from '../../../src/4-bounds/bounds.js';
import { describeBrokenModels, survives } from '../../support/broken-goldens.js';
import { brokenOnnx } from '../../support/broken-onnx.js';
import { encodeOnnx, smallConv, smallMlp } from '../../support/onnx-builder.js';

describeBrokenModels('broken-onnx', '.onnx', brokenOnnx, importOnnx);

const work = mkdtempSync(join(tmpdir(), 'damaged-onnx-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Import, convert and bound a model with these bytes. */
function use(bytes: Uint8Array): void {
  const file = join(work, 'damaged.onnx');
  writeFileSync(file, bytes);
  boundNetwork(toInteger(importOnnx(file)));
}

test.each([
  ['dense', smallMlp],
  ['convolutional', smallConv],
] as const)(
  'a good %s model with damaged bytes, or cut anywhere, gives a network or messages, never a crash',
  (_, make) => {
    const good = encodeOnnx(make());
    survives(() => use(good));
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: good.length }),
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
        (length, changes) => {
          const bytes = Uint8Array.from(good);
          for (const [at, byte] of changes) bytes[at] = byte;
          survives(() => use(changes.length ? bytes : bytes.subarray(0, length)));
        },
      ),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 400) },
    );
  },
);
