/** `node scripts/bench.mjs clock`: whole designs placed and routed for iCE40 by nextpnr. */

/** Foldings to place: how they are built, and on what they are placed. */
const BUILDS = [
  { device: 'ice40hx8k', folding: ['--target', 'ice40', '--cycles', '1024'] },
  { device: 'ice40hx8k', folding: ['--device', 'ice40hx8k'] },
  { device: 'ice40up5k', folding: ['--device', 'ice40hx8k'] },
  { device: 'ice40up5k', folding: ['--device', 'ice40up5k'] },
];
const SEEDS = 4;

/**
 * Print the table of clocks.
 *
 * @param narrowgate runs a command line and returns its JSON result as `json`
 * @param table lays out a head and rows
 * @param network name, path of its file, options of its input port
 * @param folder where builds are written
 */
export function measureClock({ narrowgate, table, network, folder }) {
  console.log('\n## Clock of whole designs on iCE40\n');
  const rows = BUILDS.map(({ device, folding }, index) => {
    const directory = `${folder}/clock-${index}`;
    const { json: built } = narrowgate('build', network.file, ...network.port, ...folding, '-o', directory);
    const placing = ['--place-and-route', '--device', device, '--seeds', String(SEEDS)];
    const { json } = narrowgate('resources', directory, ...placing);
    const { clockMHz, criticalPath, cells, seed, seeds, inferencesPerSecond } = json.placeAndRoute;
    const clocks = seeds.map((each) => each.clockMHz.toFixed(1)).join(' ');
    return [
      ...[network.name, folding.slice(-2).join(' '), device, built.cycles.interval],
      ...[`${clockMHz.toFixed(2)} (seed ${seed})`, clocks, `${criticalPath.delayNs.toFixed(2)} ns`],
      ...[`${criticalPath.unit}, ${criticalPath.part}`, criticalPath.adders],
      ...[`${cells.logicCells.used} of ${cells.logicCells.available}`, json.total.sites],
      ...[`${cells.bram.used} of ${cells.bram.available}`, inferencesPerSecond.toLocaleString('en-US')],
    ];
  });
  const head = [
    ...['network', 'build', 'placed on', 'interval', 'clock, MHz', `seeds 1 to ${SEEDS}`, 'critical path'],
    ...['lies in', 'carry chains', 'logic cells', 'sites by Yosys', 'block RAM', 'inferences/s'],
  ];
  console.log(table(head, rows));
}
