import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'command-line.md'), 'utf8');
const argv = process.argv;

afterEach(() => {
  process.argv = argv;
  vi.restoreAllMocks();
  vi.resetModules();
});

/** What `narrowgate <words> --help` prints. */
async function help(...words: string[]): Promise<string> {
  let text = '';
  process.argv = [argv[0], 'narrowgate', ...words, '--help'];
  vi.spyOn(console, 'log').mockImplementation((line) => {
    text += `${line}\n`;
  });
  vi.spyOn(process, 'exit').mockImplementation((() => undefined) as () => never);
  vi.spyOn(process, 'once').mockReturnThis(); // the command line's own signal handlers
  await import('../../src/cli/main.js');
  return text;
}

/** Options in a text, such as --cycles. */
function options(text: string): string[] {
  return [...new Set(text.match(/(?<![\w-])--[a-z][a-z-]*/g))].sort();
}

/** The commands that the page has a section of, with its text. */
const sections = page
  .split(/^## /m)
  .flatMap((section) => (/^`narrowgate ([a-z-]+)/.test(section) ? [section] : []))
  .map((section) => [/^`narrowgate ([a-z-]+)/.exec(section)?.[1] ?? '', section] as const);

it('has a section for every command', async () => {
  const listed = [...(await help()).matchAll(/^ {2}narrowgate ([a-z-]+)/gm)].map(([, name]) => name);
  expect(sections.map(([name]) => name)).toEqual(listed);
});

it.each(sections)('%s: the page and --help name the same options', async (command, section) => {
  const documented = options(section);
  const offered = options(await help(command));
  expect(documented.filter((option) => !offered.includes(option))).toEqual([]);
  const everywhere = options(page); // common options stand in sections of their own
  expect(offered.filter((option) => !everywhere.includes(option))).toEqual([]);
});
