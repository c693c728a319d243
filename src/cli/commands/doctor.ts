import { yosysVersion } from '../../8-resources/index.js';
import {
  findNextpnr,
  NEXTPNR_PACKAGE,
  NEXTPNR_VARIABLE,
  NEXTPNR_VERSION,
} from '../../8-resources/place-and-route/index.js';
import { type ToolStatus, toolStatus } from '../../shared/tools.js';
import type { GivenOptions } from '../options.js';
import { alignTable, type Output } from '../output.js';

interface DoctorStatus extends ToolStatus {
  readonly optional?: boolean; // only one option of one command needs it
}

/** Which tools are found, and what to do about the others. */
export async function doctor(_given: GivenOptions, output: Output): Promise<number> {
  const node = { name: 'node', found: true, version: process.version };
  const tools: DoctorStatus[] = [node, ...(await toolStatus()), yosysStatus(), nextpnrStatus()];
  const rows = tools.map((tool) => [
    tool.name,
    tool.found ? 'found' : tool.optional ? 'not installed' : 'MISSING',
    tool.version,
    tool.hint,
  ]);
  output.result({ tools }, alignTable([['tool', '', 'version', 'try'], ...rows]));
  return tools.every(({ found, optional }) => found || optional) ? 0 : 3;
}

function yosysStatus() {
  const name = '@yowasp/yosys';
  try {
    return { name, found: true, version: yosysVersion() };
  } catch {
    return { name, found: false, hint: 'npm ci' };
  }
}

function nextpnrStatus(): DoctorStatus {
  const found = findNextpnr();
  if (found) return { name: NEXTPNR_PACKAGE, found: true, version: found.version, optional: true };
  const hint = `resources --place-and-route (220 MB): npm install --no-save --save-dev ${NEXTPNR_PACKAGE}@${NEXTPNR_VERSION}, or name its folder in ${NEXTPNR_VARIABLE}`;
  return { name: NEXTPNR_PACKAGE, found: false, optional: true, hint };
}
