import { yosysVersion } from '../../8-resources/index.js';
import { type ToolStatus, toolStatus } from '../../shared/tools.js';
import type { GivenOptions } from '../options.js';
import { alignTable, type Output } from '../output.js';

/** Which tools are found, and what to do about the others. */
export async function doctor(_given: GivenOptions, output: Output): Promise<number> {
  const node = { name: 'node', found: true, version: process.version };
  const tools: Omit<ToolStatus, 'name'>[] = [node, ...(await toolStatus()), yosysStatus()];
  const rows = tools.map((tool) => [
    'name' in tool ? String(tool.name) : '',
    tool.found ? 'found' : 'MISSING',
    tool.version,
    tool.hint,
  ]);
  output.result({ tools }, alignTable([['tool', '', 'version', 'try'], ...rows]));
  return tools.every(({ found }) => found) ? 0 : 3;
}

function yosysStatus() {
  const name = '@yowasp/yosys';
  try {
    return { name, found: true, version: yosysVersion() };
  } catch {
    return { name, found: false, hint: 'npm ci' };
  }
}
