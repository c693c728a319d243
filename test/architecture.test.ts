/** The rules of docs/architecture.md that a reader of one file cannot see. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

interface SourceFile {
  readonly path: string; // relative to src/, with /
  readonly folder: string; // first part of the path; '' for src/ itself
  readonly phase: number | undefined;
  readonly text: string;
  readonly imports: readonly { readonly target: string; readonly typeOnly: boolean }[]; // target: path or package
}

function phaseOf(path: string): number | undefined {
  const match = /^(\d)-/.exec(path);
  return match ? Number(match[1]) : undefined;
}

function read(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), 'utf8');
  const statements = /(?:^|\n)(?:import|export)\s(type\s)?([^;'"]*?)from\s+'([^']+)'|import\('([^']+)'\)/g;
  const imports = [...text.matchAll(statements)].map(([, type, names, from, dynamic]) => {
    const specifier = from ?? dynamic;
    const target = specifier.startsWith('.')
      ? relative(SRC, resolve(SRC, dirname(path), specifier))
          .replaceAll(sep, '/')
          .replace(/\.js$/, '.ts')
      : specifier;
    const listed = /\{([\s\S]*)\}/.exec(names ?? '')?.[1].split(',') ?? [''];
    const allTypes = listed.filter((name) => name.trim()).every((name) => name.trim().startsWith('type '));
    return { target, typeOnly: Boolean(type) || (listed.join('').trim() !== '' && allTypes) };
  });
  const folder = path.includes('/') ? path.split('/')[0] : '';
  return { path, folder, phase: phaseOf(path), text, imports };
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll(sep, '/'))
  .filter((path) => path.endsWith('.ts'))
  .sort()
  .map(read);
const byPath = new Map(files.map((file) => [file.path, file]));

/**
 * Values (not only types) that a phase takes from an earlier one, each with its reason. The golden model in 3-integer
 * is open to all and not listed.
 */
const ACCEPTED: Readonly<Record<string, string>> = {
  '3-integer/steps.ts -> 1-import/quantize-value.ts':
    'one definition of quantization for weights and activations',
  '2-quantize/graph.ts -> 1-import/types.ts': 'which tensors a node reads',
  '2-quantize/points.ts -> 1-import/commutes.ts': 'one definition of what may change places',
  '3-integer/values.ts -> 1-import/commutes.ts': 'one definition of what may change places',
  '2-quantize/points.ts -> 1-import/types.ts': 'which tensors a node reads',
  '2-quantize/evaluate/evaluate.ts -> 1-import/types.ts': 'which tensors a node reads',
  '2-quantize/evaluate/elementwise.ts -> 1-import/float32.ts': 'one definition of elementwise arithmetic',
  '2-quantize/evaluate/elementwise.ts -> 1-import/quantize-value.ts': 'one definition of quantization',
  '3-integer/float32.ts -> 1-import/float32.ts':
    'one definition of elementwise arithmetic for phases 2 and 3',
  '3-integer/steps.ts -> 1-import/fixed-point.ts': 'one definition of the integer kernels',
  '3-integer/add.ts -> 1-import/fixed-point.ts': 'one definition of the integer kernels',
  '3-integer/convert.ts -> 1-import/types.ts': 'which tensors a node reads',
  '3-integer/host.ts -> 1-import/quantize-value.ts': 'the host quantizes as the model does',
  '5-plan/accumulator.ts -> 4-bounds/bounds.ts': 'a refusal shows the witness',
  '5-plan/unit-names.ts -> 1-import/names.ts': 'one definition of Verilog-safe names',
  '6-emit/emit.ts -> 4-bounds/certificate.ts': 'the certificate is one of the files',
  '6-emit/emit.ts -> 5-plan/stream.ts': 'how codes travel in lanes, for the comment of the top module',
};

/** Phases 7 to 9 and the command line work with finished folders and may use what made them. */
const PURE_PHASES = 6;

function accepted(from: SourceFile, target: string): boolean {
  return `${from.path} -> ${target}` in ACCEPTED;
}

test('the files are found, and their imports are read', () => {
  expect(files.length).toBeGreaterThan(60);
  const steps = byPath.get('3-integer/steps.ts');
  expect(steps?.imports).toContainEqual({ target: '1-import/types.ts', typeOnly: true });
  expect(steps?.imports).toContainEqual({ target: '1-import/quantize-value.ts', typeOnly: false });
  for (const { path, imports } of files)
    for (const { target } of imports)
      if (!/^[a-z@]/.test(target) || target.endsWith('.ts'))
        expect(byPath.has(target), `${path} imports ${target}`).toBe(true);
});

describe('phases', () => {
  const phased = files.filter(({ phase }) => phase !== undefined);

  test.each(phased.map((file) => [file.path, file] as const))('%s imports no later phase', (_, file) => {
    const later = file.imports.filter(({ target }) => (phaseOf(target) ?? 0) > (file.phase ?? 0));
    expect(later).toEqual([]);
  });

  test('import neither the command line nor the pipeline', () => {
    const wrong = files
      .filter(({ folder }) => folder !== 'cli')
      .flatMap(({ path, imports }) =>
        imports
          .filter(
            ({ target }) => target.startsWith('cli/') || (target === 'compile.ts' && path !== 'compile.ts'),
          )
          .map(({ target }) => `${path} -> ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test('1 to 6 take only types from earlier phases, the golden model, diagnostics/ and shared/', () => {
    const wrong = phased
      .filter(({ phase }) => (phase ?? 0) <= PURE_PHASES)
      .flatMap((file) =>
        file.imports
          .filter(({ target, typeOnly }) => {
            const phase = phaseOf(target);
            return phase !== undefined && phase !== file.phase && !typeOnly && phase !== 3;
          })
          .filter(({ target }) => !accepted(file, target))
          .map(({ target }) => `${file.path} -> ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test('every accepted exception still exists', () => {
    for (const pair of Object.keys(ACCEPTED)) {
      const [from, target] = pair.split(' -> ');
      const values = byPath.get(from)?.imports.filter(({ typeOnly }) => !typeOnly);
      expect(
        values?.map((each) => each.target),
        pair,
      ).toContain(target);
    }
  });

  test('shared/ and diagnostics/ know no phase', () => {
    const wrong = files
      .filter(({ folder }) => folder === 'shared' || folder === 'diagnostics')
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ target }) => phaseOf(target) !== undefined)
          .map(({ target }) => `${path} -> ${target}`),
      );
    expect(wrong).toEqual([]);
  });
});

test('2 to 6 and 9 are pure: no files but the package’s own, no processes', () => {
  const reads: Readonly<Record<string, string>> = {
    '6-emit/emit.ts': 'copies the fixed files of the benches from the package',
    '6-emit/templates.ts': 'reads templates/ of the package',
    '6-emit/verilog.ts': 'reads hw/ of the package',
  };
  const wrong = files
    .filter(({ phase }) => phase !== undefined && ![1, 7, 8].includes(phase))
    .filter(({ imports }) =>
      imports.some(({ target }) => /^(node:(fs|child_process|os|net|http)|execa)/.test(target)),
    )
    .map(({ path }) => path)
    .filter((path) => !(path in reads));
  expect(wrong).toEqual([]);
});

test('only cli/ prints and exits', () => {
  const talks = /\bconsole\.|process\.(stdout|stderr|exit\b|exitCode)/;
  const wrong = files
    .filter(({ folder, text }) => folder !== 'cli' && talks.test(text))
    .map(({ path }) => path);
  expect(wrong).toEqual([]);
  expect(files.some(({ folder, text }) => folder === 'cli' && talks.test(text))).toBe(true);
});

test('only 6-emit uses Handlebars, in one file', () => {
  const users = files.filter(({ imports }) => imports.some(({ target }) => target === 'handlebars'));
  expect(users.map(({ path }) => path)).toEqual(['6-emit/templates.ts']);
});

test('only 1-import and export know file formats of models', () => {
  const users = files.filter(({ imports }) =>
    imports.some(({ target }) => /^(protobufjs|flatbuffers|ajv)/.test(target)),
  );
  expect(users.length).toBeGreaterThan(0);
  for (const { path, folder } of users) expect(['1-import', 'export'], path).toContain(folder);
});

test('the certificate checker shares no code with what it checks', () => {
  const checker = files.filter(({ folder }) => folder === 'certificate-checker');
  expect(checker.length).toBeGreaterThan(0);
  for (const { path, imports } of checker)
    for (const { target } of imports)
      expect(target, path).toMatch(/^(certificate-checker\/|diagnostics\/|node:(fs|path)$)/);
});

test('no file is longer than can be held in the head', () => {
  const long = files.filter(({ text }) => text.split('\n').length > 450).map(({ path }) => path);
  expect(long).toEqual([]);
});
