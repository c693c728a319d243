import { checkCertificate } from '../../certificate-checker/check.js';
import type { GivenOptions } from '../options.js';
import type { Output } from '../output.js';

/** Check a build folder's certificate against its Verilog and its ROMs. */
export async function verifyCertificate(given: GivenOptions, output: Output): Promise<number> {
  const result = checkCertificate(given.dir ?? '');
  const lines = result.layers.map(
    (layer) =>
      `${layer.name}: ${layer.channels} channels, ${layer.bits}-bit accumulators hold ${layer.min} .. ${layer.max}`,
  );
  output.result(
    result,
    [
      ...lines,
      ...result.problems.map((problem) => `WRONG ${problem}`),
      result.valid ? 'the certificate holds' : 'the certificate does NOT hold',
    ].join('\n'),
  );
  return result.valid ? 0 : 1;
}
