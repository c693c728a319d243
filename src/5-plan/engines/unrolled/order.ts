/** The order of a sum network's variables, and the depth that each needs. */
import type { Random } from './random.js';
import type { SumNetwork } from './sum-network.js';
import { variableOf } from './term.js';

/** What is left of a network when the search is over. */
export type Sums = Pick<SumNetwork, 'rows' | 'live' | 'inputs'>;

/** Every live variable that is not an input, operands before users. */
export function evaluationOrder(network: Sums): number[] {
  const { rows, live, inputs } = network;
  const order: number[] = [];
  const state = new Uint8Array(rows.length); // 1: entered, 2: done
  const stack: number[] = [];
  for (let root = inputs; root < rows.length; root++) {
    if (!live[root]) continue;
    stack.push(root);
    while (stack.length > 0) {
      const variable = stack[stack.length - 1];
      if (state[variable] === 0) {
        state[variable] = 1;
        for (const code of rows[variable]) {
          const operand = variableOf(code);
          if (operand >= inputs && state[operand] === 0) stack.push(operand);
        }
      } else {
        stack.pop();
        if (state[variable] === 1) order.push(variable);
        state[variable] = 2;
      }
    }
  }
  return order;
}

/** The least depth of each variable: [variable], ceil(log2(sum of 2^depth over its terms)). */
export function leastDepths(network: SumNetwork, order: readonly number[]): Int32Array {
  const depths = new Int32Array(network.rows.length);
  for (const variable of order) {
    let load = 0;
    for (const code of network.rows[variable]) load += 2 ** depths[variableOf(code)];
    depths[variable] = depthOfLoad(load);
  }
  return depths;
}

/**
 * Set all levels anew: as low as the terms allow, then raised at random as far as the users allow, from the outputs
 * down. A sum below its level has room for operands that are deeper.
 */
export function relevel(network: SumNetwork, depth: number, random: Random): void {
  const { rows, users, levels, loads } = network;
  const order = evaluationOrder(network);
  for (const variable of order) {
    const least = depthOfLoad(loads[variable]);
    const free = network.isOutput(variable) && users[variable].length === 0;
    network.setLevel(variable, free ? depth : least);
  }
  for (let k = order.length - 1; k >= 0; k--) {
    const variable = order[k];
    if (users[variable].length === 0) continue;
    let level = depth;
    let last = -1; // users stand together more often than not
    for (const user of users[variable]) {
      if (user === last) continue;
      last = user;
      let uses = 0;
      for (const code of rows[user]) if (variableOf(code) === variable) uses++;
      const room = 2 ** levels[user] - loads[user] + uses * 2 ** levels[variable];
      while (uses * 2 ** level > room) level--;
    }
    if (level > levels[variable])
      network.setLevel(variable, level - random.below(level - levels[variable] + 1));
  }
}

/** ceil(log2(load)), 0 for a load of 0. */
export function depthOfLoad(load: number): number {
  let depth = 0;
  while (2 ** depth < load) depth++;
  return depth;
}
