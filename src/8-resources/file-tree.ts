/** Files by name; folders nest, as @yowasp packages take them. */
export type FileTree = { [name: string]: FileTree | string };

/** 'rtl/a.v' becomes { rtl: { 'a.v': text } }. */
export function fileTree(files: ReadonlyMap<string, string>): FileTree {
  const root: FileTree = {};
  for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const folders = path.split('/');
    const name = folders.pop() as string;
    let folder = root;
    for (const part of folders) {
      folder[part] ??= {};
      folder = folder[part] as FileTree;
    }
    folder[name] = text;
  }
  return root;
}
