import { VERILOG_KEYWORDS } from './verilog-keywords.js';

const MAX_LENGTH = 60;

/** A Verilog identifier made from any text: letters, digits and underscores, no keyword. */
export function verilogName(text: string): string {
  const cleaned =
    text
      .replace(/[^A-Za-z0-9_]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, MAX_LENGTH) || 'network';
  const started = /^[A-Za-z]/.test(cleaned) ? cleaned : `n_${cleaned}`;
  return VERILOG_KEYWORDS.has(started) ? `${started}_0` : started;
}
