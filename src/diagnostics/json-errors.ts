/** Messages of the JSON model front end. */
import { define, type Location } from './diagnostic.js';

const FORMAT_PAGE = 'docs/model-format.md';

export const modelFileEmpty = define(
  'model_file_empty',
  2,
  'The model file holds nothing.',
  (file: string) => ({
    message: 'expected a JSON model description, found an empty file',
    at: { file, path: '' },
    hint: 'write the model again; a disk may have been full',
  }),
);

export const modelFileTooLarge = define(
  'model_file_too_large',
  2,
  'A file of the model is larger than what is read in one piece.',
  (at: Location, bytes: number, limit: number) => ({
    message: `expected a file of at most ${limit} bytes, found ${bytes}`,
    at,
    hint: 'keep large weights in .npy files beside the model, one per layer',
  }),
);

export const modelNotText = define(
  'model_not_text',
  2,
  'The model file ends in .json but holds bytes that are not UTF-8 text.',
  (file: string, firstBytes: string) => ({
    message: `expected UTF-8 JSON text, found binary data (it begins with bytes ${firstBytes})`,
    at: { file, path: '' },
    hint: 'give a model description; ONNX and TFLite models keep their own file name endings',
  }),
);

export const jsonSyntax = define(
  'json_syntax',
  2,
  'The file is not valid JSON (RFC 8259).',
  (file: string, line: number, column: number, expected: string, found: string) => ({
    message: `expected ${expected}, found ${found}`,
    at: { file, path: `line ${line}, column ${column}` },
    hint: found.includes('the end')
      ? 'the file seems to be cut short; write it again'
      : 'JSON has no comments, trailing commas, single quotes or NaN',
  }),
);

export const jsonDuplicateKey = define(
  'json_duplicate_key',
  2,
  'An object holds the same key twice. JSON readers would silently keep the last one.',
  (file: string, line: number, column: number, key: string) => ({
    message: `key ${key} is given twice in one object`,
    at: { file, path: `line ${line}, column ${column}` },
    hint: 'keep one of the two',
  }),
);

export const modelFormat = define(
  'model_format',
  2,
  'The JSON file does not say that it is a narrowgate model of a version that this program reads.',
  (at: Location, expected: string, found: string) => ({
    message: `expected ${expected}, found ${found}`,
    at,
    hint: `begin the model with "format": "narrowgate-model", "version": 1; see ${FORMAT_PAGE}`,
  }),
);

export const modelUnknownKey = define(
  'model_unknown_key',
  2,
  'An object of the model holds a key that the format does not know.',
  (at: Location, key: string, known: readonly string[], nearest?: string) => ({
    message: `unknown key ${key}`,
    at,
    hint: nearest ? `did you mean "${nearest}"?` : `use one of: ${known.join(', ')}`,
  }),
);

export const modelMissingKey = define(
  'model_missing_key',
  2,
  'A key that the format requires is absent.',
  (at: Location, ...keys: string[]) => {
    const either = keys.map((key) => `"${key}"`).join(' or ');
    return { message: `expected key ${either}, found none`, at, hint: `add ${either}; see ${FORMAT_PAGE}` };
  },
);

export const modelKeyConflict = define(
  'model_key_conflict',
  2,
  'Keys were given together that exclude each other, or a key that has no meaning beside the others.',
  (at: Location, message: string, hint: string) => ({ message, at, hint }),
);

export const modelValue = define(
  'model_value',
  2,
  'A value has the wrong JSON type, or is outside what the format allows.',
  (at: Location, expected: string, found: string, nearest?: string) => ({
    message: `expected ${expected}, found ${found}`,
    at,
    hint: nearest ? `did you mean "${nearest}"?` : `see this field in ${FORMAT_PAGE}`,
  }),
);

export const modelName = define(
  'model_name',
  2,
  'A name is no Verilog identifier. Names of the model become names in the generated Verilog.',
  (at: Location, found: string, suggestion?: string) => ({
    message: `expected a Verilog identifier (a letter or underscore, then letters, digits, underscores; no keyword), found ${found}`,
    at,
    hint: suggestion ? `for example "${suggestion}"` : 'for example "fc1"',
  }),
);

export const modelDuplicateName = define(
  'model_duplicate_name',
  2,
  'Two layers have the same name.',
  (at: Location, name: string, first: string) => ({
    message: `layer name '${name}' is already taken by ${first}`,
    at,
    hint: 'give each layer a name of its own',
  }),
);

export const modelUnknownLayer = define(
  'model_unknown_layer',
  2,
  'A layer takes the result of a layer that does not exist, or that stands after it.',
  (at: Location, found: string, later: boolean, nearest?: string) => ({
    message: `expected the name of an earlier layer or "input", found ${found}${later ? ', which stands later' : ''}`,
    at,
    hint: later
      ? 'write the layers in the order of computation'
      : nearest
        ? `did you mean "${nearest}"?`
        : 'a layer without a name is called by its type and index, such as conv_0',
  }),
);

export const modelLayerUnused = define(
  'model_layer_unused',
  2,
  'Nothing takes the result of a layer that is not the last one.',
  (at: Location, name: string) => ({
    message: `nothing takes the result of layer '${name}', and it is not the last layer`,
    at,
    hint: 'name it as "input" or in "inputs" of a later layer, or remove it',
  }),
);

export const modelTooManyElements = define(
  'model_too_many_elements',
  2,
  'The declared shape has more elements than any hardware here could take.',
  (at: Location, shape: readonly number[], limit: number) => ({
    message: `expected at most ${limit} elements per sample, found shape (${shape.join(', ')})`,
    at,
    hint: 'check the shape; it has no batch axis',
  }),
);

export const modelShape = define(
  'model_shape',
  2,
  'The length or shape of an array does not fit the layer.',
  (at: Location, expected: string, found: string, hint: string) => ({
    message: `expected ${expected}, found ${found}`,
    at,
    hint,
  }),
);

export const modelCodeType = define(
  'model_code_type',
  2,
  'The description of integer codes contradicts itself.',
  (at: Location, expected: string, found: string, hint: string) => ({
    message: `expected ${expected}, found ${found}`,
    at,
    hint,
  }),
);

export const modelCodeOutOfRange = define(
  'model_code_out_of_range',
  2,
  'An integer does not fit the declared type.',
  (at: Location, type: string, range: string, found: string, hint?: string) => ({
    message: `expected codes of ${type} (${range}), found ${found}`,
    at,
    hint: hint ?? 'declare more bits, or quantize the values again',
  }),
);

export const modelNotInteger = define(
  'model_not_integer',
  2,
  'A place for integer codes or thresholds holds something else.',
  (at: Location, expected: string, found: string) => ({
    message: `expected ${expected}, found ${found}`,
    at,
    hint: 'real values belong in "scale"; codes and thresholds are integers',
  }),
);

export const modelScale = define(
  'model_scale',
  2,
  'A scale is zero, negative, or no finite float32.',
  (at: Location, found: string) => ({
    message: `expected a positive scale that is a finite float32, found ${found}`,
    at,
    hint: 'the scale is the real value of one code step, for example 0.0625 or "1/255"',
  }),
);

export const modelReal = define(
  'model_real',
  2,
  'A real value is no finite float32, or has a sign that its place does not allow.',
  (at: Location, expected: string, found: string, hint?: string) => ({
    message: `expected ${expected}, found ${found}`,
    at,
    hint: hint ?? 'NaN and infinity often come from a training run that diverged, or from a division by zero',
  }),
);

export const modelThresholdOrder = define(
  'model_threshold_order',
  2,
  'The thresholds of a channel descend. Each row must be ascending; equal neighbours skip a code.',
  (at: Location, previous: number, found: number) => ({
    message: `expected thresholds in ascending order, found ${found} after ${previous}`,
    at,
    hint: 'sort each row; for a channel with a negative factor negate its weights and thresholds',
  }),
);

export const modelThresholdCount = define(
  'model_threshold_count',
  2,
  'There are more thresholds in a row than the output codes can count, or none.',
  (at: Location, type: string, limit: number, found: number) => ({
    message: `expected ${limit === 1 ? '1 threshold' : `1 to ${limit} thresholds`} per row for output codes of ${type}, found ${found}`,
    at,
    hint: 'n thresholds make n + 1 codes',
  }),
);

export const modelFold = define(
  'model_fold',
  2,
  'The folding does not divide the layer evenly.',
  (at: Location, what: string, total: number, found: number, divisors: readonly number[]) => ({
    message: `expected a divisor of the ${total} ${what}, found ${found}`,
    at,
    hint: `use one of: ${divisors.join(', ')}`,
  }),
);

export const modelNoQuantizer = define(
  'model_no_quantizer',
  2,
  'A dense or conv layer gets real values: the layer before it ends without "output" or "thresholds".',
  (at: Location, layer: string, previous: string) => ({
    message: `layer '${layer}' expects integer codes, found the real values of layer '${previous}'`,
    at,
    hint: `add "output" or "thresholds" to layer '${previous}', or a quantize layer between them`,
  }),
);

export const modelPathOutside = define(
  'model_path_outside',
  2,
  'The name of a data file leaves the folder of the model. Only files in that folder and below are read.',
  (at: Location, name: string, why: string) => ({
    message: `expected a file in the folder of the model, found ${name}: ${why}`,
    at,
    hint: 'copy the file beside the model and give its plain name; folders are separated by /',
  }),
);

export const modelDataFile = define(
  'model_data_file',
  2,
  'A data file that the model names could not be read.',
  (at: Location, name: string, why: string) => ({
    message: `cannot read ${name}: ${why}`,
    at,
    hint: 'check the name; it is relative to the folder of the model',
  }),
);

export const modelArrayType = define(
  'model_array_type',
  2,
  'A .npy file holds elements of a type that its place does not take.',
  (at: Location, name: string, expected: string, found: string) => ({
    message: `expected ${expected} in ${name}, found ${found}`,
    at,
    hint: 'convert it with numpy, for example codes.astype(numpy.int8)',
  }),
);
