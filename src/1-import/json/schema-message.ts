import type { ErrorObject } from 'ajv';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/json-errors.js';
import { describe, quote } from './describe.js';
import type { Findings } from './findings.js';
import { nearest } from './nearest.js';

/** What ajv reports in verbose mode. */
export type SchemaError = ErrorObject<string, Record<string, unknown>> & { parentSchema?: FieldSchema };

interface FieldSchema {
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export interface SchemaMessage {
  readonly diagnostic: Diagnostic;
  readonly meant?: string; // path of the key that an unknown one stands for
  readonly missing?: string; // path of a required key that is absent
}

/** The message for one error of the schema; nothing for an error that only wraps another one. */
export function schemaMessage(error: SchemaError, findings: Findings): SchemaMessage | undefined {
  const path = jsonPath(error.instancePath);
  const schema = error.parentSchema ?? {};
  switch (error.keyword) {
    case 'if': // the branch reports
      return undefined;
    case 'additionalProperties': {
      const key = String(error.params.additionalProperty);
      const known = Object.keys(schema.properties ?? {});
      const guess = nearest(key, known);
      const diagnostic = errors.modelUnknownKey(findings.at(join(path, key)), quote(key), known, guess);
      return { diagnostic, meant: guess === undefined ? undefined : join(path, guess) };
    }
    case 'required': {
      const key = String(error.params.missingProperty);
      return { diagnostic: errors.modelMissingKey(findings.at(path), key), missing: join(path, key) };
    }
    case 'discriminator':
      return error.params.tagValue === undefined ? undefined : layerTypeMessage(error, path, findings);
    case 'enum': {
      const allowed = error.params.allowedValues as string[];
      const guess = typeof error.data === 'string' ? nearest(error.data, allowed) : undefined;
      const expected = `one of ${allowed.map((value) => JSON.stringify(value)).join(', ')}`;
      return { diagnostic: errors.modelValue(findings.at(path), expected, describe(error.data), guess) };
    }
    default:
      return { diagnostic: errors.modelValue(findings.at(path), expectation(schema), describe(error.data)) };
  }
}

const LAYER_TYPES = [
  'dense',
  'conv',
  'pool',
  'add',
  'concat',
  'pad',
  'upsample',
  'depth-to-space',
  'quantize',
  'flatten',
  'reshape',
  'elementwise',
  'batch-norm',
  'activation',
  'thresholds',
  'softmax',
];

/** A layer without any type is reported as a missing key. */
function layerTypeMessage({ params }: SchemaError, path: string, findings: Findings): SchemaMessage {
  const { tagValue } = params;
  const guess = typeof tagValue === 'string' ? nearest(tagValue, LAYER_TYPES) : undefined;
  const expected = `a layer type: ${LAYER_TYPES.map((type) => JSON.stringify(type)).join(', ')}`;
  return { diagnostic: errors.modelValue(findings.at(`${path}.type`), expected, describe(tagValue), guess) };
}

/** What a place of the format takes, in words. */
function expectation(schema: FieldSchema): string {
  if (schema.title !== undefined) return schema.title;
  const type = typeof schema.type === 'string' ? schema.type : (schema.type?.join(' or ') ?? 'another value');
  const noun = /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
  const { minimum, maximum, minItems, maxItems, minLength, maxLength } = schema;
  if (minimum !== undefined)
    return maximum === undefined ? `${noun} of ${minimum} or more` : `${noun} from ${minimum} to ${maximum}`;
  if (minItems !== undefined) return `${noun} of ${range(minItems, maxItems)} elements`;
  if (minLength !== undefined) return `${noun} of ${range(minLength, maxLength)} characters`;
  return noun;
}

function range(low: number, high: number | undefined): string {
  if (high === undefined) return `${low} or more`;
  return low === high ? `${low}` : `${low} to ${high}`;
}

/** `/layers/2/weights/bits` -> `layers[2].weights.bits`. Source: RFC 6901. */
function jsonPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(join, '');
}

function join(path: string, key: string): string {
  if (/^\d+$/.test(key)) return `${path}[${key}]`;
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${quote(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
