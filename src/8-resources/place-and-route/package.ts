/** Where the npm package with nextpnr is. It is optional: npm installs it only when asked to. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.js';
import { placementToolMissing } from '../../diagnostics/resource-errors.js';

export const NEXTPNR_PACKAGE = '@yowasp/nextpnr-ice40';

/** The version that figures are published for; package.json names it as an optional peer. */
export const NEXTPNR_VERSION = '0.8.621';

/** Environment variable with the package's own folder, or with the folder whose node_modules holds it. */
export const NEXTPNR_VARIABLE = 'NARROWGATE_NEXTPNR';

export interface NextpnrPackage {
  readonly module: string; // path of the file to import
  readonly version: string;
}

/**
 * The package in the folder that NARROWGATE_NEXTPNR names, and nowhere else if it names one; otherwise where narrowgate
 * itself would import it from: its own node_modules, or one that holds narrowgate, such as npm's global one.
 */
export function findNextpnr(env: NodeJS.ProcessEnv = process.env): NextpnrPackage | undefined {
  const named = env[NEXTPNR_VARIABLE];
  if (!named) return packageFrom(import.meta.url);
  const folders = [resolve(named), join(resolve(named), 'node_modules', NEXTPNR_PACKAGE)];
  for (const folder of folders) {
    const manifest = join(folder, 'package.json');
    if (readManifest(manifest)?.name === NEXTPNR_PACKAGE) return packageFrom(manifest); // it can import itself
  }
  return undefined;
}

/** @throws placement_tool_missing */
export function requireNextpnr(env: NodeJS.ProcessEnv = process.env): NextpnrPackage {
  const named = env[NEXTPNR_VARIABLE] || undefined;
  return (
    findNextpnr(env) ?? fail(placementToolMissing(NEXTPNR_PACKAGE, NEXTPNR_VERSION, NEXTPNR_VARIABLE, named))
  );
}

/** Name and version of the tool, as reports cite it. */
export function nextpnrCitation({ version }: NextpnrPackage): string {
  return `nextpnr-ice40 (npm ${NEXTPNR_PACKAGE} ${version})`;
}

/** The package as the module or manifest at `importer` finds it. */
function packageFrom(importer: string): NextpnrPackage | undefined {
  try {
    const module = createRequire(importer).resolve(NEXTPNR_PACKAGE);
    const version = readManifest(join(dirname(module), '..', 'package.json'))?.version;
    return { module, version: version ?? 'unknown' };
  } catch {
    return undefined;
  }
}

function readManifest(file: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
}
