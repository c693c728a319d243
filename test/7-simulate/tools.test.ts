import { afterEach, expect, test, vi } from 'vitest';
import { compileIcarus } from '../../src/7-simulate/icarus.js';
import { compileVerilator } from '../../src/7-simulate/verilator.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { requireTools, runTool, toolStatus } from '../../src/shared/tools.js';

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['NARROWGATE_VERILATOR', () => compileVerilator('/nowhere'), 'apt-get install verilator'],
  ['NARROWGATE_CXX', () => compileVerilator('/nowhere'), 'apt-get install g++'],
  ['NARROWGATE_IVERILOG', () => compileIcarus('/nowhere'), 'apt-get install iverilog'],
])('a missing tool (%s) is a diagnostic with exit code 3', async (variable, compile, hint) => {
  vi.stubEnv(variable, '/nonexistent/tool');
  const error = await compile().catch((thrown: unknown) => thrown);
  if (!(error instanceof NarrowgateError)) throw error;
  expect(error.exitCode).toBe(3);
  expect(error.diagnostics).toHaveLength(1);
  expect(error.diagnostics[0]).toMatchObject({ code: 'tool_missing', hint: expect.stringContaining(hint) });
  expect(error.diagnostics[0].message).toContain(variable);
});

test('all missing tools are named at once', async () => {
  vi.stubEnv('NARROWGATE_MAKE', '/nonexistent/make');
  vi.stubEnv('NARROWGATE_VVP', '/nonexistent/vvp');
  await expect(requireTools('vvp', 'make', 'iverilog')).rejects.toThrow(/vvp[\s\S]*\n.*make/);
});

test('the status names every tool, with a version or a hint', async () => {
  vi.stubEnv('NARROWGATE_VVP', '/nonexistent/vvp');
  const status = await toolStatus();
  expect(status.map(({ name }) => name)).toEqual(['verilator', 'iverilog', 'vvp', 'c++', 'make']);
  for (const { name, found, version, hint } of status) {
    expect(found).toBe(name !== 'vvp');
    expect(found ? version : hint).toMatch(found ? /^\d+\.\d+/ : /apt-get install iverilog/);
  }
});

test('a tool that fails hands back its exit code and output', async () => {
  expect(await runTool('sh', ['-c', 'echo out; echo bad >&2; exit 4'])).toMatchObject({
    ...{ exitCode: 4, stdout: 'out', stderr: 'bad' },
  });
});
