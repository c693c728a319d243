/** Messages about files, folders and arrays. */
import { define } from './diagnostic.js';

/** The system's short reason of an I/O error, without paths of this program. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const known: Record<string, string> = {
    ENOENT: 'no such file or folder',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of its path is not a folder',
    EACCES: 'permission denied',
    ENOSPC: 'no space left on the disk',
    EROFS: 'the file system is read-only',
    EMFILE: 'too many open files',
  };
  return known[code ?? ''] ?? (error instanceof Error ? error.message : String(error));
}

export const fileNotReadable = define(
  'file_not_readable',
  2,
  'A file that the command was given could not be read.',
  (file: string, error: unknown) => ({
    message: `cannot read '${file}': ${reason(error)}`,
    hint: 'check the path and its permissions',
  }),
);

export const folderNotWritable = define(
  'folder_not_writable',
  2,
  'The output folder could not be written. Earlier output, if any, is untouched.',
  (folder: string, error: unknown) => ({
    message: `cannot write to '${folder}': ${reason(error)}`,
    hint: 'choose another folder with -o, or free some space',
  }),
);

export const folderNotOurs = define(
  'folder_not_ours',
  2,
  'The output folder exists and was not made by narrowgate, so it is not replaced.',
  (folder: string) => ({
    message: `'${folder}' exists and holds files that narrowgate did not write`,
    hint: 'choose an empty or new folder with -o',
  }),
);

export const npyMalformed = define(
  'npy_malformed',
  2,
  'A .npy file is damaged or not a NumPy file at all.',
  (file: string, what: string) => ({
    message: `expected a NumPy .npy file, but ${what}`,
    at: { file, path: '' },
    hint: 'write it again with numpy.save',
  }),
);

export const npyUnsupported = define(
  'npy_unsupported',
  2,
  'A .npy file uses an element type or memory order that is not read.',
  (file: string, what: string, remedy: string) => ({
    message: `expected C order and 8- to 64-bit integers or floats, found ${what}`,
    at: { file, path: '' },
    hint: `convert with ${remedy}`,
  }),
);

export const inputShape = define(
  'input_shape',
  2,
  'The array does not have the shape that the model takes.',
  (file: string, expected: readonly number[], found: readonly number[]) => ({
    message: `expected shape (samples, ${expected.join(', ')}) (axes of length one may be missing), found (${found.join(', ')})`,
    at: { file, path: '' },
    hint: 'the first axis counts the samples; reshape the array to the model input',
  }),
);

export const inputCodeOutOfRange = define(
  'input_code_out_of_range',
  2,
  'An integer array holds codes that the input port cannot carry.',
  (file: string, index: number, code: number, type: string, min: number, max: number) => ({
    message: `expected codes of ${type} (${min} .. ${max}), found ${code} at flat index ${index}`,
    at: { file, path: '' },
    hint: 'give codes of the input type, or real values as a float array',
  }),
);

export const inputNotFinite = define(
  'input_not_finite',
  2,
  'A float array holds NaN or infinity.',
  (file: string, index: number) => ({
    message: `expected finite values, found NaN or infinity at flat index ${index}`,
    at: { file, path: '' },
    hint: 'numpy.isfinite finds such samples; leave them out, or look where they come from',
  }),
);

export const samplesMissing = define(
  'samples_missing',
  2,
  'A file of samples holds none.',
  (file: string) => ({
    message: 'expected one sample or more, found none',
    at: { file, path: '' },
    hint: 'the first axis counts the samples',
  }),
);

export const labelsMismatch = define(
  'labels_mismatch',
  2,
  'The labels do not match the samples.',
  (file: string, expected: number, found: string) => ({
    message: `expected ${expected} integer labels, one per sample, found ${found}`,
    at: { file, path: '' },
    hint: 'a one-dimensional array with the number of the right output for each sample, in their order',
  }),
);

export const labelOutOfRange = define(
  'label_out_of_range',
  2,
  'A label is not the number of a class that the network has.',
  (file: string, index: number, found: number, classes: number) => ({
    message: `expected labels 0 .. ${classes - 1}, one for each output of the network, found ${found} at sample ${index}`,
    at: { file, path: '' },
    hint: 'classes are counted from 0, in the order of the outputs',
  }),
);

export const modelFolder = define(
  'model_folder',
  2,
  'A folder was given as the model, and it holds no model.json.',
  (folder: string, isBuild: boolean) => ({
    message: `expected a folder that holds model.json, found '${folder}' without it`,
    hint: isBuild
      ? 'this folder was made by build: give it to simulate, resources or verify-certificate'
      : 'give the model file itself, or a folder that quantize or train wrote',
  }),
);

export const modelFormatUnknown = define(
  'model_format_unknown',
  2,
  'The model file has an extension that no front end reads.',
  (file: string) => ({
    message: `expected a model file ending in .json, .onnx or .tflite, found '${file}'`,
    hint: 'docs/model-format.md describes the JSON format; QONNX models end in .onnx, TensorFlow Lite models in .tflite',
  }),
);

export const buildFolderInvalid = define(
  'build_folder_invalid',
  2,
  'The folder is not one that narrowgate build made, or something in it was changed.',
  (folder: string, what: string) => ({
    message: `expected a folder made by 'narrowgate build', but ${what}`,
    at: { file: folder, path: '' },
    hint: 'build the model again: narrowgate build MODEL -o DIR',
  }),
);
