/** JSON text with an object key per line, and arrays of numbers, or of short values, on one line. */

const WIDTH = 110;

/** @returns the text without a line break at its end */
export function formatJson(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object')) return `[${value.map(scalar).join(', ')}]`;
    const items = value.map((item) => formatJson(item, deeper));
    return block('[', items, ']', indent);
  }
  const items = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${JSON.stringify(key)}: ${formatJson(item, deeper)}`);
  return items.length === 0 ? '{}' : block('{', items, '}', indent);
}

function block(open: string, items: readonly string[], close: string, indent: string): string {
  const pad = open === '{' ? ' ' : '';
  let length = indent.length + 4;
  for (const item of items) length += item.length + 2;
  if (length <= WIDTH && !items.some((item) => item.includes('\n')))
    return `${open}${pad}${items.join(', ')}${pad}${close}`;
  return `${open}\n${items.map((item) => `${indent}  ${item}`).join(',\n')}\n${indent}${close}`;
}

function scalar(item: unknown): string {
  return JSON.stringify(item);
}
