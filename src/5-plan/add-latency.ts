/** Parameters of `stream_add` that its latency depends on, by their names in hw/stream_add.v. */
export interface AddParameters {
  readonly A_W: number; // bits per value, 1 .. 48
  readonly A_SIGNED: number; // 1: two's complement
  readonly A_WEIGHT: number; // not 0, magnitude below 2^24
  readonly B_W: number;
  readonly B_SIGNED: number;
  readonly B_WEIGHT: number;
}

/** Registers that hold a beat of either input, and the sum. */
const PORT_REGISTERS = 2;

/** Bits of the first table, which needs no adder, and of each that follows. */
const FIRST_TABLE_BITS = 6;
const TABLE_BITS = 5;

/** Adders between two rows of registers. */
const ADDERS_IN_A_ROW = 7;

/** @returns cycles from the later of two beats to their sum, when nothing stalls */
export function addLatency(parameters: AddParameters): number {
  const tables = 1 + Math.max(0, Math.ceil((tableBits(parameters) - FIRST_TABLE_BITS) / TABLE_BITS));
  return PORT_REGISTERS + Math.floor(Math.max(0, tables - 2) / ADDERS_IN_A_ROW);
}

/** Bits that enter tables: both inputs', or their sum's where the weights differ by a power of two and a sign only. */
function tableBits({ A_W, A_SIGNED, A_WEIGHT, B_W, B_SIGNED, B_WEIGHT }: AddParameters): number {
  const [a, b] = [factors(A_WEIGHT), factors(B_WEIGHT)];
  if (A_W + B_W <= FIRST_TABLE_BITS || a.odd !== b.odd) return A_W + B_W;
  if (a.odd === 1) return 0;
  const common = Math.min(a.zeros, b.zeros);
  const signed = A_SIGNED === 1 || B_SIGNED === 1 || A_WEIGHT < 0 !== B_WEIGHT < 0;
  const width = (bits: number, zeros: number, isSigned: number) =>
    bits + zeros - common + (signed && isSigned === 0 ? 1 : 0);
  return 1 + Math.max(width(A_W, a.zeros, A_SIGNED), width(B_W, b.zeros, B_SIGNED));
}

/** |weight| = odd * 2^zeros. */
function factors(weight: number): { odd: number; zeros: number } {
  let odd = Math.abs(weight);
  let zeros = 0;
  for (; odd % 2 === 0; odd /= 2) zeros++;
  return { odd, zeros };
}
