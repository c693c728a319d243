import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeOnnx, smallMlp } from '../support/onnx-builder.js';
import { narrowgate } from './compiled-cli.js';
import { removeFolder, workFolder } from './work-folder.js';

let folder: string;
beforeEach(() => {
  folder = workFolder();
});
afterEach(() => removeFolder(folder));

test('inspect and build give layers the same names, whatever the file calls them', async () => {
  const spec = smallMlp();
  const nodes = spec.nodes.map((node) => ({ ...node, name: `/block.0/${node.name}` }));
  writeFileSync(join(folder, 'm.onnx'), encodeOnnx({ ...spec, nodes }));
  const names = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await narrowgate([...args, '--json'], { cwd: folder });
    const { layers } = JSON.parse(stdout) as { layers: { name: string; op: string }[] };
    return layers.filter(({ op }) => op === 'dense').map(({ name }) => name);
  };
  const inspected = await names('inspect', 'm.onnx');
  expect(inspected).toEqual(['block_0_MatMul_p1', 'block_0_MatMul_y']);
  expect(await names('build', 'm.onnx', '-o', 'out')).toEqual(inspected);
});
