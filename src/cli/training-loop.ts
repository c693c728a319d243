/** A training on the terminal: progress, checkpoints, and a stop that loses nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { readCheckpoint, writeCheckpoint } from '../2-quantize/train/checkpoint.js';
import type { Trainer } from '../2-quantize/train/trainer.js';
import { fail } from '../diagnostics/diagnostic.js';
import { fileNotReadable } from '../diagnostics/file-errors.js';
import * as errors from '../diagnostics/training-errors.js';
import { writeWhole } from '../shared/output-folder.js';
import type { Output } from './output.js';
import { untilStopped } from './signals.js';

export interface LoopResult {
  readonly stoppedBy?: NodeJS.Signals;
  readonly loss: number; // mean of the last epoch
  readonly accuracy: number; // top-1 on the training samples, as they were in the last epoch
  readonly samplesPerSecond: number; // of all steps that were done here
}

export interface Checkpoint {
  readonly file: string;
  readonly fingerprint: string;
  readonly resume: boolean;
}

/** Milliseconds between two lines of progress. */
const REFRESH = 200;

/** @throws checkpoint_different, checkpoint_damaged, training_diverged */
export async function runTraining(
  trainer: Trainer,
  { file, fingerprint, resume }: Checkpoint,
  output: Output,
): Promise<LoopResult> {
  if (resume) restore(trainer, file, fingerprint, output);
  const save = () => writeWhole(file, writeCheckpoint(trainer.state(), fingerprint));
  const signals = untilStopped();
  const started = performance.now();
  const from = trainer.step;
  let seen = { loss: 0, correct: 0, samples: 0 };
  let last = { loss: Number.NaN, accuracy: Number.NaN };
  let shown = 0;
  try {
    while (trainer.step < trainer.steps) {
      const { loss, correct, samples } = trainer.next();
      if (!Number.isFinite(loss)) fail(errors.trainingDiverged(trainer.step));
      seen = {
        loss: seen.loss + loss * samples,
        correct: seen.correct + correct,
        samples: seen.samples + samples,
      };
      last = { loss: seen.loss / seen.samples, accuracy: seen.correct / seen.samples };
      const now = performance.now();
      const speed = ((trainer.step - from) * trainer.batch) / ((now - started) / 1000);
      const isEpoch = trainer.step % trainer.stepsPerEpoch === 0;
      if (isEpoch || now - shown > REFRESH) {
        output.transient(progressLine(trainer, last, speed));
        shown = now;
        await new Promise((resolve) => setImmediate(resolve)); // signals are heard here
      }
      if (isEpoch) {
        output.progress(epochLine(trainer, last, speed));
        seen = { loss: 0, correct: 0, samples: 0 };
        if (trainer.step < trainer.steps) save();
      }
      if (signals.stopped() && trainer.step < trainer.steps) {
        save();
        break;
      }
    }
  } finally {
    signals.release();
  }
  const stoppedBy = trainer.step < trainer.steps ? signals.stopped() : undefined;
  const seconds = (performance.now() - started) / 1000;
  return { stoppedBy, ...last, samplesPerSecond: ((trainer.step - from) * trainer.batch) / seconds };
}

function restore(trainer: Trainer, file: string, fingerprint: string, output: Output): void {
  if (!existsSync(file)) {
    output.progress(`no checkpoint in ${file}: starting from the beginning`);
    return;
  }
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    fail(fileNotReadable(file, error));
  }
  const state = readCheckpoint(bytes, fingerprint);
  if (state === 'different') fail(errors.checkpointDifferent(file));
  if (state === 'damaged') fail(errors.checkpointDamaged(file));
  trainer.resume(state);
  output.progress(`going on after step ${state.step} of ${trainer.steps}`);
}

interface Shown {
  readonly loss: number;
  readonly accuracy: number;
}

const BAR = 20;

function progressLine(trainer: Trainer, shown: Shown, speed: number): string {
  const within = trainer.step % trainer.stepsPerEpoch || trainer.stepsPerEpoch;
  const filled = Math.floor((BAR * within) / trainer.stepsPerEpoch);
  const left = Math.ceil(((trainer.steps - trainer.step) * trainer.batch) / speed);
  const epoch = Math.ceil(trainer.step / trainer.stepsPerEpoch);
  const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}`;
  return `epoch ${epoch} [${bar}] ${text(shown, speed)}, ${left} s left`;
}

function epochLine(trainer: Trainer, shown: Shown, speed: number): string {
  const epochs = trainer.steps / trainer.stepsPerEpoch;
  return `epoch ${trainer.epoch} of ${epochs}: ${text(shown, speed)}`;
}

function text({ loss, accuracy }: Shown, speed: number): string {
  return `loss ${loss.toFixed(4)}, accuracy ${(100 * accuracy).toFixed(2)} %, ${Math.round(speed)} samples/s`;
}
