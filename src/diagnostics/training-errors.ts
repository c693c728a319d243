/** Messages about training. */
import { define, type Location } from './diagnostic.js';

export const trainingUnsupported = define(
  'training_unsupported',
  2,
  'A node of the network has no gradient in the trainer, or is quantized already.',
  (at: Location, name: string, kind: string) => ({
    message: `cannot train through '${name}' (${kind})`,
    at,
    hint: 'train a float network of dense, conv, pool, add, concat, pad, reshape, ReLU and clip; `quantize` takes the others',
  }),
);

export const nothingToTrain = define(
  'nothing_to_train',
  2,
  'The network has no layer with weights.',
  (file: string) => ({
    message: 'expected at least one dense or conv layer with real weights, found none',
    at: { file, path: '' },
  }),
);
