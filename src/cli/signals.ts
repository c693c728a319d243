/** Ctrl-C and its like: a message, the exit code that shells use, nothing temporary left. */
import * as errors from '../diagnostics/command-errors.js';
import { formatDiagnostic } from '../diagnostics/diagnostic.js';

const SIGNALS = [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const;

const handlers = SIGNALS.map(([signal, number]) => ({
  signal,
  handle: () => {
    process.stderr.write(`${formatDiagnostic(errors.interrupted(signal))}\n`);
    process.exit(128 + number);
  },
}));

/** Exit in good order on signals; what cleans up listens to 'exit'. */
export function handleSignals(): void {
  for (const { signal, handle } of handlers) process.once(signal, handle);
}

/**
 * Compute something that writes no files. No handler can run meanwhile, and a search may be long, so a signal ends the
 * process at once.
 */
export function interruptibly<T>(compute: () => T): T {
  for (const { signal, handle } of handlers) process.off(signal, handle);
  try {
    return compute();
  } finally {
    handleSignals();
  }
}
