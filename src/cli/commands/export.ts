import { extname } from 'node:path';
import { importModel } from '../../1-import/index.js';
import type { PortType } from '../../1-import/types.js';
import * as errors from '../../diagnostics/command-errors.js';
import { fail } from '../../diagnostics/diagnostic.js';
import { FORMATS, type OnnxFormat, writeOnnx } from '../../export/onnx/index.js';
import { portQuantizer } from '../../export/onnx/port.js';
import { writeWhole } from '../../shared/output-folder.js';
import { checkModelOutput, writeModel } from '../model-output.js';
import type { GivenOptions } from '../options.js';
import type { Output } from '../output.js';
import { parsePortType, parseTfliteRounding } from '../parse.js';

const NAMES: Readonly<Record<OnnxFormat | 'json', string>> = {
  qonnx: 'QONNX',
  qdq: 'ONNX with QuantizeLinear',
  json: 'JSON description',
};

/** A model in a format that other programs read. */
export async function exportModel(given: GivenOptions, output: Output): Promise<number> {
  const { model = '', output: out = '', format } = given;
  const chosen = parseFormat(format);
  if (chosen !== 'json' && extname(out).toLowerCase() !== '.onnx')
    fail(errors.badOption('--output', 'a file name ending in .onnx', out));
  if (chosen === 'json') checkModelOutput(out, model);
  const network = await importModel(model, {
    inputPort: parsePortType(given.inputType, given.inputScale),
    tfliteRounding: parseTfliteRounding(given.tfliteRounding, model),
  });
  if (chosen === 'json') writeModel(out, network);
  else writeWhole(out, writeOnnx(network, chosen));
  const held = chosen === 'json' || portQuantizer(network) !== undefined;
  const inputPort = held || !network.inputPort ? undefined : portOptions(network.inputPort);
  const text = [
    `${out}: ${NAMES[chosen]}`,
    ...(inputPort ? [`it takes real values; to build from it, say again ${inputPort}`] : []),
  ];
  output.result({ file: out, format: chosen, inputPort }, text.join('\n'));
  return 0;
}

function parseFormat(format: string | undefined): OnnxFormat | 'json' {
  const known = [...FORMATS, 'json'] as const;
  const found = known.find((each) => each === format);
  return found ?? fail(errors.badOption('--format', 'qonnx, qdq or json', format ?? ''));
}

/** What the file does not hold, as the options that declare it. */
function portOptions({ bits, signed, scale: { numerator, denominator }, zeroPoint = 0 }: PortType): string {
  const scale = denominator === 1 ? numerator : `${numerator}/${denominator}`;
  const zero = zeroPoint === 0 ? '' : ` (no option declares its zero point, ${zeroPoint})`;
  return `--input-type ${signed ? 'int' : 'uint'}${bits} --input-scale ${scale}${zero}`;
}
