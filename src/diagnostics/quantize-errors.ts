/** Messages about quantizing a float network. */
import { define, type Location } from './diagnostic.js';

export const floatEvaluationUnsupported = define(
  'float_evaluation_unsupported',
  2,
  'A node is an integer kernel or a table of thresholds, which the float32 evaluator does not take.',
  (node: string, at: Location) => ({
    message: `'${node}' is defined on integer codes and has no float32 arithmetic`,
    at,
    hint: 'start from the float model that was quantized, or use run for the integer network',
  }),
);
