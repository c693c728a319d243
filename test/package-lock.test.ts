import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

// npm ci refuses a lock file that lacks them, and npm install drops those that its registry does not carry.
test('the lock file has an entry for every optional dependency of @biomejs/biome', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const names = Object.keys(lock.packages['node_modules/@biomejs/biome'].optionalDependencies ?? {});
  expect(names.length).toBeGreaterThan(1);
  for (const name of names) expect(lock.packages, name).toHaveProperty([`node_modules/${name}`]);
});
