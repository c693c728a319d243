/** The transposition theorem: the network of a matrix, run backwards, computes the transposed matrix. */
import { depthOfLoad, evaluationOrder } from './order.js';
import { PatternTable } from './pattern-table.js';
import { SumNetwork } from './sum-network.js';
import { isNegative, shiftOf, term, variableOf } from './term.js';

/**
 * A network of the transposed matrix: what a variable was added to becomes what it is the sum of. Adders plus outputs
 * stay as many, unless an input or output is unused.
 *
 * @param depth most adders on a path; undefined is returned when the transposed network needs more
 */
export function transposed(network: SumNetwork, depth: number): SumNetwork | undefined {
  const { inputs, outputs, rows, users } = network;
  const result = new SumNetwork(outputs, inputs, new PatternTable(), depth);
  const order = evaluationOrder(network).reverse();
  const renamed: number[] = []; // [variable]: in the result
  for (let k = 0; k < inputs; k++) renamed[k] = outputs + k;
  const define = (variable: number) => {
    const source = network.isOutput(variable) ? variable - inputs : -1;
    if (source >= 0 && users[variable].length === 0) {
      renamed[variable] = source;
      return true;
    }
    // levels before terms: what a row is the sum of is known by now
    const terms: number[] = source >= 0 ? [term(source, 0, false)] : [];
    for (const user of new Set(users[variable]))
      for (const code of rows[user])
        if (variableOf(code) === variable) terms.push(term(renamed[user], shiftOf(code), isNegative(code)));
    const level = depthOfLoad(terms.reduce((load, code) => load + 2 ** result.levels[variableOf(code)], 0));
    if (level > depth) return false;
    if (variable >= inputs) renamed[variable] = result.create(level);
    for (const code of terms) result.addTerm(renamed[variable], code);
    return true;
  };
  for (const variable of order) if (!define(variable)) return undefined;
  for (let variable = 0; variable < inputs; variable++) if (!define(variable)) return undefined;
  return result;
}
