/** Ctrl-C and its like: a message, the exit code that shells use, nothing temporary left. */
import * as errors from '../diagnostics/command-errors.js';
import { formatDiagnostic } from '../diagnostics/diagnostic.js';

const SIGNALS = [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const;

/**
 * Exit in good order on signals; what cleans up listens to 'exit'. Handlers run only while nothing is computed in this
 * thread: work of more than a moment belongs in background.ts.
 */
export function handleSignals(): void {
  for (const [signal, number] of SIGNALS)
    process.once(signal, () => {
      process.stderr.write(`${formatDiagnostic(errors.interrupted(signal))}\n`);
      process.exit(128 + number);
    });
}
