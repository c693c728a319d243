/** The resource model's part for flip-flops: the registers that hw/ declares, as far as synthesis keeps them. */
import { sumCost } from './engines/unrolled/sums.js';
import { arrayLatency } from './array.js';
import { boothCost } from './model-arrays.js';
import { dspFlipFlops } from './model-dsp.js';
import { inBlockRam, romColumns } from './model-rom.js';
import { type ArrayShape, accumulatorBits, arrayOf } from './model-terms.js';
import type { Part, Unit } from './types.js';

/** Flip-flops of a unit by module, as in the names of terms. */
export function flipFlops(unit: Unit): Map<string, number> {
  const found = new Map<string, number>();
  const add: Add = (module, count) => {
    if (count) found.set(module, (found.get(module) ?? 0) + count);
  };
  for (const part of [...unit.before, ...unit.array, ...unit.after]) addPart(add, part);
  for (const module of unit.generated) add('logic', sumCost(module).ff);
  for (const image of unit.memories)
    if (!image.unregistered && !inBlockRam(image)) add('rom', romColumns(image).distinct);
  return found;
}

type Add = (module: string, count: number) => void;

const counter = (count: number) => Math.ceil(Math.log2(count)); // of 1: none

function addPart(add: Add, part: Part): void {
  const { module, parameters, output } = part;
  const number = (name: string) => Number(parameters.get(name) ?? 0);
  const { lanes } = output;
  const results = lanes * number('OUT_W');
  const folds = counter(number('FOLDS') || 1);
  switch (module) {
    case 'stream_register':
      return add(module, 2 * number('WIDTH') + 2);
    case 'input_port':
      return add('stream_register', 2 * lanes * number('LANE_W') + 2);
    case 'output_port':
      return add('logic', results + 1 + (number('BEATS') > 1 ? 1 : 0) + counter(number('BEATS')));
    case 'stream_width': {
      const [from, to] = [number('IN_LANES'), number('OUT_LANES')];
      const pieces = Math.max(from / to, to / from);
      return add(module, Math.max(from, to) * number('LANE_W') + counter(pieces) + 1);
    }
    case 'vector_buffer': {
      const control = 2 * counter(2 * number('BEATS')) + counter(number('REPEATS')) + 4;
      return add(module, number('WIDTH') + (number('REPEATS') === 1 ? 1 : control));
    }
    case 'threshold_search': {
      const stages = number('LEVEL_BITS');
      add('threshold_stage', stages * (lanes * (number('IN_W') + stages) + Math.max(1, folds)));
      return add('logic', stages + results + 1 + folds);
    }
    case 'threshold_sequential': {
      const bits = number('LEVEL_BITS');
      return add('logic', lanes * (number('IN_W') + bits) + results + 2 + counter(bits) + folds);
    }
    case 'threshold_parallel':
      return add('logic', lanes * number('IN_W') + results + 2 + folds);
    case 'scale_shift': {
      const sum = Math.max(number('IN_W') + number('MULTIPLIER_W'), number('BIAS_W')) + 2;
      return add('logic', lanes * (number('IN_W') + sum) + results + 3 + folds);
    }
    case 'matrix_vector':
      return addEngine(add, part);
    case 'dsp_matrix_vector':
      return add('logic', dspFlipFlops(part));
    default:
  }
}

function addEngine(add: Add, part: Part): void {
  const { parameters, input } = part;
  const number = (name: string) => Number(parameters.get(name) ?? 0);
  const [synapseFold, neuronFold] = [number('SYNAPSE_FOLD'), number('NEURON_FOLD')];
  const startRom = number('START_ROM') === 1;
  const shape = arrayOf(parameters, input.lanes);
  const stages = arrayLatency(part) + 1;
  let control = 3 + stages * (synapseFold > 1 ? 2 : 1);
  control += counter(synapseFold * neuronFold) + (neuronFold > 1 ? counter(synapseFold) : 0);
  if (startRom) control += counter(neuronFold) + (synapseFold > 1 ? 2 : 0);
  add('logic', input.lanes * input.laneBits + control);
  for (const own of accumulatorBits(parameters)) {
    const { inside, held, bits } = arrayRegisters(shape, own);
    const result = synapseFold === 1 && !startRom ? Math.min(own, bits) : own;
    add(shape.kind === 'booth_dot' ? 'booth_dot' : 'logic', inside);
    add('logic', held + (synapseFold > 1 ? own : 0) + result);
  }
}

/** Flip-flops of an array, of the register behind it, and the bits of its result that an accumulator sees. */
function arrayRegisters(shape: ArrayShape, accumulator: number): Record<'inside' | 'held' | 'bits', number> {
  const { kind, lanes, weightBits } = shape;
  const count = Math.ceil(Math.log2(lanes + 1));
  switch (kind) {
    case 'popcount_few':
      return { inside: Math.floor((2 * lanes + 2) / 3), held: 0, bits: count };
    case 'popcount_dot':
      return { inside: 0, held: Math.min(count, accumulator), bits: count };
    case 'dot_product': {
      const bits = 1 + Math.ceil(Math.log2(lanes * 2 ** (weightBits - 1) + 1));
      return { inside: 0, held: Math.min(bits, accumulator), bits: accumulator }; // sign-extended
    }
    case 'booth_dot': {
      const { registers, bits } = boothCost({ ...shape, bits: accumulator });
      return { inside: registers, held: Math.min(bits, accumulator), bits };
    }
  }
}
