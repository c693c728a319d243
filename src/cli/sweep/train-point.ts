/** One point of a sweep whose weights are trained within the accumulator. */
import { rmSync } from 'node:fs';
import type { Network } from '../../1-import/types.js';
import { assignUniform } from '../../2-quantize/assign.js';
import type { TrainedMethod } from '../../2-quantize/train/plan.js';
import type { Quantize } from '../../2-quantize/train/train.js';
import { toInteger } from '../../3-integer/convert.js';
import { boundNetwork } from '../../4-bounds/bounds.js';
import type { BoundedNetwork } from '../../4-bounds/types.js';
import type { SweepPoint } from '../../9-report/sweep/types.js';
import { checkAccumulators } from '../../compile.js';
import { inBackground } from '../background.js';
import type { Output } from '../output.js';
import { parseRange, parseWidths } from '../quantize-options.js';
import { parseTraining } from '../train-options.js';
import { runTraining } from '../training-loop.js';
import type { SweepInputs } from './measure.js';
import { pointOptions } from './points.js';

/** A signal stopped the training; its checkpoint is written. */
export interface Stopped {
  readonly stoppedBy: NodeJS.Signals;
}

/**
 * @param checkpoint file that a training that was stopped goes on from
 * @throws what training and its check against the exact bounds throw
 */
export async function trainPoint(
  { given, prepared, calibration, training }: SweepInputs,
  point: SweepPoint,
  method: TrainedMethod,
  checkpoint: { readonly file: string; readonly fingerprint: string },
  output: Output,
): Promise<{ readonly network: Network; readonly bounded: BoundedNetwork } | Stopped> {
  if (!training) throw new Error('a trained point needs samples to train with');
  const own = pointOptions(given, point);
  const widths = parseWidths(own);
  const asked = {
    assignment: assignUniform(prepared.network, prepared.points, widths),
    method,
    range: parseRange(own),
    inputBits: widths.inputs,
    calibration,
  };
  const { prepareTraining } = await import('../../2-quantize/train/train.js');
  const inThread: Quantize = (...start) => inBackground('quantizeNetwork', ...start);
  const options = parseTraining(own);
  const { trainer, finish } = await prepareTraining(prepared, training, options, asked, inThread);
  const { stoppedBy } = await runTraining(trainer, { ...checkpoint, resume: true }, output);
  if (stoppedBy) return { stoppedBy };
  const network = finish();
  trainer.dispose();
  rmSync(checkpoint.file, { force: true });
  const bounded = boundNetwork(toInteger(network));
  checkAccumulators(bounded, widths.accumulator);
  return { network, bounded };
}
