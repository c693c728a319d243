import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import * as errors from '../../diagnostics/json-errors.js';
import { describe } from './describe.js';
import type { Findings } from './findings.js';
import { type SchemaError, schemaMessage } from './schema-message.js';

const SCHEMA = new URL('../../../schema/model.schema.json', import.meta.url); // the same from src/ and dist/
const FORMAT = 'narrowgate-model';
const VERSION = 1;

let compiled: ValidateFunction | undefined;

/** Report a file that is no model of this version. Such a file deserves one message, not one for each key. */
export function checkFormat(model: unknown, findings: Findings): void {
  if (typeof model !== 'object' || model === null || Array.isArray(model)) {
    findings.add(errors.modelFormat(findings.at(''), 'an object that describes a model', describe(model)));
    return;
  }
  const { format, version } = model as { format?: unknown; version?: unknown };
  if (format !== FORMAT)
    findings.add(errors.modelFormat(findings.at('format'), `"${FORMAT}"`, describe(format)));
  else if (version !== VERSION)
    findings.add(errors.modelFormat(findings.at('version'), `version ${VERSION}`, describe(version)));
}

/**
 * Check the structure of a parsed model against schema/model.schema.json and report every error.
 * Arrays of numbers are not walked here: they may hold millions of elements and are checked where they are read.
 *
 * @returns the JSON pointers of the values that are wrong, missing or unknown
 */
export function checkSchema(model: unknown, findings: Findings): string[] {
  const validate = schemaValidator();
  if (validate(model)) return [];
  const found = (validate.errors ?? []) as SchemaError[];
  const messages = found.map((error) => schemaMessage(error, findings)).filter((each) => each !== undefined);
  const meant = new Set(messages.map(({ meant }) => meant).filter((key) => key !== undefined));
  // a mistyped required key would be reported as unknown and as missing
  for (const { diagnostic, missing } of messages)
    if (missing === undefined || !meant.has(missing)) findings.add(diagnostic);
  return found.map(brokenPointer);
}

/** The value that an error makes unreadable; for a missing or unknown key, the place of that key. */
function brokenPointer({ instancePath, params }: SchemaError): string {
  const key: unknown = params.missingProperty ?? params.additionalProperty;
  return key === undefined ? instancePath : `${instancePath}/${key}`;
}

function schemaValidator(): ValidateFunction {
  if (compiled) return compiled;
  const ajv = new Ajv({ allErrors: true, verbose: true, discriminator: true, allowUnionTypes: true });
  compiled = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));
  return compiled;
}
