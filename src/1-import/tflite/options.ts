import type { TfliteOperator } from './decode.js';
import type { Table } from './table.js';
import { BadOperator } from './values.js';

/** The options of an operator. @throws BadOperator when they are another operator's */
export function optionsOf(
  { options }: TfliteOperator,
  { type }: { readonly type: number },
): { table: Table | undefined } {
  if (options.table && options.type !== type)
    throw new BadOperator('the options of this operator', `options of type ${options.type}`);
  return { table: options.table };
}
