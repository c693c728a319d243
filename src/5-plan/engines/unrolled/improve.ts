/**
 * Local search on a network whose patterns are all shared: rewrite some rows, share anew, keep what is no worse and,
 * at first, now and then what is worse (simulated annealing).
 */
import { depthOfLoad, relevel } from './order.js';
import type { Random } from './random.js';
import { dissolve, inline, insert } from './rewrite.js';
import { shareAll } from './share.js';
import type { SumNetwork } from './sum-network.js';
import { variableOf } from './term.js';

/** Of 100 moves: so many write parts of one row out, so many bring a sum into a row; the others dissolve sums. */
const INLINE = 75;
const INSERT = 10;
/** Most variables that one move takes. */
const MOVE_SIZE = 4;
/** Effort of a move beside the changes it makes, so that a search in which nothing changes ends. */
const MOVE_EFFORT = 10;
/** Fewest moves after which the slack in depth is dealt out anew; in larger networks as many as there are rows. */
const RELEVEL_MOVES = 200;

export interface Annealing {
  readonly effort: number; // in changes of pattern counts
  readonly temperature: number; // at the start, in adders; it falls to 0
  readonly depth: number; // most adders on a path
}

/**
 * @param keep called whenever the network has fewer adders than ever before in this search
 */
export function improve(
  network: SumNetwork,
  random: Random,
  { effort, temperature, depth }: Annealing,
  keep: () => void,
): void {
  const { patterns } = network;
  const start = patterns.work;
  network.commit();
  let best = network.adders;
  let moves = 0;
  let nextRelevel = 0;
  const spent = () => patterns.work - start + MOVE_EFFORT * moves;
  for (; network.adders > 1 && spent() < effort; moves++) {
    if (moves === nextRelevel) {
      relevel(network, depth, random);
      network.commit();
      nextRelevel += Math.max(RELEVEL_MOVES, network.rows.length);
    }
    const before = network.adders;
    const possible = move(network, random);
    if (possible) shareAll(network, random);
    const worse = network.adders - before;
    const heat = temperature * Math.max(0, 1 - spent() / effort);
    if (!possible || (worse > 0 && !chance(decay(worse / heat), random))) {
      network.rollback();
      continue;
    }
    network.commit();
    if (network.adders < best) {
      best = network.adders;
      keep();
    }
  }
}

/** Close to exp(-x), by operations whose rounding is the same on every machine. */
function decay(x: number): number {
  let power = Math.max(0, 1 - x / 64);
  for (let k = 0; k < 6; k++) power *= power;
  return power;
}

function chance(probability: number, random: Random): boolean {
  return random.below(2 ** 20) < probability * 2 ** 20;
}

/** @returns false when the network is out of order now and has to be rolled back */
function move(network: SumNetwork, random: Random): boolean {
  const kind = random.below(100);
  if (kind < INLINE) return inlineParts(network, random);
  if (kind < INLINE + INSERT) return insertSums(network, random);
  return dissolveSums(network, random);
}

/** Write some parts of one row out; elsewhere they stay shared. */
function inlineParts(network: SumNetwork, random: Random): boolean {
  const row = network.inputs + random.below(network.rows.length - network.inputs);
  const terms = network.rows[row];
  for (let count = 1 + random.below(MOVE_SIZE); count > 0 && terms.length > 0; count--) {
    const part = variableOf(terms[random.below(terms.length)]);
    if (part >= network.inputs) inline(network, row, part, random);
  }
  return true;
}

/** Make one row the sum of another one, which has a part in common with it, and what remains. */
function insertSums(network: SumNetwork, random: Random): boolean {
  const { rows, users, levels, loads } = network;
  const row = network.inputs + random.below(rows.length - network.inputs);
  const terms = rows[row];
  for (let count = 1 + random.below(2); count > 0 && terms.length > 1; count--) {
    const code = terms[random.below(terms.length)];
    const others = users[variableOf(code)];
    const other = others[random.below(others.length)];
    // the level of whatever depends on a row is higher, so this makes no cycle
    const level = users[other].length > 0 ? levels[other] : depthOfLoad(loads[other]);
    if (other === row || level >= levels[row]) continue;
    network.setLevel(other, level);
    insert(network, row, code, other, random);
  }
  return loads[row] <= 2 ** levels[row];
}

/** Write some shared sums out in all rows: half of the time sums that stand in the same rows. */
function dissolveSums(network: SumNetwork, random: Random): boolean {
  const near = random.below(2) === 0;
  let sum = anySum(network, random);
  for (let count = 1 + random.below(MOVE_SIZE); count > 0 && sum >= 0; count--) {
    const neighbour = near ? neighbourOf(network, sum, random) : -1;
    dissolve(network, sum, random.below(2) === 0 ? random : undefined);
    sum = neighbour >= 0 && network.live[neighbour] ? neighbour : anySum(network, random);
  }
  return true;
}

/** A random shared sum; -1 when none was met. */
function anySum(network: SumNetwork, random: Random): number {
  const first = network.inputs + network.outputs;
  const count = network.rows.length - first;
  for (let tries = count > 0 ? 50 : 0; tries > 0; tries--) {
    const variable = first + random.below(count);
    if (network.live[variable]) return variable;
  }
  return -1;
}

/** A shared sum in a row that the given one is in, too; -1 when none was met. */
function neighbourOf(network: SumNetwork, sum: number, random: Random): number {
  const users = network.users[sum];
  if (users.length === 0) return -1;
  const terms = network.rows[users[random.below(users.length)]];
  for (let tries = 5; tries > 0; tries--) {
    const variable = variableOf(terms[random.below(terms.length)]);
    if (variable !== sum && network.isShared(variable)) return variable;
  }
  return -1;
}
