import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** Markdown files of a folder, not of the folders in it. */
function pages(folder: string): string[] {
  const path = join(root, folder);
  return readdirSync(path)
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(path, file));
}

/** Text without code, in which brackets mean something else. */
function prose(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, 'code');
}

/** The anchor of a heading, as GitHub makes it. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function anchors(file: string): string[] {
  const markdown = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading));
}

describe('links in documents lead somewhere', () => {
  const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join('examples', name));
  const files = ['.', 'docs', 'examples', ...examples].flatMap(pages);
  it.each(files.map((file) => relative(root, file)))('%s', (name) => {
    const file = join(root, name);
    const broken = [...prose(readFileSync(file, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path, fragment] = target.split('#');
        const place = path === '' ? file : join(dirname(file), path);
        if (!existsSync(place)) return true;
        return fragment !== undefined && place.endsWith('.md') && !anchors(place).includes(fragment);
      });
    expect(broken).toEqual([]);
  });
});
