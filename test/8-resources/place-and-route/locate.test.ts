import { beforeAll, describe, expect, it } from 'vitest';
import { DEVICES } from '../../../src/5-plan/device.js';
import type { Part, Plan } from '../../../src/5-plan/types.js';
import { PLACEMENT_DEVICES } from '../../../src/8-resources/place-and-route/devices.js';
import { locate, readableName } from '../../../src/8-resources/place-and-route/locate.js';
import { compile, TINY_MLP } from '../../support/build-case.js';

it('every iCE40 device that a plan can fit is one to place on', () => {
  const names = DEVICES.filter(({ target }) => target === 'ice40').map(({ name }) => name);
  expect(PLACEMENT_DEVICES.map(({ name }) => name).sort()).toEqual(names.sort());
});

it.each([
  ['network.unit_fc1.array.engine.gen_pe[0].weight_rom.gen_block.memory.0.0_RAM', 'fc1', 'memory'],
  ['network.unit_fc1.array.engine.gen_pe[0].gen_array.gen_start.start_rom.data_DFFLC', 'fc1', 'memory'],
  ['network.unit_fc1.array.engine.gen_pe[0].weights_SB_LUT4_I0_1_LC', 'fc1', 'array'],
  ['network.unit_fc1.array.engine.enable_SB_LUT4_O_LC', 'fc1', 'array'],
  ['network.unit_fc1.array.vectors.gen_replay.read_SB_LUT4_O_LC', 'fc1', 'stream'],
  ['network.unit_fc1.array.stage_1_tready_SB_LUT4_O_LC', 'fc1', 'array'],
  ['network.unit_fc1.requantise.gen_step[0].stage.threshold_rom.data_SB_DFF_Q_DFFLC', 'fc1', 'memory'],
  ['network.unit_fc1.requantise.gen_step[0].stage.reached_SB_LUT4_O_LC', 'fc1', 'requantise'],
  ['network.unit_fc1.output_register.spare_valid_SB_DFFESR_Q_DFFLC', 'fc1', 'stream'],
  ['network.unit_fc1.stage_2_tready_SB_LUT4_O_LC', 'fc1', 'stream'],
  ['network.unit_input.port.s_axis_tready_SB_LUT4_O_LC', 'input', 'stream'],
  ['$gbuf_network.unit_fc1.array.engine.enable_$glb_ce', 'fc1', 'array'],
  ['network.rst_SB_LUT4_O_LC', 'rst_SB_LUT4_O_LC', ''],
  ['stimulus_SB_DFF_Q_1_DFFLC', 'harness', 'harness'],
  ['folded_SB_DFF_Q_D_SB_LUT4_O_LC', 'harness', 'harness'],
])('%s lies in %s, %s', (cell, unit, part) => {
  if (part === '') expect(locate(cell)).toEqual({ unit: 'top', part: 'stream' });
  else expect(locate(cell)).toEqual({ unit, part });
});

it.each(['$nextpnr_ICESTORM_LC_3', '$PACKER_VCC', ''])('%j lies nowhere', (cell) => {
  expect(locate(cell)).toBeUndefined();
});

describe('every part of a plan', () => {
  let plan: Plan;
  beforeAll(async () => {
    ({ plan } = await compile(TINY_MLP, { cycles: 8 }));
  });

  const expected = ({ module }: Part) =>
    /^(threshold_|scale_shift)/.test(module)
      ? 'requantise'
      : /^matrix_vector$|_sums$/.test(module)
        ? 'array'
        : 'stream';

  it('is found again by the names of instances', () => {
    let parts = 0;
    for (const { name, before, array, after } of plan.units)
      for (const [prefix, part] of [
        ...[...before, ...after].map((each) => ['', each] as const),
        ...array.map((each) => ['array.', each] as const),
      ]) {
        parts += 1;
        const place = locate(`network.unit_${name}.${prefix}${part.instance}.some_register_SB_DFF_Q_DFFLC`);
        expect(place, part.instance).toEqual({ unit: name, part: expected(part) });
      }
    expect(parts).toBeGreaterThan(8);
  });
});

it('names are shown without what mapping and packing appended', () => {
  expect(readableName('network.unit_a.port.valid_SB_DFFESR_Q_D_SB_LUT4_O_LC')).toBe('unit_a.port.valid');
  expect(readableName('network.unit_a.rom.memory.0.8_RAM')).toBe('unit_a.rom.memory.0.8');
  expect(readableName('$gbuf_network.rst_$glb_sr')).toBe('rst_$glb_sr');
});
