import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheKey, readCached, writeCached } from '../../src/8-resources/cache.js';
import { synthesisSteps } from '../../src/8-resources/recipe.js';
import type { SynthesisJob } from '../../src/8-resources/types.js';
import { cacheFolder } from '../../src/shared/cache-folder.js';

const FIGURES = { lut: 8, sites: 9, ff: 8, dsp: 0, bram: 0.5, carry: 7 };

describe('cache entries', () => {
  let directory: string;
  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'narrowgate-cache-')), 'made');
  });
  afterEach(() => rm(join(directory, '..'), { recursive: true }));

  it('are read back, and leave no temporary file', async () => {
    expect(await readCached(directory, 'key')).toBeUndefined();
    await writeCached(directory, 'key', FIGURES);
    expect(await readCached(directory, 'key')).toEqual(FIGURES);
    expect(await readdir(directory)).toEqual(['key.json']);
  });

  it.each(['', '{"lut": 8', '{"lut": 8}', 'null', '[]', JSON.stringify({ ...FIGURES, ff: '8' })])(
    'that hold %j count as absent',
    async (text) => {
      await writeCached(directory, 'key', FIGURES);
      await writeFile(join(directory, 'key.json'), text);
      expect(await readCached(directory, 'key')).toBeUndefined();
    },
  );
});

describe('cache keys', () => {
  const job = (files: [string, string][], name = 'fc1', top = 'fc1'): SynthesisJob => ({
    name,
    top,
    files: new Map(files),
  });
  const key = (each: SynthesisJob, tool = 'Yosys 1') =>
    cacheKey(each, 'xc7', synthesisSteps('xc7', each.top, [...each.files.keys()].sort()), tool);
  const base = job([
    ['a.v', 'module'],
    ['w.mem', '00'],
  ]);

  it('do not depend on the name of the job or the order of files', () => {
    expect(key({ ...base, name: 'fc2' })).toBe(key(base));
    const swapped = [...base.files].reverse();
    expect(key(job(swapped))).toBe(key(base));
  });

  it('depend on everything else', () => {
    const others = [
      key(job([...base.files], 'fc1', 'other')),
      key(job([['a.v', 'module']])),
      key(
        job([
          ['a.v', 'module'],
          ['w.mem', '01'],
        ]),
      ),
      key(base, 'Yosys 2'),
      cacheKey(base, 'xcup', synthesisSteps('xc7', 'fc1', ['a.v']), 'Yosys 1'),
      cacheKey(base, 'xc7', synthesisSteps('xc7', 'fc1', ['a.v']).slice(1), 'Yosys 1'),
    ];
    expect(new Set([key(base), ...others]).size).toBe(others.length + 1);
  });
});

describe('cache folder', () => {
  it('follows the environment', () => {
    expect(cacheFolder({ NARROWGATE_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
    expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/narrowgate');
    expect(cacheFolder({})).toMatch(/\.cache\/narrowgate$/);
  });
});
