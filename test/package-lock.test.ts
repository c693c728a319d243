import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NEXTPNR_PACKAGE, NEXTPNR_VERSION } from '../src/8-resources/place-and-route/index.js';

interface Manifest {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const readManifest = (file: string) =>
  JSON.parse(readFileSync(file, 'utf8')) as Manifest & { packages: Record<string, Manifest> };

// npm ci refuses a lock file that lacks them, and npm install drops those that its registry does not carry.
test('the lock file has an entry for every optional dependency of @biomejs/biome', () => {
  const lock = readManifest('package-lock.json');
  const names = Object.keys(lock.packages['node_modules/@biomejs/biome'].optionalDependencies ?? {});
  expect(names.length).toBeGreaterThan(1);
  for (const name of names) expect(lock.packages, name).toHaveProperty([`node_modules/${name}`]);
});

test('nextpnr is an optional peer at one version, and npm ci does not install it', () => {
  const lock = readManifest('package-lock.json');
  for (const { peerDependencies, peerDependenciesMeta } of [
    readManifest('package.json'),
    lock.packages[''],
  ]) {
    expect(peerDependencies).toEqual({ [NEXTPNR_PACKAGE]: NEXTPNR_VERSION });
    expect(peerDependenciesMeta).toEqual({ [NEXTPNR_PACKAGE]: { optional: true } });
  }
  expect(lock.packages).not.toHaveProperty([`node_modules/${NEXTPNR_PACKAGE}`]);
});
