/** Computations that may take long, in a thread of their own: this one goes on answering signals. */
import { Worker } from 'node:worker_threads';
import { NarrowgateError } from '../diagnostics/diagnostic.js';
import type { Answer, BackgroundProgress, Tasks } from './background-worker.js';

/**
 * Compute one of the background worker's tasks. When the process exits, the thread ends with it.
 *
 * @throws what the task throws
 */
export function inBackground<Name extends keyof Tasks>(
  name: Name,
  ...given: Parameters<Tasks[Name]>
): Promise<ReturnType<Tasks[Name]>> {
  return withProgress(() => undefined, name, ...given);
}

/** The same, with a report of where the task is. */
export function withProgress<Name extends keyof Tasks>(
  report: (progress: BackgroundProgress) => void,
  name: Name,
  ...given: Parameters<Tasks[Name]>
): Promise<ReturnType<Tasks[Name]>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./background-worker.js', import.meta.url), {
      workerData: { name, given },
    });
    worker.on('message', (answer: Answer) => {
      if ('progress' in answer) report(answer.progress);
      else if ('diagnostics' in answer) reject(new NarrowgateError(answer.diagnostics));
      else resolve(answer.value as ReturnType<Tasks[Name]>);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the background thread ended with ${code}`))); // after an answer, without effect
  });
}
