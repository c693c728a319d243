/** LUTs and DSP blocks of the zoo's networks by --engine, and what each engine reaches on a device. */

const POINTS = [
  ['TFC_2W2A', 1024],
  ['TFC_2W2A', 256],
  ['TFC_2W2A', 64],
  ['qkeras_jettagging', 256],
  ['qkeras_jettagging', 64],
  ['qkeras_jettagging', 16],
];
const ENGINES = ['lut', 'dsp', 'auto'];

/**
 * @param narrowgate runs the command line: { json }
 * @param networks by name: { port }
 * @param model path of a network's file
 * @param table Markdown of a head and rows
 * @param folder an empty one for the builds
 */
export function measureDsp({ narrowgate, networks, model, table, folder }) {
  const build = (name, engine, ...options) => {
    const directory = `${folder}/${name}-${engine}-${options.join('')}`;
    const args = [
      'build',
      model(name),
      '-o',
      directory,
      '--engine',
      engine,
      ...options,
      ...networks[name].port,
    ];
    return { directory, built: narrowgate(...args).json };
  };
  console.log('\n## LUTs and DSP blocks by engine (xc7)\n');
  const rows = [];
  for (const [name, cycles] of POINTS)
    for (const engine of ENGINES) {
      const { directory, built } = build(name, engine, '--cycles', String(cycles));
      const { total } = narrowgate('resources', directory).json;
      const found = built.layers.filter((layer) => layer.engine === 'dsp');
      const products = found.reduce((sum, { pe, simd }) => sum + pe * simd, 0);
      const each = total.dsp ? (products / total.dsp).toFixed(2) : '-';
      const { interval, latency } = built.cycles;
      rows.push([
        name,
        interval,
        latency,
        engine,
        total.lut,
        total.sites,
        total.ff,
        total.dsp,
        each,
        total.bram,
      ]);
    }
  console.log(
    table(
      ['network', 'interval', 'latency', 'engine', 'LUT', 'sites', 'FF', 'DSP', 'products per DSP', 'BRAM'],
      rows,
    ),
  );

  console.log('\n## The fastest folding that fits 70 % of a device, by engine and by the resource model\n');
  const fits = [];
  for (const name of ['TFC_2W2A', 'qkeras_jettagging'])
    for (const device of ['xc7a35t', 'xc7z020'])
      for (const engine of ENGINES) {
        const { directory, built } = build(name, engine, '--device', device);
        const { total } = narrowgate('resources', directory, '--engine', 'model').json;
        fits.push([name, device, engine, built.cycles.interval, total.lut, total.sites, total.dsp]);
      }
  console.log(table(['network', 'device', 'engine', 'interval', 'LUT', 'sites', 'DSP'], fits));
}
