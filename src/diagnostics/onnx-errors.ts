/** Messages about ONNX and QONNX model files. */
import { define } from './diagnostic.js';

export const onnxMalformed = define(
  'onnx_malformed',
  2,
  'The file is not an ONNX model, or it is damaged.',
  (file: string, what: string) => ({
    message: `expected an ONNX model, but ${what}`,
    at: { file, path: '' },
    hint: 'export or download the model again; onnx.checker.check_model shows what is wrong',
  }),
);

export const onnxTensor = define(
  'onnx_tensor',
  2,
  'A tensor stored in the model cannot be used.',
  (file: string, where: string, what: string) => ({
    message: `unusable tensor: ${what}`,
    at: { file, path: where },
    hint: 'export the model again with all tensors inside the file, as float32 or integers',
  }),
);

export const onnxGraph = define(
  'onnx_graph',
  2,
  'The graph is not a valid ONNX graph: a cycle, a tensor nobody makes, or one made twice.',
  (file: string, where: string, what: string) => ({
    message: `not a valid graph: ${what}`,
    at: { file, path: where },
    hint: 'export the model again; onnx.checker.check_model shows what is wrong',
  }),
);

export const onnxPorts = define(
  'onnx_ports',
  2,
  'The model has not one input and one output, or the axes of its input are not fixed.',
  (file: string, where: string, expected: string, found: string, hint: string) => ({
    message: `expected ${expected}, found ${found}`,
    at: { file, path: where },
    hint,
  }),
);

export const onnxUnsupported = define(
  'onnx_unsupported',
  2,
  'A node of the model has no hardware here. All such nodes of a model are listed at once.',
  (file: string, node: string, op: string, why: string, hint?: string) => ({
    message: `${op}: ${why}`,
    at: { file, path: `node ${node}` },
    hint,
  }),
);

export const onnxBadNode = define(
  'onnx_bad_node',
  2,
  'A node of the model has inputs or attributes that its operator does not allow.',
  (file: string, node: string, op: string, expected: string, found: string) => ({
    message: `${op}: expected ${expected}, found ${found}`,
    at: { file, path: `node ${node}` },
  }),
);

export const onnxOutputOrder = define(
  'onnx_output_order',
  2,
  "The model's output is an image that was flattened or transposed at the end, which hardware does not do: it delivers images channels last.",
  (file: string, where: string, dims: readonly number[]) => ({
    message: `the elements of the output of shape [${dims.join(', ')}] would have to change places`,
    at: { file, path: where },
    hint: 'export the model without the last Flatten, Reshape or Transpose',
  }),
);
