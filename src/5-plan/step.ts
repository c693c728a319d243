/** A step function of codes as a unit of its own: the first quantizer behind the input port. */
import type { IntegerStep, IntegerType } from '../3-integer/types.js';
import { intervalOf, type Place } from './dense.js';
import { planRequantisation, type StepInput } from './requantise.js';
import { requantisationReport } from './requantise-report.js';
import { convertLanes, laneCode, registerPart, tensorOf } from './stream.js';
import type { Unit } from './types.js';

/** The unit of a step function of codes. */
export function stepUnit(
  { network, name, from, streams, option, way, target, report }: Place,
  step: IntegerStep,
): Unit {
  const [input] = streams;
  const fromType = tensorOf(network, step.input).type;
  const to = tensorOf(network, step.output).type;
  const module = `${network.name}_${name}`;
  const converted = convertLanes(input, option.inLanes, 'input_width');
  const { lanes, beats } = converted.at(-1)?.output ?? input;
  const order = codeOrder(fromType, step.reversed);
  const plan = planRequantisation(step, to, order, lanes, beats, 1, module, target, way);
  const register = registerPart(plan.part.output);
  return {
    name,
    module,
    kind: 'step',
    op: 'quantize',
    from,
    before: [...converted, plan.part, register],
    array: [],
    after: [],
    input,
    output: register.output,
    outputCode: laneCode(to),
    tensor: step.output,
    memories: plan.memories(),
    generated: [],
    interval: intervalOf(input, converted, beats),
    requantisation: plan.way,
    ...(report && { requantisationReport: requantisationReport(plan, target) }),
  };
}

/** Unsigned order of a code's field: the sign bit flips, and all bits when the function falls. */
function codeOrder(type: IntegerType, reversed: boolean): StepInput {
  const { bits } = type;
  const bipolar = type.encoding === 'bipolar';
  const signMask = type.signed && !bipolar ? 2 ** (bits - 1) : 0;
  const rising = (code: number) => (bipolar ? (code + 1) / 2 : code + signMask);
  const top = 2 ** bits - 1;
  // reversed: the function is of -code, and the complement of a field puts codes in falling order
  const order = reversed ? (negated: number) => top - rising(-negated) : rising;
  const ends = [rising(type.min), rising(type.max)].map((field) => (reversed ? top - field : field));
  return {
    bits,
    xorMask: reversed ? signMask ^ top : signMask,
    order,
    lo: Math.min(...ends),
    hi: Math.max(...ends),
  };
}
