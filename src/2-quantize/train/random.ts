/** Random numbers that a seed fixes: the same on every machine, for they are integers. */

/** Uniform integers of 32 bits. Source: mulberry32, public domain, by Tommy Ettinger. */
export function integers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** 0 .. count - 1 in random order. It follows from the seed and the epoch alone, so a resumed epoch has the same order. */
export function permutation(count: number, seed: number, epoch: number): Int32Array {
  const next = integers(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b));
  const order = Int32Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = Math.floor((next() / 2 ** 32) * (k + 1));
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order;
}
