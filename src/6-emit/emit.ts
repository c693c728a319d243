/** Phase 6: Plan -> all files of a build folder, as path -> text. Deterministic: no times, no absolute paths. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IntegerNetwork } from '../3-integer/types.js';
import { certificate } from '../4-bounds/certificate.js';
import type { BoundedNetwork } from '../4-bounds/types.js';
import { laneCode, partsOf } from '../5-plan/stream.js';
import type { MemoryImage, Plan, Unit } from '../5-plan/types.js';
import { stringify } from '../shared/json.js';
import { packageFolder } from '../shared/package-folder.js';
import { buildRecord } from './build-record.js';
import { benchVerilog, libraryFiles, topVerilog, unitVerilog } from './verilog.js';

/** Fixed files of the benches, copied so that a build folder stands alone. */
const BENCH_FILES = ['harness.cpp', 'bench_icarus.v', 'stream_probe.v'];

/** Emit a build folder. */
export function emitFiles(plan: Plan, bounded: BoundedNetwork): Map<string, string> {
  const { network } = bounded;
  const files = new Map<string, string>();
  const sources = new Map(plan.units.map((unit) => [unit, unitSources(unit)]));
  for (const [name, text] of libraryFiles(modulesOf(plan.units))) files.set(`rtl/${name}`, text);
  for (const texts of sources.values()) for (const [name, text] of texts) files.set(`rtl/${name}`, text);
  files.set(`rtl/${plan.top}.v`, topVerilog(plan, network.name, laneCode(inputType(network))));
  files.set('sim/bench.v', benchVerilog(plan));
  for (const name of BENCH_FILES)
    files.set(`sim/${name}`, readFileSync(join(packageFolder, 'sim', name), 'utf8'));
  files.set('certificate.json', `${JSON.stringify(certificate(bounded, plan), undefined, 1)}\n`);
  files.set('network.json', `${stringify(network)}\n`);
  files.set(
    'build.json',
    `${JSON.stringify(
      buildRecord(
        plan,
        (unit) => [...(sources.get(unit)?.keys() ?? [])],
        [...files.keys()],
        network.tfliteRounding,
      ),
      undefined,
      1,
    )}\n`,
  );
  return files;
}

/** What one unit needs to be synthesised by itself: file name -> text. */
export function unitSources(unit: Unit): Map<string, string> {
  const files = new Map([...libraryFiles(modulesOf([unit])), ...unitVerilog(unit)]);
  for (const memory of unit.memories) files.set(memory.file, memoryText(memory));
  return files;
}

function modulesOf(units: readonly Unit[]): string[] {
  return units.flatMap((unit) => partsOf(unit).map((part) => part.module));
}

function memoryText({ words }: MemoryImage): string {
  return `${words.join('\n')}\n`;
}

function inputType(network: IntegerNetwork) {
  const tensor = network.tensors.get(network.input);
  if (!tensor) throw new Error('the network has no input tensor');
  return tensor.type;
}
