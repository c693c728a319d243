/** JSON that keeps typed arrays and maps: {"$Int32Array": base64}, {"$Map": [[key, value], ...]}. */
const TYPES = { Int32Array, Float32Array, Float64Array } as const;
type TypeName = keyof typeof TYPES;

/** Serialise; Int32Arrays of small numbers take one byte each ("$Int32Array:8"). */
export function stringify(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (item instanceof Map) return { $Map: [...item] };
    if (item instanceof Int32Array && item.every((x) => x >= -128 && x <= 127))
      return { '$Int32Array:8': base64(Int8Array.from(item)) };
    for (const [name, type] of Object.entries(TYPES))
      if (item instanceof type) return { [`$${name}`]: base64(item) };
    return item;
  });
}

/** Inverse of stringify. */
export function parse(text: string): unknown {
  return JSON.parse(text, (_, item: unknown) => {
    if (typeof item !== 'object' || item === null) return item;
    const [key, ...others] = Object.keys(item);
    if (!key?.startsWith('$') || others.length) return item;
    const content = (item as Record<string, unknown>)[key];
    if (key === '$Map') return new Map(content as [unknown, unknown][]);
    const bytes = Buffer.from(content as string, 'base64');
    const buffer = new ArrayBuffer(bytes.length);
    new Uint8Array(buffer).set(bytes);
    if (key === '$Int32Array:8') return Int32Array.from(new Int8Array(buffer));
    const type = TYPES[key.slice(1) as TypeName];
    return type ? new type(buffer) : item;
  });
}

function base64(array: Int8Array | Int32Array | Float32Array | Float64Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
}
