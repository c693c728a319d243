/** A model written into a folder of its own, and read back. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { importJson } from '../../src/1-import/json/index.js';
import type { Network } from '../../src/1-import/types.js';
import { formatJsonNetwork, MODEL_FILE, writeJsonNetwork } from '../../src/export/json/index.js';

/** Do something with a folder that is removed afterwards. */
export function withFolder<Result>(
  files: ReadonlyMap<string, string | Uint8Array>,
  use: (folder: string) => Result,
): Result {
  const folder = mkdtempSync(join(tmpdir(), 'narrowgate-model-'));
  try {
    for (const [path, content] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function throughFolder(network: Network): Network {
  return withFolder(writeJsonNetwork(network), (folder) => importJson(join(folder, MODEL_FILE)));
}

export function throughText(network: Network): Network {
  const files = new Map([[MODEL_FILE, formatJsonNetwork(network)]]);
  return withFolder(files, (folder) => importJson(join(folder, MODEL_FILE)));
}
