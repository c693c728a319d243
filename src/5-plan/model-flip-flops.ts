/** The resource model's part for flip-flops: the registers that hw/ declares, as far as synthesis keeps them. */

import { countBits } from '../shared/interval.js';
import { arrayLatency } from './array.js';
import { sumCost } from './engines/unrolled/sums.js';
import { boothCost, countLuts } from './model-arrays.js';
import { dspFlipFlops } from './model-dsp.js';
import { graphCost } from './model-graph.js';
import { bufferMemory, inBlockRam, romColumns } from './model-rom.js';
import { type ArrayShape, accumulatorBits, arrayOf } from './model-terms.js';
import { partsOf, type UnitContents } from './stream.js';
import type { Part, Target } from './types.js';

/** Flip-flops of a unit by module, as in the names of terms. */
export function flipFlops(unit: UnitContents, target: Target): Map<string, number> {
  const found = new Map<string, number>();
  const add: Add = (module, count) => {
    if (count) found.set(module, (found.get(module) ?? 0) + count);
  };
  for (const part of partsOf(unit)) addPart(add, part, { target, usedBits: usedBits(unit, part) });
  for (const module of unit.generated) add('logic', sumCost(module).ff);
  for (const image of unit.memories)
    if (!image.unregistered && !inBlockRam(image)) add('rom', romColumns(image).distinct);
  return found;
}

type Add = (module: string, count: number) => void;

const counter = (count: number) => Math.ceil(Math.log2(count)); // of 1: none

/** Bits of a part's input that differ: generated sums may be narrower than their lanes, and repeat their top bit. */
function usedBits({ generated }: UnitContents, { input }: Part): number {
  const [sums] = generated;
  if (!sums || sums.outputs.length !== input.lanes) return input.lanes * input.laneBits;
  const fields = [...sums.inputs, ...sums.nodes];
  return sums.outputs.reduce(
    (total, output) =>
      'constant' in output
        ? total
        : total + Math.min(sums.laneBits, fields[output.from].width + output.shift),
    0,
  );
}

function addPart(add: Add, part: Part, { target, usedBits }: { target: Target; usedBits: number }): void {
  const { module, parameters, output } = part;
  const number = (name: string) => Number(parameters.get(name) ?? 0);
  const { lanes } = output;
  const results = lanes * number('OUT_W');
  const folds = counter(number('FOLDS') || 1);
  switch (module) {
    case 'stream_register':
      add(module, 2 * number('WIDTH') + 2);
      return;
    case 'input_port':
      add('stream_register', 2 * lanes * number('LANE_W') + 2);
      return;
    case 'output_port':
      add('logic', results + 1 + (number('BEATS') > 1 ? 1 : 0) + counter(number('BEATS')));
      return;
    case 'stream_width': {
      const [from, to] = [number('IN_LANES'), number('OUT_LANES')];
      const pieces = Math.max(from / to, to / from);
      add(module, Math.max(from, to) * number('LANE_W') + counter(pieces) + 1);
      return;
    }
    case 'vector_buffer':
      add(module, bufferFlipFlops(part, target));
      return;
    case 'threshold_search': {
      const stages = number('LEVEL_BITS');
      add('threshold_stage', stages * (lanes * (number('IN_W') + stages) + Math.max(1, folds)));
      add('logic', stages + results + 1 + folds);
      return;
    }
    case 'threshold_sequential': {
      const bits = number('LEVEL_BITS');
      add('logic', lanes * (number('IN_W') + bits) + results + 2 + counter(bits) + folds);
      return;
    }
    case 'threshold_parallel':
      add('logic', usedBits + results + 2 + folds);
      return;
    case 'scale_shift': {
      const sum = Math.max(number('IN_W') + number('MULTIPLIER_W'), number('BIAS_W')) + 2;
      add('logic', usedBits + lanes * sum + results + 3 + folds);
      return;
    }
    case 'scale_sequential': {
      const [steps, stages, group] = [number('STEPS'), number('STAGES'), 2 * number('ROWS')];
      const low = Math.max(0, group * steps - number('ZEROS') - group); // product bits that wait
      const extra = number('PIVOT') > 0 ? number('EXTRA_W') : 0;
      const running = steps > 1 ? number('IN_W') + 1 + low : 0;
      add('logic', lanes * (number('IN_W') + running + number('SUM_W') + extra));
      for (let stage = 1; stage < stages; stage++)
        add('logic', lanes * (2 * number('IN_W') + 1 + Math.max(0, group * stage - number('ZEROS')) + folds));
      add('logic', results + 2 + stages + counter(steps) + folds);
      return;
    }
    case 'matrix_vector':
      addEngine(add, part);
      return;
    case 'dsp_matrix_vector':
      add('logic', dspFlipFlops(part));
      return;
    default:
      add(module, graphCost(part)?.ff ?? 0);
  }
}

function bufferFlipFlops({ parameters }: Part, target: Target): number {
  const number = (name: string) => Number(parameters.get(name));
  const [width, depth, repeats] = [number('WIDTH'), 2 * number('BEATS'), number('REPEATS')];
  if (repeats === 1) return width + 1;
  const control = 2 * counter(depth) + counter(repeats) + 4;
  switch (bufferMemory(width, depth, target)) {
    case 'luts':
      return width + control;
    case 'registers':
      return width * (depth + 1) + control;
    case 'block': // an iCE40's block has no register that holds, and what is written and read at once goes round it
      return target === 'ice40' ? 2 * width + counter(depth) + 2 + control : control;
  }
}

function addEngine(add: Add, part: Part): void {
  const { parameters, input } = part;
  const number = (name: string) => Number(parameters.get(name) ?? 0);
  const [synapseFold, neuronFold] = [number('SYNAPSE_FOLD'), number('NEURON_FOLD')];
  const startRom = number('START_ROM') === 1;
  const shape = arrayOf(parameters);
  const stages = arrayLatency(parameters) + 1;
  let control = 3 + stages * (synapseFold > 1 ? 2 : 1);
  control += counter(synapseFold * neuronFold) + (neuronFold > 1 ? counter(synapseFold) : 0);
  if (startRom) control += counter(neuronFold) + (synapseFold > 1 ? 2 : 0);
  add('logic', input.lanes * input.laneBits + control);
  for (const own of accumulatorBits(parameters)) {
    const { inside, held, bits } = arrayRegisters(shape, own);
    const result = synapseFold === 1 && !startRom ? Math.min(own, bits) : own;
    add(shape.kind === 'popcount_few' ? 'logic' : shape.kind, inside);
    add('logic', held + (synapseFold > 1 ? own : 0) + result);
  }
}

/** Flip-flops of an array, of the register behind it, and the bits of its result that an accumulator sees. */
function arrayRegisters(shape: ArrayShape, accumulator: number): Record<'inside' | 'held' | 'bits', number> {
  const { kind, lanes, twice } = shape;
  if (kind === 'booth_dot') {
    const { registers, bits } = boothCost({ ...shape, bits: accumulator });
    return { inside: registers, held: Math.min(bits, accumulator), bits: twice ? bits + 1 : bits };
  }
  const bits = countBits(lanes + 1);
  const { triples } = countLuts(lanes);
  return { inside: triples, held: kind === 'popcount_few' ? 0 : Math.min(bits, accumulator), bits };
}
