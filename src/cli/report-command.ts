/** The command line that makes a report again. */
import { basename } from 'node:path';
import type { GivenOptions } from './options.js';

/** What becomes of an option: printed as it is, as a file name without its folder, or not at all. */
export type Printed = 'value' | 'file' | 'no';

/** Options of models and plans, which change the result of every command that builds hardware. */
export const PRINTED_PLAN = {
  overflow: 'value',
  target: 'value',
  device: 'value',
  utilisation: 'value',
  maxLut: 'value',
  cycles: 'value',
  fold: 'file',
  engine: 'value',
  searchEffort: 'value',
  requantise: 'value',
  inputType: 'value',
  inputScale: 'value',
  tfliteRounding: 'value',
} as const satisfies Partial<Record<keyof GivenOptions, Printed>>;

/**
 * @param printed options in the order they are printed; those that are not in it are not printed
 * @param defaults values that are not printed
 * @param out name of the output folder
 */
export function reportCommand(
  command: string,
  given: GivenOptions,
  printed: Readonly<Partial<Record<keyof GivenOptions, Printed>>>,
  defaults: Readonly<Record<string, string>>,
  out: string,
): string {
  const options = (Object.keys(printed) as (keyof GivenOptions)[]).flatMap((key) => {
    const value = given[key];
    if (printed[key] === 'no' || value === undefined || value === defaults[key]) return [];
    const name = dashed(key);
    if (value === true) return [`--${name}`];
    if (value === false) return [`--no-${name}`];
    return [`--${name} ${quoted(printed[key] === 'file' ? basename(value) : value)}`];
  });
  return [`narrowgate ${command}`, quoted(basename(given.model ?? '')), ...options, `-o ${out}`].join(' ');
}

/** An option as the user writes it. */
export function dashed(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./:,@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
