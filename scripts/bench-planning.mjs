/** `node scripts/bench.mjs planning`: time of phase 5 alone, each in a process of its own: nothing is compiled or cached yet. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEVICES } from '../dist/5-plan/device.js';
import { parsePortType } from '../dist/cli/parse.js';
import { analyse, plan } from '../dist/compile.js';
import { printHead, printRow } from './markdown-table.mjs';

const DEVICE_NAMES = ['xc7z020', 'xc7a35t', 'xc7a100t', 'ice40up5k', 'ice40hx8k'];
/** Networks of the zoo: type and scale of the port, intervals to plan for. */
const NETWORKS = [
  { file: 'qonnx/TFC_1W1A.onnx', port: ['uint8', '1/255'], cycles: [1024, 64] },
  { file: 'qonnx/TFC_2W2A.onnx', port: ['uint8', '1/255'], cycles: [1024, 64] },
  { file: 'qonnx/qkeras_jettagging.onnx', port: ['fixed<16,6>'], cycles: [64, 1] },
  { file: 'tflite/kws_int8.tflite', cycles: [50_000] },
  { file: 'tflite/resnet8_int8.tflite', cycles: [300_000] },
  { file: 'qdq/kws.onnx', cycles: [50_000] },
  { file: 'qdq/resnet8.onnx', cycles: [300_000] },
  { file: 'espcn/subpixel_quant.onnx', port: ['uint8', '1/255'], cycles: [1_000_000] },
];

/** @param zoo folder of the networks */
export function measurePlanning(zoo) {
  console.log('\n## Planning\n');
  printHead('network | for | interval | s | CPU s');
  const script = fileURLToPath(import.meta.url);
  for (const network of NETWORKS)
    for (const wanted of [...network.cycles, ...DEVICE_NAMES]) {
      const task = JSON.stringify({ ...network, file: join(zoo, network.file), wanted });
      const { interval, seconds, cpuSeconds } = JSON.parse(execFileSync(process.execPath, [script, task]));
      const option = typeof wanted === 'number' ? '--cycles' : '--device';
      printRow(network.file, `${option} ${wanted}`, interval, seconds.toFixed(2), cpuSeconds.toFixed(2));
    }
}

/** Plan once, in this process. */
async function planOnce({ file, port: [type, scale] = [], wanted }) {
  const inputPort = type === undefined ? undefined : parsePortType(type, scale);
  const bounded = await analyse(file, { inputPort });
  const device = DEVICES.find(({ name }) => name === wanted);
  const speed = device ? { budget: { device, utilisation: 0.7 } } : { cycles: wanted };
  const options = { target: device?.target ?? 'xc7', accumulator: { overflow: 'refuse' }, ...speed };
  const [start, before] = [performance.now(), process.cpuUsage()];
  const interval = planned(bounded, options);
  const { user, system } = process.cpuUsage(before); // with the compiler's threads
  return { interval, seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
}

/** The interval that is reached. */
function planned(bounded, options) {
  try {
    return plan(bounded, options).plan.cycles.interval;
  } catch (error) {
    if (error.diagnostics?.[0].code === 'does_not_fit') return 'does not fit';
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(JSON.stringify(await planOnce(JSON.parse(process.argv[2]))));
