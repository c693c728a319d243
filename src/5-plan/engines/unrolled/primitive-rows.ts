/** The rows of a matrix that really have to be computed: none is 0, or another one's multiple by +-2^k. */

export interface RowUse {
  readonly row: number; // of `weights` below; -1: the output is 0
  readonly shift: number;
  readonly negate: boolean;
}

export interface PrimitiveRows {
  readonly weights: Float64Array; // [rows * inputs]; in each row some weight is odd and the first non-zero one positive
  readonly rows: number;
  readonly uses: readonly RowUse[]; // [outputs]
}

/** @param weights [outputs * inputs], row-major */
export function primitiveRows(weights: Int32Array, outputs: number, inputs: number): PrimitiveRows {
  const known = new Map<string, number>();
  const values: number[] = [];
  const uses: RowUse[] = [];
  for (let output = 0; output < outputs; output++) {
    const row = Array.from(weights.subarray(output * inputs, (output + 1) * inputs));
    const leading = row.find((weight) => weight !== 0);
    if (leading === undefined) {
      uses.push({ row: -1, shift: 0, negate: false });
      continue;
    }
    let shift = 0;
    while (row.every((weight) => weight % 2 ** (shift + 1) === 0)) shift++;
    const negate = leading < 0;
    const unit = (negate ? -1 : 1) * 2 ** shift;
    const primitive = row.map((weight) => (weight === 0 ? 0 : weight / unit));
    const key = primitive.join();
    if (!known.has(key)) {
      known.set(key, known.size);
      values.push(...primitive);
    }
    uses.push({ row: known.get(key) ?? -1, shift, negate });
  }
  return { weights: Float64Array.from(values), rows: known.size, uses };
}
