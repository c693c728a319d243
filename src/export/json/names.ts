import { verilogName } from '../../1-import/names.js';
import { VERILOG_KEYWORDS } from '../../1-import/verilog-keywords.js';

const MAX_LENGTH = 64;

/** Gives each node a name that the JSON description allows: its own where that is one, else one made of it. */
export class LayerNames {
  private readonly taken = new Set<string>();

  /** @param wanted names of all nodes; those that are legal stay with the first node that has them */
  constructor(wanted: Iterable<string>) {
    for (const name of wanted) if (isLegal(name)) this.reserved.add(name);
  }

  private readonly reserved = new Set<string>();

  of(name: string): string {
    if (isLegal(name) && !this.taken.has(name)) return this.take(name);
    const base = verilogName(name);
    for (let count = 1; ; count++) {
      const suffix = count === 1 ? '' : `_${count}`;
      const free = `${base.slice(0, MAX_LENGTH - suffix.length)}${suffix}`;
      if (!this.taken.has(free) && !this.reserved.has(free)) return this.take(free);
    }
  }

  private take(name: string): string {
    this.taken.add(name);
    return name;
  }
}

function isLegal(name: string): boolean {
  return name.length <= MAX_LENGTH && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !VERILOG_KEYWORDS.has(name);
}
