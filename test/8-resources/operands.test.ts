import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBuildFolder } from '../../src/7-simulate/build-folder.js';
import { countResources } from '../../src/8-resources/count.js';
import { fileTree } from '../../src/8-resources/file-tree.js';
import { operandJob, sumResources } from '../../src/8-resources/operands.js';
import { type Step, synthesisSteps, wholeSteps } from '../../src/8-resources/recipe.js';
import type { Netlist, SynthesisJob } from '../../src/8-resources/types.js';
import { startYosys, type YosysWorker } from '../../src/8-resources/yosys.js';
import { unitJobs } from '../../src/cli/commands/resources.js';
import { compile, PROJECT, temporaryFolder, writeBuild } from '../support/build-case.js';

type Script = (target: 'xc7' | 'ice40', top: string, files: readonly string[]) => Step[];

const MODEL = join(PROJECT, 'examples/mnist-mlp/w2a2-p12/model.json');
const folder = temporaryFolder('operands');
let yosys: YosysWorker;
beforeAll(() => {
  yosys = startYosys();
});
afterAll(async () => {
  await yosys.close();
  folder.remove();
});

async function netlistOf(job: SynthesisJob, script: Script, target: 'xc7' | 'ice40'): Promise<Netlist> {
  const result = await yosys.run({
    files: fileTree(job.files),
    steps: script(target, job.top, [...job.files.keys()].sort()),
  });
  if ('error' in result) throw new Error(result.error);
  return JSON.parse(result.netlist) as Netlist;
}

/** The unit of the last layer, four lanes of weights and a buffer of activations, with accumulators by a policy. */
async function scores(policy: 'datatype' | 'minimal'): Promise<SynthesisJob> {
  const accumulator = { policy, overflow: 'refuse' } as const;
  const path = writeBuild(join(folder.path, policy), await compile(MODEL, { accumulator, cycles: 1024 }));
  const job = unitJobs(path, readBuildFolder(path).record).find(({ name }) => name === 'scores');
  if (!job) throw new Error('no unit scores');
  return job;
}

test.each(['xc7', 'ice40'] as const)(
  '%s: the operand side is one job at any accumulator, and with the rest it is the whole unit',
  async (target) => {
    const wide = await scores('datatype');
    const netlist = await netlistOf(wide, synthesisSteps, target);
    const operands = operandJob(netlist, wide);
    if (!operands) throw new Error('the unit has an operand side');
    expect([...operands.files.keys()].sort()).toEqual([
      'mnist_mlp_scores_weights_pe000.mem',
      'operand_side.v',
      'rom.v',
      'vector_buffer.v',
    ]);
    const narrow = await scores('minimal');
    expect(operandJob(await netlistOf(narrow, synthesisSteps, target), narrow)?.files).toEqual(
      operands.files,
    );

    const own = countResources(netlist.modules[wide.top], target);
    const side = countResources(
      (await netlistOf(operands, wholeSteps, target)).modules[operands.top],
      target,
    );
    const whole = countResources((await netlistOf(wide, wholeSteps, target)).modules[wide.top], target);
    const sum = sumResources(own, side);
    expect({ ...sum, lut: 0, sites: 0 }).toEqual({ ...whole, lut: 0, sites: 0 });
    expect(side.lut).toBeGreaterThan(40);
    for (const figure of ['lut', 'sites'] as const)
      expect(Math.abs(sum[figure] - whole[figure])).toBeLessThan(0.06 * whole[figure]);
  },
  180_000,
);

test('a unit without marked modules has no operand side', () => {
  const job = { name: 'u', top: 'u', files: new Map() };
  expect(
    operandJob({ modules: { u: { cells: { a: { type: 'LUT4', connections: {} } } } } }, job),
  ).toBeUndefined();
});
