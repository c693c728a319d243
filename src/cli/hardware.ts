/** Building and checking that several commands do for many variants of one network. */
import type { Plan } from '../5-plan/types.js';
import type { BuildFolder } from '../7-simulate/build-folder.js';
import type { Simulator } from '../7-simulate/types.js';
import { type Verdict, verify } from '../7-simulate/verify.js';
import type { Output } from './output.js';

/** The same stalls for every variant: percent of cycles each side pauses, and the seed. */
const STALLS = { stall: 25, seed: 1 };

/** Compare hardware with the golden model on `count` samples, in each of the simulators. */
export function checkHardware(
  folder: BuildFolder,
  codes: Int32Array,
  count: number,
  simulators: readonly Simulator[],
  output: Output,
): Promise<Verdict> {
  return verify(folder, codes, {
    simulators,
    counts: { verilator: count, icarus: count },
    ...STALLS,
    trace: false,
    onProgress: (text) => output.progress(`  ${text}`),
  });
}

/** Bits of the accumulators that a plan has, unit by unit. */
export function accumulatorBits({ units }: Plan): number[] {
  return units.flatMap((unit) => (unit.accumulator ? [unit.accumulator.bits] : []));
}
