/** Accumulators with one width per layer against a width for every processing element: bits in all, and what synthesis makes of it. */
import { join } from 'node:path';
import { parsePortType } from '../dist/cli/parse.js';
import { analyse, generate } from '../dist/compile.js';
import { writeFolder } from '../dist/shared/output-folder.js';

const POINTS = [
  ['TFC_1W1A', 64],
  ['TFC_2W2A', 1024],
  ['TFC_2W2A', 256],
  ['TFC_2W2A', 64],
  ['qkeras_jettagging', 256],
  ['qkeras_jettagging', 64],
  ['qkeras_jettagging', 16],
];

/**
 * @param narrowgate runs the command line: { json }
 * @param networks by name: { port }
 * @param model path of a network's file
 * @param table Markdown of a head and rows
 * @param folder an empty one for the builds
 */
export async function measureWidths({ narrowgate, networks, model, table, folder }) {
  console.log('\n## Accumulator widths: one for each layer, or for each processing element (xc7)\n');
  const rows = [];
  for (const [name, cycles] of POINTS) {
    const { port } = networks[name];
    const given = Object.fromEntries(port.map((word, k) => [word, port[k + 1]]));
    const bounded = await analyse(model(name), {
      inputPort: parsePortType(given['--input-type'], given['--input-scale']),
    });
    for (const perPeWidths of [false, true]) {
      const { plan, files } = generate(bounded, {
        target: 'xc7',
        accumulator: { policy: 'minimal', overflow: 'refuse' },
        cycles,
        perPeWidths,
      });
      const directory = join(folder, `widths-${name}-${cycles}-${perPeWidths}`);
      writeFolder(directory, files, 'build.json');
      const layers = plan.units.filter(({ accumulator }) => accumulator);
      const bits = layers.map(({ accumulator, fold }) =>
        (accumulator.perPe ?? new Array(fold.pe).fill(accumulator.bits)).reduce((sum, own) => sum + own, 0),
      );
      const permuted = layers.filter(({ channelOrder }) => channelOrder).length;
      const { total } = narrowgate('resources', directory).json;
      const how = perPeWidths ? 'each element' : 'each layer';
      const all = bits.reduce((sum, each) => sum + each, 0);
      rows.push([
        name,
        plan.cycles.interval,
        how,
        bits.join(' '),
        all,
        permuted,
        total.lut,
        total.sites,
        total.ff,
        total.bram,
      ]);
    }
  }
  console.log(
    table(
      [
        'network',
        'interval',
        'a width for',
        'bits by layer',
        'bits',
        'layers permuted',
        'LUT',
        'sites',
        'FF',
        'BRAM',
      ],
      rows,
    ),
  );
}
