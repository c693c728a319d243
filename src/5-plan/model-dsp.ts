/** The resource model's part for dsp_matrix_vector: what its header says of registers and blocks. */
import type { UnitContents } from './stream.js';
import type { Part } from './types.js';

/** Bits of the accumulators in LUTs behind the blocks; 0 where the blocks accumulate. */
export function dspAccumulatorBits({ parameters }: Part): number {
  const number = (name: string) => Number(parameters.get(name));
  return number('SPLIT') * number('PE') * (number('ACC_W') + number('DROP'));
}

/** DSP blocks of a unit. */
export function dspBlocks({ array }: UnitContents): number {
  let total = 0;
  for (const { module, parameters } of array)
    if (module === 'dsp_matrix_vector') {
      const number = (name: string) => Number(parameters.get(name));
      total += Math.ceil(number('PE') / number('LANES')) * number('SIMD');
    }
  return total;
}

/** Flip-flops of dsp_matrix_vector: ROM registers, delayed activations and addresses, accumulators behind the blocks. */
export function dspFlipFlops(part: Part): number {
  const number = (name: string) => Number(part.parameters.get(name));
  const [simd, lanes, depth] = [
    number('SIMD'),
    number('LANES'),
    number('SYNAPSE_FOLD') * number('NEURON_FOLD'),
  ];
  const roms =
    number('BLOCK') || depth === 1 ? 0 : Math.ceil(number('PE') / lanes) * simd * lanes * number('DIGIT_W');
  const activations = ((simd * (simd + 1)) / 2) * number('A_W');
  const addresses = (simd + 1) * Math.ceil(Math.log2(depth + 1));
  return roms + activations + addresses + dspAccumulatorBits(part) + 3 * (simd + 2);
}
