/** Ctrl-C and its like: a message, the exit code that shells use, nothing temporary left. */
import * as errors from '../diagnostics/command-errors.js';
import { formatDiagnostic } from '../diagnostics/diagnostic.js';

const SIGNALS = [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const;

const handlers = SIGNALS.map(([signal]) => ({
  signal,
  handle: () => {
    process.stderr.write(`${formatDiagnostic(errors.interrupted(signal))}\n`);
    process.exit(exitCodeOf(signal));
  },
}));

/** The exit code that shells use. */
export function exitCodeOf(stopped: NodeJS.Signals): number {
  return 128 + (SIGNALS.find(([signal]) => signal === stopped)?.[1] ?? 0);
}

/**
 * Exit in good order on signals; what cleans up listens to 'exit'. Handlers run only while nothing is computed in this
 * thread: work of more than a moment belongs in background.ts.
 */
export function handleSignals(): void {
  for (const { signal, handle } of handlers) process.once(signal, handle);
}

/**
 * Take note of a signal instead of exiting, for work that stops by itself and leaves something to go on from. A second
 * signal exits.
 *
 * @returns which signal came, if any; and the end of it
 */
export function untilStopped(): { stopped: () => NodeJS.Signals | undefined; release: () => void } {
  let seen: NodeJS.Signals | undefined;
  const notes = handlers.map(({ signal, handle }) => ({
    signal,
    handle,
    note: () => {
      if (seen) handle();
      seen = signal;
    },
  }));
  // Never without a listener: a signal that came during the computation before would be lost with the last one.
  for (const { signal, handle, note } of notes) {
    process.on(signal, note);
    process.off(signal, handle);
  }
  return {
    stopped: () => seen,
    release: () => {
      for (const { signal, handle, note } of notes) {
        process.once(signal, handle);
        process.off(signal, note);
      }
    },
  };
}
