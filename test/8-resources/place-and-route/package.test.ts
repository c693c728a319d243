import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  findNextpnr,
  NEXTPNR_PACKAGE,
  NEXTPNR_VARIABLE,
  requireNextpnr,
} from '../../../src/8-resources/place-and-route/package.js';
import { NarrowgateError } from '../../../src/diagnostics/diagnostic.js';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'narrowgate-package-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A package that looks like nextpnr's. */
function install(place: string): string {
  const home = join(folder, place);
  mkdirSync(join(home, 'gen'), { recursive: true });
  const manifest = { name: NEXTPNR_PACKAGE, version: '1.2.3', exports: { default: './gen/bundle.js' } };
  writeFileSync(join(home, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(home, 'gen', 'bundle.js'), '');
  return home;
}

const found = (place: string) => findNextpnr({ [NEXTPNR_VARIABLE]: join(folder, place) });

it('is found in its own folder, and in the folder whose node_modules holds it', () => {
  const home = install(`node_modules/${NEXTPNR_PACKAGE}`);
  const expected = { module: join(home, 'gen', 'bundle.js'), version: '1.2.3' };
  expect(found(`node_modules/${NEXTPNR_PACKAGE}`)).toEqual(expected);
  expect(found('.')).toEqual(expected);
});

it('is not looked for elsewhere when a folder is named', () => {
  install(`node_modules/${NEXTPNR_PACKAGE}`);
  mkdirSync(join(folder, 'inside'));
  expect(found('inside')).toBeUndefined();
  expect(found('nowhere')).toBeUndefined();
});

it('is another package when its name is another', () => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'something-else' }));
  expect(found('.')).toBeUndefined();
});

it('is asked for with the command that installs it', () => {
  const env = { [NEXTPNR_VARIABLE]: join(folder, 'nowhere') };
  let thrown: unknown;
  try {
    requireNextpnr(env);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(NarrowgateError);
  const { exitCode, message } = thrown as NarrowgateError;
  expect(exitCode).toBe(3);
  expect(message).toMatch(/npm install --no-save --save-dev @yowasp\/nextpnr-ice40@\d+\.\d+\.\d+ \(220 MB\)/);
  expect(message).toContain(`'${join(folder, 'nowhere')}', as NARROWGATE_NEXTPNR says`);
});
