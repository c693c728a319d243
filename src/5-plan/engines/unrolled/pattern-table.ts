/**
 * How often each pattern of two terms occurs, and which patterns are worth sharing, the most frequent first.
 * An open-addressing hash table with linear probing, which shrinks with the number of patterns to stay in the
 * processor's cache; a bucket queue over the counts.
 */
import type { Random } from './random.js';

/** Words of one slot of the table. */
const HEAD = 0;
const TAIL = 1; // -1: the slot is empty
const COUNT = 2;
const QUEUED = 3; // bucket in which the pattern waits, 0: in none
const WORDS = 4;
/** Fewest slots; a power of two. */
const LEAST_SIZE = 1024;
/** Slots per pattern beyond which the table shrinks. */
const SPARSE = 32;

export interface QueuedPattern {
  readonly head: number;
  readonly tail: number;
  readonly count: number; // at least 2; what it was queued with, and no more than its count
}

export class PatternTable {
  /** Changes of counts so far: the unit in which effort is measured. */
  work = 0;
  private slots: Int32Array;
  private mask: number;
  private used = 0; // slots that are not empty
  private readonly buckets: number[][] = []; // [count]: head, tail, head, tail, ...
  private top = 0; // no bucket above it holds anything

  constructor() {
    this.slots = new Int32Array(LEAST_SIZE * WORDS).fill(-1);
    this.mask = LEAST_SIZE - 1;
  }

  increment(head: number, tail: number): void {
    this.work++;
    let slot = this.find(head, tail);
    if (this.slots[slot + TAIL] < 0) {
      if (2 * this.used > this.mask) {
        this.resize(2 * (this.mask + 1));
        slot = this.find(head, tail);
      }
      this.used++;
      this.slots[slot + HEAD] = head;
      this.slots[slot + TAIL] = tail;
      this.slots[slot + COUNT] = 0;
      this.slots[slot + QUEUED] = 0;
    }
    const count = ++this.slots[slot + COUNT];
    if (count >= 2 && count > this.slots[slot + QUEUED]) {
      this.slots[slot + QUEUED] = count;
      this.push(head, tail, count);
    }
  }

  decrement(head: number, tail: number): void {
    this.work++;
    const slot = this.find(head, tail);
    if (--this.slots[slot + COUNT] === 0) this.remove(slot / WORDS);
  }

  /** Take a most frequent pattern out of the queue, a random one among equals; undefined when none occurs twice. */
  pop(random: Random): QueuedPattern | undefined {
    for (; this.top >= 2; this.top--) {
      const bucket = this.buckets[this.top];
      while (bucket.length > 0) {
        const index = 2 * random.below(bucket.length / 2);
        const [head, tail] = [bucket[index], bucket[index + 1]];
        const lastTail = bucket.pop() as number;
        const lastHead = bucket.pop() as number;
        if (index < bucket.length) {
          bucket[index] = lastHead;
          bucket[index + 1] = lastTail;
        }
        const slot = this.find(head, tail);
        if (this.slots[slot + TAIL] < 0 || this.slots[slot + QUEUED] !== this.top) continue; // outdated
        this.slots[slot + QUEUED] = 0;
        const count = this.slots[slot + COUNT];
        if (count >= this.top) return { head, tail, count: this.top };
        this.requeue(head, tail, count);
      }
    }
    return undefined;
  }

  /** Put a pattern back, to be taken as if it occurred `count` times. */
  requeue(head: number, tail: number, count: number): void {
    if (count < 2) return;
    const slot = this.find(head, tail);
    if (this.slots[slot + TAIL] < 0 || count <= this.slots[slot + QUEUED]) return;
    this.slots[slot + QUEUED] = count;
    this.push(head, tail, count);
  }

  /** Forget what is queued. Patterns queue again when their count rises. */
  clearQueue(): void {
    for (; this.top >= 2; this.top--) {
      const bucket = this.buckets[this.top];
      for (let k = 0; k < bucket.length; k += 2) {
        const slot = this.find(bucket[k], bucket[k + 1]);
        if (this.slots[slot + TAIL] >= 0) this.slots[slot + QUEUED] = 0;
      }
      bucket.length = 0;
    }
  }

  private push(head: number, tail: number, count: number): void {
    while (this.buckets.length <= count) this.buckets.push([]);
    this.buckets[count].push(head, tail);
    if (count > this.top) this.top = count;
  }

  /** The slot of a pattern, or the empty one where it belongs; in words. */
  private find(head: number, tail: number): number {
    const { slots, mask } = this;
    let index = home(head, tail) & mask;
    for (;;) {
      const slot = index * WORDS;
      if (slots[slot + TAIL] < 0 || (slots[slot + HEAD] === head && slots[slot + TAIL] === tail)) return slot;
      index = (index + 1) & mask;
    }
  }

  /** Empty a slot and move those behind it, so that no probe sequence is broken. */
  private remove(hole: number): void {
    const { slots, mask } = this;
    let free = hole * WORDS;
    for (let index = (hole + 1) & mask; slots[index * WORDS + TAIL] >= 0; index = (index + 1) & mask) {
      const slot = index * WORDS;
      const start = home(slots[slot + HEAD], slots[slot + TAIL]) & mask;
      if (((index - start) & mask) >= ((index - free / WORDS) & mask)) {
        copy(slots, slot, slots, free);
        free = slot;
      }
    }
    slots[free + TAIL] = -1;
    this.used--;
    if (SPARSE * this.used < mask && mask >= 4 * LEAST_SIZE) this.resize((mask + 1) / 4);
  }

  private resize(size: number): void {
    const old = this.slots;
    this.slots = new Int32Array(size * WORDS).fill(-1);
    this.mask = size - 1;
    for (let slot = 0; slot < old.length; slot += WORDS)
      if (old[slot + TAIL] >= 0) copy(old, slot, this.slots, this.find(old[slot + HEAD], old[slot + TAIL]));
  }
}

function copy(from: Int32Array, source: number, to: Int32Array, target: number): void {
  to[target + HEAD] = from[source + HEAD];
  to[target + TAIL] = from[source + TAIL];
  to[target + COUNT] = from[source + COUNT];
  to[target + QUEUED] = from[source + QUEUED];
}

function home(head: number, tail: number): number {
  const mixed = Math.imul(head, 0x9e3779b1) ^ Math.imul(tail, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 8;
}
