/** Operators that end a network and are left to the host: Softmax, LogSoftmax, ArgMax, TopK. */
import type { OnnxNode } from './decode.js';
import type { Handler, Inputs } from './handler.js';
import { nodeBase } from './image.js';
import { type Activation, activationOf, constantOf, type ImportState, Unsupported } from './values.js';

/** @throws Unsupported unless an axis of the file is the Network's channels, or the only one that has elements */
function checkChannels(x: Activation, given: number, what: string, together = false): void {
  const axis = given < 0 ? given + x.dims.length : given;
  const others = x.dims.some((n, each) => each > 0 && each !== axis && n !== 1);
  if (axis < 1 || (others && (together || x.view[axis]?.[0]?.stride !== 1)))
    throw new Unsupported(
      `${what} along axis ${given} of [${x.dims.join(', ')}]`,
      'take it over the channels',
    );
}

/** Softmax and LogSoftmax. */
export const softmax: Handler = (state, node, inputs) => {
  const x = activationOf(inputs[0], 'the input');
  const given = node.attributes.get('axis')?.number ?? (state.graph.opset < 13 ? 1 : -1);
  const together = state.graph.opset < 13 && given === 1; // older versions take all axes from there on as one
  checkChannels(x, given, 'a softmax', together);
  const logarithm = node.op === 'LogSoftmax' && ({ logarithm: true } as const);
  state.nodes.push({ op: 'softmax', ...nodeBase(state, node, x), ...logarithm });
  state.declareLike(node.outputs[0], x);
};

/** The Network ends in front of it: the classes that it gives are no values of the hardware's. */
export const argMax: Handler = (state, node, inputs) => {
  if ((node.attributes.get('select_last_index')?.number ?? 0) !== 0)
    throw new Unsupported('select_last_index', 'take the first of equal values, as everything here does');
  leave(state, node, inputs, node.attributes.get('axis')?.number ?? 0);
};

/** The largest values and their classes, as FINN selects labels. */
export const topK: Handler = (state, node, inputs) => {
  if ((node.attributes.get('largest')?.number ?? 1) === 0)
    throw new Unsupported('the smallest values', 'negate them in front, and take the largest');
  if (inputs[1]) constantOf(inputs[1], 'k');
  leave(state, node, inputs, node.attributes.get('axis')?.number ?? -1);
};

function leave(state: ImportState, node: OnnxNode, inputs: Inputs, axis: number): void {
  const x = activationOf(inputs[0], 'the input');
  checkChannels(x, axis, node.op);
  const scale = x.codes?.scale;
  if (scale?.some((each) => each !== scale[0]))
    throw new Unsupported('codes of a scale per channel', 'put a DequantizeLinear before it');
  leaveOutputs(state, node, x, node.op);
}

function leaveOutputs(state: ImportState, node: OnnxNode, x: Activation, left: string): void {
  for (const output of node.outputs) if (output !== '') state.alias(output, { ...x, left });
}

/** Other forms of classes are the host's too. */
const FORMS: ReadonlySet<string> = new Set([
  'Cast',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Whether a node takes what is left to the host; then its result is too. @throws Unsupported when it computes with it */
export function followsHost(state: ImportState, node: OnnxNode, inputs: Inputs): boolean {
  for (const value of inputs) {
    if (!value || !('activation' in value)) continue;
    const { activation } = value;
    if (activation.left === undefined) continue;
    if (!FORMS.has(node.op))
      throw new Unsupported(
        `takes the result of ${activation.left}`,
        `${activation.left} may only stand after the last layer`,
      );
    leaveOutputs(state, node, activation, activation.left);
    return true;
  }
  return false;
}
