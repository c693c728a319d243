/** One beat: lane 0 in the low bits, every value modulo 2^width. */
export function pack(values: readonly bigint[], width: number): bigint {
  return values.reduceRight((word, value) => (word << BigInt(width)) | BigInt.asUintN(width, value), 0n);
}

/** A repeatable source of random numbers (mulberry32). */
export class Random {
  constructor(private state: number) {}

  /** Integer in 0 .. limit-1. */
  below(limit: number): number {
    return Number((BigInt(this.next()) * BigInt(limit)) >> 32n);
  }

  /** Unsigned value of so many bits; the extremes are frequent. */
  bits(width: number): bigint {
    const highest = (1n << BigInt(width)) - 1n;
    const choice = this.below(8);
    if (choice === 0) return 0n;
    if (choice === 1) return highest;
    let value = 0n;
    for (let done = 0; done < width; done += 32) value = (value << 32n) | BigInt(this.next());
    return value & highest;
  }

  words(count: number, width: number): bigint[] {
    return Array.from({ length: count }, () => this.bits(width));
  }

  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
}

/** 3 decimal digits, as in the names of the memory files. */
export function digits(index: number): string {
  return String(index).padStart(3, '0');
}
