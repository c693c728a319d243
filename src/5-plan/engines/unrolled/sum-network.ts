/**
 * The state of the search: a network of sums that share parts.
 *
 * Variables are numbered: the inputs, then the outputs, then shared sums. Every variable but the inputs has a row,
 * the terms it is the sum of (term.ts); a row of n terms costs n - 1 adders. All rows hold the value they were given
 * whatever is rewritten. Every variable has a level, the adders that may lie below it: a row is in order while the
 * sum of 2^level over its terms, its load, is at most 2^level of its own, for then a tree of that depth can sum it.
 *
 * Changes are counted in the pattern table and recorded, so that a step of the search can be taken back.
 */
import type { PatternTable } from './pattern-table.js';
import { leads, MAX_VARIABLES, POWERS, patternHead, variableOf } from './term.js';

const ADD = 0;
const REMOVE = 1;
const CREATE = 2;
const DELETE = 3;
const LEVEL = 4;

export class SumNetwork {
  readonly rows: number[][] = []; // [variable]: terms
  readonly users: number[][] = []; // [variable]: rows that use it, one entry per term
  readonly levels: number[] = []; // [variable]
  readonly loads: number[] = []; // [variable]: sum of 2^level over the terms of its row
  readonly live: boolean[] = []; // [variable]
  /** Variables whose row or users became so few that they may be superfluous. */
  readonly suspects: number[] = [];
  /** Adders of all rows. */
  adders = 0;
  private readonly free: number[] = []; // variables to be used again
  private journal: number[] = []; // operation, variable, term or level; and so on
  private readonly visited: number[] = []; // [variable]: the last visit that met it
  private visits = 0;

  constructor(
    readonly inputs: number,
    readonly outputs: number,
    readonly patterns: PatternTable,
    depth: number,
  ) {
    for (let k = 0; k < inputs; k++) this.append(0);
    for (let k = 0; k < outputs; k++) this.append(depth);
  }

  isShared(variable: number): boolean {
    return variable >= this.inputs + this.outputs;
  }

  isOutput(variable: number): boolean {
    return variable >= this.inputs && variable < this.inputs + this.outputs;
  }

  /** Add a term to a row that does not hold its variable with the same shift. */
  addTerm(row: number, code: number): void {
    this.journal.push(ADD, row, code);
    const terms = this.rows[row];
    const { patterns } = this;
    for (const other of terms) {
      if (leads(code, other)) patterns.increment(patternHead(code, other), variableOf(other));
      else patterns.increment(patternHead(other, code), variableOf(code));
    }
    if (terms.length > 0) this.adders++;
    terms.push(code);
    const variable = variableOf(code);
    this.users[variable].push(row);
    this.loads[row] += POWERS[this.levels[variable]];
  }

  removeTerm(row: number, code: number): void {
    this.journal.push(REMOVE, row, code);
    const terms = this.rows[row];
    removeOne(terms, code);
    const { patterns } = this;
    for (const other of terms) {
      if (leads(code, other)) patterns.decrement(patternHead(code, other), variableOf(other));
      else patterns.decrement(patternHead(other, code), variableOf(code));
    }
    if (terms.length > 0) this.adders--;
    if (terms.length === 1) this.suspects.push(row);
    const variable = variableOf(code);
    removeOne(this.users[variable], row);
    if (this.users[variable].length < 2) this.suspects.push(variable);
    this.loads[row] -= POWERS[this.levels[variable]];
  }

  /** A new shared sum without terms. */
  create(level: number): number {
    let variable = this.free.pop();
    if (variable === undefined) {
      variable = this.append(level);
      if (variable >= MAX_VARIABLES) throw new RangeError('adder graph: too many shared sums');
    }
    this.levels[variable] = level;
    this.live[variable] = true;
    this.journal.push(CREATE, variable, 0);
    return variable;
  }

  /** Give up a shared sum that has neither terms nor users. */
  delete(variable: number): void {
    this.free.push(variable);
    this.live[variable] = false;
    this.journal.push(DELETE, variable, this.levels[variable]);
  }

  setLevel(variable: number, level: number): void {
    const old = this.levels[variable];
    if (old === level) return;
    this.journal.push(LEVEL, variable, old);
    this.levels[variable] = level;
    for (const user of this.users[variable]) this.loads[user] += 2 ** level - 2 ** old;
  }

  /** Begin to walk over variables of which some may come twice. */
  startVisit(): void {
    this.visits++;
  }

  /** Whether a variable is met for the first time since startVisit. */
  visit(variable: number): boolean {
    if (this.visited[variable] === this.visits) return false;
    this.visited[variable] = this.visits;
    return true;
  }

  /** Make everything since the last call final. */
  commit(): void {
    this.journal.length = 0;
  }

  /** Take back everything since the last commit. */
  rollback(): void {
    const journal = this.journal;
    this.journal = []; // what is done below is recorded in vain
    for (let k = journal.length - 3; k >= 0; k -= 3) {
      const [variable, value] = [journal[k + 1], journal[k + 2]];
      if (journal[k] === ADD) this.removeTerm(variable, value);
      else if (journal[k] === REMOVE) this.addTerm(variable, value);
      else if (journal[k] === CREATE) this.delete(variable);
      else if (journal[k] === DELETE)
        this.create(value); // takes the last one freed: this one
      else this.setLevel(variable, value);
    }
    this.journal.length = 0;
    this.suspects.length = 0;
    this.patterns.clearQueue();
  }

  private append(level: number): number {
    this.rows.push([]);
    this.users.push([]);
    this.levels.push(level);
    this.loads.push(0);
    this.live.push(true);
    this.visited.push(0);
    return this.rows.length - 1;
  }
}

/** Remove one occurrence; the last element takes its place. */
function removeOne(list: number[], value: number): void {
  const index = list.lastIndexOf(value);
  const last = list.pop() as number;
  if (index < list.length) list[index] = last;
}
