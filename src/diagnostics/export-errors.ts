/** Messages of the writers of model files. */
import { define, type Location } from './diagnostic.js';

export const exportNotExpressible = define(
  'export_not_expressible',
  2,
  'A node of the network has no counterpart in the format that it is to be written in.',
  (format: string, name: string, what: string, at: Location, hint: string) => ({
    message: `'${name}': ${format} cannot express ${what}`,
    at,
    hint,
  }),
);
