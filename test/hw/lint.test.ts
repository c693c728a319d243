import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { hw, lint, tool } from './bench.js';
import { MODULES, WRONG } from './corners.js';

describe('verilator -Wall says nothing', () => {
  test.each(MODULES)('%s', async (module, corners) => {
    for (const { parameters } of corners)
      expect(await lint(module, parameters), JSON.stringify(parameters)).toEqual({ ok: true, output: '' });
  });

  test('every module has corners', async () => {
    const files = (await readdir(hw)).filter((file) => file.endsWith('.v')).sort();
    const tested = MODULES.map(([module]) => `${module}.v`);
    expect([...tested, 'threshold_stage.v'].sort()).toEqual(files); // the stage is linted inside threshold_search
  });
});

describe('a wrong parameter stops', () => {
  test.each(WRONG)('verilator: $module $parameters', async ({ module, parameters }) => {
    const { ok, output } = await lint(module, parameters);
    expect(ok).toBe(false);
    expect(output).toMatch(new RegExp(`${module}_ERROR_`));
  });

  test.each(WRONG)('iverilog: $module $parameters', async ({ module, parameters }) => {
    const overrides = Object.entries(parameters).map(([name, value]) => `-P${module}.${name}=${value}`);
    const { ok, output } = await tool('iverilog', [
      '-g2005',
      '-y',
      '.',
      '-o',
      '/dev/null',
      '-s', // a module that holds itself is no root otherwise
      module,
      ...overrides,
      `${module}.v`,
    ]);
    expect(ok).toBe(false);
    expect(output).toMatch(new RegExp(`${module}_ERROR_`));
  });
});
