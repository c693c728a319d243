import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { compileIcarus } from '../../src/7-simulate/icarus.js';
import { compileVerilator } from '../../src/7-simulate/verilator.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { endProcessGroups } from '../../src/shared/process-group.js';
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

/** A shell that starts another program, tells its number, and waits for it. */
const PARENT = ['-c', 'sleep 300 & echo $! > "$0"; wait'];

async function childOf(file: string): Promise<number> {
  return vi.waitFor(() => {
    const pid = Number(readFileSync(file, 'utf8'));
    if (!(pid > 0)) throw new Error('not yet written');
    return pid;
  });
}

function expectGone(pid: number): Promise<void> {
  return vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 5000 });
}

/** A process that has ended but that nobody has waited for counts as gone. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('what a tool has started ends with it', () => {
  let file: string;
  beforeEach(() => {
    file = join(mkdtempSync(join(tmpdir(), 'narrowgate-test-tools-')), 'pid');
  });
  afterEach(() => rmSync(dirname(file), { recursive: true }));

  test('after the timeout', async () => {
    await expect(runTool('sh', [...PARENT, file], { timeoutSeconds: 1 })).rejects.toThrow(/tool_timed_out/);
    await expectGone(await childOf(file));
  });

  test('on the signal', async () => {
    const controller = new AbortController();
    const run = runTool('sh', [...PARENT, file], { cancelSignal: controller.signal });
    const pid = await childOf(file);
    expect(isRunning(pid)).toBe(true);
    controller.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
    await expectGone(pid);
  });

  test('when it ends and leaves it behind', async () => {
    const args = ['-c', 'sleep 300 > /dev/null 2>&1 & echo $! > "$0"', file];
    expect(await runTool('sh', args)).toMatchObject({ exitCode: 0 });
    await expectGone(await childOf(file));
  });

  test('when a test is over', async () => {
    const run = runTool('sh', [...PARENT, file]);
    const pid = await childOf(file);
    endProcessGroups();
    expect((await run).signal).toBe('SIGTERM');
    await expectGone(pid);
  });
});

test('a tool that fails hands back its exit code and output', async () => {
  expect(await runTool('sh', ['-c', 'echo out; echo bad >&2; exit 4'])).toMatchObject({
    ...{ exitCode: 4, stdout: 'out', stderr: 'bad' },
  });
});
