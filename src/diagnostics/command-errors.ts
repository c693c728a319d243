/** Messages about the command line itself. */
import { define } from './diagnostic.js';

export const usage = define(
  'usage',
  2,
  'The command line is not one that narrowgate knows.',
  (what: string, command: string) => ({
    message: what,
    hint: `narrowgate ${command ? `${command} ` : ''}--help`,
  }),
);

export const badOption = define(
  'bad_option',
  2,
  'An option has a value that it does not take.',
  (option: string, expected: string, found: string, hint?: string) => ({
    message: `${option}: expected ${expected}, found '${found}'`,
    hint: hint ?? 'narrowgate <command> --help tells what each option takes',
  }),
);

export const interrupted = define(
  'interrupted',
  2,
  'The command was stopped by a signal; output that was not complete is not left behind.',
  (signal: string) => ({ message: `stopped by ${signal}` }),
);

export const internal = define('internal', 2, 'A fault of narrowgate itself.', (message: string) => ({
  message: `a fault of narrowgate itself: ${message}`,
  hint: 'run again with NARROWGATE_DEBUG=1 and report the output together with the model',
}));
