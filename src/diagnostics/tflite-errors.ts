/** Messages about TensorFlow Lite model files. */
import { define } from './diagnostic.js';

export const tfliteMalformed = define(
  'tflite_malformed',
  2,
  'The file is not a TensorFlow Lite model, or it is damaged.',
  (file: string, what: string) => ({
    message: `expected a TensorFlow Lite model, but ${what}`,
    at: { file, path: '' },
    hint: 'convert or download the model again',
  }),
);

export const tfliteGraph = define(
  'tflite_graph',
  2,
  'The graph of the model has no use here: several inputs, a tensor nobody makes, or one made twice.',
  (file: string, where: string, expected: string, found: string, hint?: string) => ({
    message: `expected ${expected}, found ${found}`,
    at: { file, path: where },
    hint: hint ?? 'convert the model again with one input, one output and fixed shapes',
  }),
);

export const tfliteUnsupported = define(
  'tflite_unsupported',
  2,
  'An operator of the model has no hardware here. All such operators of a model are listed at once.',
  (file: string, where: string, op: string, expected: string, found: string, hint?: string) => ({
    message: `${op}: expected ${expected}, found ${found}`,
    at: { file, path: where },
    hint: hint ?? 'change the operator in the model, or end the model in front of it',
  }),
);

export const tfliteBadOperator = define(
  'tflite_bad_operator',
  2,
  "An operator of the model has tensors or options that contradict each other, so TensorFlow Lite's kernels would refuse it.",
  (file: string, where: string, op: string, expected: string, found: string) => ({
    message: `${op}: expected ${expected}, found ${found}`,
    at: { file, path: where },
    hint: 'convert the model again',
  }),
);
