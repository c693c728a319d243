import * as errors from '../../diagnostics/json-errors.js';
import { VERILOG_KEYWORDS } from '../verilog-keywords.js';
import { quote } from './describe.js';
import type { Findings } from './findings.js';

/** Names of the model become names in Verilog: report what is no identifier there. */
export function checkName(name: string, path: string, findings: Findings): void {
  if (isVerilogName(name)) return;
  const repaired = `${/^\d/.test(name) ? 'm' : ''}${name.replace(/[^A-Za-z0-9_]+/g, '_')}`;
  const suggestion = VERILOG_KEYWORDS.has(repaired) ? `${repaired}_layer` : repaired;
  const found = VERILOG_KEYWORDS.has(name) ? `the keyword ${quote(name)}` : quote(name);
  findings.add(
    errors.modelName(findings.at(path), found, isVerilogName(suggestion) ? suggestion : undefined),
  );
}

function isVerilogName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !VERILOG_KEYWORDS.has(name);
}
