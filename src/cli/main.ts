#!/usr/bin/env node
/** The command line: arguments, exit codes, and nothing else. The only place that prints and exits. */
import yargs, { type Argv } from 'yargs';
import { hideBin } from 'yargs/helpers';
import * as errors from '../diagnostics/command-errors.js';
import { fail, formatDiagnostic, NarrowgateError } from '../diagnostics/diagnostic.js';
import { type GivenOptions, modelArguments, planArguments } from './options.js';
import { createOutput, type Output } from './output.js';
import { quantizeArguments } from './quantize-options.js';
import { handleSignals } from './signals.js';
import { sweepArguments } from './sweep-options.js';
import { trainArguments } from './train-options.js';

type Command = (given: GivenOptions, output: Output) => Promise<number>;

/** Commands by name, for messages about the command line. */
const commands: string[] = [];

function register(
  y: Argv,
  name: string,
  about: string,
  options: (y: Argv) => Argv,
  load: () => Promise<Command>,
): Argv {
  const [command] = name.split(' ');
  commands.push(command);
  return y.command(
    name,
    about,
    (builder) => options(builder),
    async (argv) => {
      checkValues(command, argv);
      const given = argv as unknown as GivenOptions;
      const perform = await load();
      process.exitCode = await perform(given, createOutput(given.json ?? false, given.quiet ?? false));
    },
  );
}

/** Every option at most once, and no empty text: a shell variable that is not set must not name a folder. */
function checkValues(command: string, argv: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(argv)) {
    if (key === '_' || key === '$0' || key.length === 1 || /[A-Z]/.test(key)) continue; // yargs' own, and aliases
    const shown = key === 'model' || key === 'dir' ? key.toUpperCase() : `--${key}`;
    if (Array.isArray(value))
      fail(errors.usage(`expected ${shown} once, found it ${value.length} times`, command));
    if (value === '') fail(errors.usage(`expected a value for ${shown}, found none`, command));
  }
}

/** yargs' messages, with the command that they are about. */
function usageError(message: string): NarrowgateError {
  const args = hideBin(process.argv);
  const command = args.find((each) => commands.includes(each));
  const first = args.find((each) => !each.startsWith('-'));
  if (command === undefined && first !== undefined)
    return new NarrowgateError([
      errors.usage(`expected a command (${commands.join(', ')}), found '${first}'`, ''),
    ]);
  return new NarrowgateError([errors.usage(message, command ?? '')]);
}

function parser(): Argv {
  const out = (y: Argv, about: string) =>
    y.option('output', { alias: 'o', type: 'string', demandOption: true, describe: about });
  const accumulator = (y: Argv) =>
    y.option('accumulator', {
      type: 'string',
      describe: 'minimal, l1, datatype or bits (default: the model file, else minimal)',
    });
  const folder = (y: Argv) => y.positional('dir', { type: 'string', describe: 'folder made by build' });
  const inputs = (y: Argv) =>
    y
      .option('inputs', { type: 'string', demandOption: true, describe: '.npy file, first axis the samples' })
      .option('count', { type: 'string', describe: 'use only the first N samples' });
  let y = yargs(hideBin(process.argv))
    .scriptName('narrowgate')
    .usage('$0 <command>: quantized networks into verified Verilog with accumulators no wider than needed');
  y = register(
    y,
    'inspect <model>',
    'layers, widths and bounds',
    (b) => accumulator(planArguments(modelArguments(b))),
    async () => (await import('./commands/inspect.js')).inspect,
  );
  y = register(
    y,
    'run <model>',
    'golden inference',
    (b) =>
      accumulator(inputs(planArguments(modelArguments(b))))
        .option('labels', { type: 'string', describe: '.npy file of class labels: reports top-1 accuracy' })
        .option('output', { alias: 'o', type: 'string', describe: 'write the output codes (int32 .npy)' })
        .option('real', { type: 'boolean', describe: 'write real values (float32) instead of codes' }),
    async () => (await import('./commands/run.js')).run,
  );
  y = register(
    y,
    'build <model>',
    'Verilog, bench, certificate',
    (b) => out(accumulator(planArguments(modelArguments(b))), 'folder to write'),
    async () => (await import('./commands/build.js')).build,
  );
  y = register(
    y,
    'quantize <model>',
    'a float network into a quantized one, within an accumulator if asked',
    (b) => out(quantizeArguments(modelArguments(b)), 'folder to write, or a file ending in .json'),
    async () => (await import('./commands/quantize.js')).quantize,
  );
  y = register(
    y,
    'train <model>',
    'a float network trained on samples with labels, with --weights to a quantized one',
    (b) => out(trainArguments(modelArguments(b)), 'folder to write, or a file ending in .json'),
    async () => (await import('./commands/train.js')).train,
  );
  y = register(
    y,
    'simulate <dir>',
    'bit-exact check in Verilator and Icarus',
    (b) =>
      inputs(folder(b))
        .option('simulator', { type: 'string', default: 'both', describe: 'both, verilator or icarus' })
        .option('stall', { type: 'string', describe: 'percent of cycles each side pauses (default 25)' })
        .option('seed', { type: 'string', describe: 'of the random stalls (default 1)' })
        .option('trace', { type: 'boolean', describe: "compare every layer's stream, not only the outputs" })
        .option('junit', { type: 'string', describe: 'write a JUnit XML file for CI' }),
    async () => (await import('./commands/simulate.js')).simulate,
  );
  y = register(
    y,
    'resources <dir>',
    'synthesis report per layer',
    (b) =>
      folder(b)
        .option('target', { type: 'string', describe: 'xc7, xcup or ice40 (default: as built)' })
        .option('engine', {
          type: 'string',
          default: 'yosys',
          describe: 'yosys: synthesise; model: the analytic estimate of the build',
        })
        .option('place-and-route', {
          type: 'boolean',
          describe: 'ice40: clock and critical path of the whole design, by nextpnr (an optional package)',
        })
        .option('device', {
          type: 'string',
          describe: 'to place on: ice40hx8k or ice40up5k (default: as built, else ice40hx8k)',
        })
        .option('freq', { type: 'string', describe: 'MHz that nextpnr aims for (default 48)' })
        .option('seeds', { type: 'string', describe: 'placements to try, the fastest counts (default 1)' }),
    async () => (await import('./commands/resources.js')).resources,
  );
  y = register(
    y,
    'compare <model>',
    'build, check and synthesise several accumulator widths',
    (b) =>
      out(planArguments(modelArguments(b)), 'folder for the report')
        .option('accumulators', {
          type: 'string',
          default: '32,datatype,l1,minimal',
          describe: 'policies to compare',
        })
        .option('inputs', { type: 'string', describe: '.npy samples for the check (default: random codes)' })
        .option('labels', { type: 'string', describe: '.npy labels: accuracy in the report' })
        .option('count', { type: 'string', describe: 'samples simulated for each width (default 20)' })
        .option('simulator', { type: 'string', default: 'both', describe: 'both, verilator or icarus' })
        .option('junit', { type: 'string', describe: 'write a JUnit XML file for CI' }),
    async () => (await import('./commands/compare.js')).compare,
  );
  y = register(
    y,
    'sweep <model>',
    'a float network at several accumulator widths: accuracy, Verilog and LUTs of each',
    (b) =>
      out(
        sweepArguments(planArguments(modelArguments(b))),
        'folder to write; a sweep that was stopped there goes on',
      ),
    async () => (await import('./commands/sweep.js')).sweep,
  );
  y = register(
    y,
    'export <model>',
    'the model in a format that other programs read',
    (b) =>
      out(modelArguments(b), 'file to write, or with --format json a folder').option('format', {
        type: 'string',
        demandOption: true,
        describe: 'qonnx, qdq (ONNX with QuantizeLinear) or json',
      }),
    async () => (await import('./commands/export.js')).exportModel,
  );
  y = register(
    y,
    'verify-certificate <dir>',
    'check the accumulator certificate against the Verilog and the ROMs',
    folder,
    async () => (await import('./commands/verify-certificate.js')).verifyCertificate,
  );
  y = register(
    y,
    'doctor',
    'which tools are found',
    (b) => b,
    async () => (await import('./commands/doctor.js')).doctor,
  );
  return y
    .option('json', { type: 'boolean', describe: 'one JSON value on stdout' })
    .option('quiet', { type: 'boolean', describe: 'no progress on stderr' })
    .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false })
    .demandCommand(1, 1, 'expected a command, found none', 'expected one command, found more')
    .strict()
    .version(false)
    .help()
    .fail((message, error) => {
      throw error ?? usageError(message);
    });
}

function report(error: unknown): void {
  if (error instanceof NarrowgateError) {
    process.stderr.write(`${error.diagnostics.map(formatDiagnostic).join('\n')}\n`);
    process.exitCode = error.exitCode;
    return;
  }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  process.stderr.write(`${formatDiagnostic(errors.internal(message))}\n`);
  if (process.env.NARROWGATE_DEBUG) process.stderr.write(`${stack}\n`);
  process.exitCode = 2;
}

handleSignals();
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));

try {
  await parser().parseAsync();
} catch (error) {
  report(error);
}
