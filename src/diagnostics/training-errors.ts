/** Messages about training. */
import { define, type Location } from './diagnostic.js';

export const trainingUnsupported = define(
  'training_unsupported',
  2,
  'A node of the network has no gradient in the trainer.',
  (at: Location, name: string, kind: string) => ({
    message: `cannot train through '${name}' (${kind})`,
    at,
    hint: 'train a float network of dense, conv, pool, add, concat, pad, reshape, ReLU and clip; `quantize` takes the others',
  }),
);

export const checkpointDifferent = define(
  'checkpoint_different',
  2,
  'The checkpoint belongs to another training: the model, the samples or an option differs.',
  (file: string) => ({
    message: 'expected the checkpoint of a training of this model, on these samples, with these options',
    at: { file, path: '' },
    hint: 'repeat the command as it was, or leave --resume out to start again',
  }),
);

export const checkpointDamaged = define(
  'checkpoint_damaged',
  2,
  'The file is no whole checkpoint.',
  (file: string) => ({
    message: 'expected the checkpoint of a training, found other content or a part of it',
    at: { file, path: '' },
    hint: 'leave --resume out to start again',
  }),
);

export const trainingDiverged = define(
  'training_diverged',
  1,
  'The loss is no longer a finite number.',
  (step: number) => ({
    message: `the loss is not finite after step ${step}`,
    hint: 'a smaller --learning-rate; check that the inputs are of the size the model was made for',
  }),
);

export const trainingStopped = define(
  'training_stopped',
  2,
  'Training was stopped by a signal; the checkpoint holds everything that it needs to go on.',
  (signal: string, step: number, steps: number, checkpoint: string) => ({
    message: `stopped by ${signal} after step ${step} of ${steps}`,
    hint: `the same command with --resume goes on from ${checkpoint}`,
  }),
);
