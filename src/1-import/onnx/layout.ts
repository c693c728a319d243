import type { OnnxNode } from './decode.js';

const CHANNELS_FIRST = new Set([
  'Conv',
  'MaxPool',
  'AveragePool',
  'GlobalMaxPool',
  'GlobalAveragePool',
  'BatchNormalization',
  'DepthToSpace',
  'Resize',
  'Upsample',
]);
const ELSEWHERE = new Set(['Reshape', 'Flatten', 'Shape', 'Squeeze', 'Unsqueeze', 'Gemm']);

/**
 * Whether a tensor of the file is [batch, channels, ...positions], as ONNX has images, or channels last. What first
 * takes it apart tells; without a sign, four axes are channels first, others as they stand.
 */
export function isChannelsFirst(name: string, rank: number, nodes: readonly OnnxNode[]): boolean {
  const last = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, k) => k + 1)].join(); // NHWC -> NCHW
  const reached = new Set([name]);
  for (const node of nodes) {
    if (!node.inputs.some((input) => reached.has(input))) continue;
    if (node.op === 'Transpose') return node.attributes.get('perm')?.numbers.join() !== last;
    if (CHANNELS_FIRST.has(node.op)) return true;
    if (node.op === 'MatMul') return false;
    if (!ELSEWHERE.has(node.op)) for (const output of node.outputs) reached.add(output);
  }
  return rank === 4;
}
