/** Nodes that move codes: maximum pools, padding, nearest-neighbour upsampling, depth to space. */
import type { ReshapeNode } from '../1-import/types.js';
import { checkPadCode } from './conv.js';
import { convertMaximum } from './pool.js';
import type { IntegerNode, IntegerTensor } from './types.js';
import type { MoveNode } from './values.js';
import { integerWindow } from './window.js';

const NO_PADDING = { top: 0, left: 0, bottom: 0, right: 0 };
const ONE = { height: 1, width: 1 };

/**
 * A move of codes.
 *
 * @param shape [height, width, channels] of the input
 * @param output name of the tensor it makes
 * @throws padding_without_zero
 */
export function convertMove(
  node: Exclude<MoveNode, ReshapeNode>,
  input: IntegerTensor,
  shape: readonly number[],
  output: string,
): IntegerNode {
  const [height, width, channels] = shape;
  const common = { name: node.name, source: node.source, input: input.name, output };
  const image = { height, width };
  switch (node.op) {
    case 'pool':
      return convertMaximum(node, input, shape, NO_PADDING, output);
    case 'pad': {
      checkPadCode(node.name, node, input);
      const around = { kernel: ONE, stride: ONE, dilation: ONE, padding: node.padding };
      const window = integerWindow(around, shape, input.type.zeroPoint);
      return { ...common, kind: 'pool', mode: 'maximum', window };
    }
    case 'upsample':
      return { ...common, kind: 'upsample', image, channels, factor: node.factor };
    case 'depth-to-space': {
      const { block, order } = node;
      const columnMajor = order === 'CRD' && block > 1 && channels > block * block; // of one channel both are the same
      return {
        ...common,
        kind: 'depth-to-space',
        image,
        channels: channels / (block * block),
        block,
        columnMajor,
      };
    }
  }
}
