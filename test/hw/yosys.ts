/** The Yosys versions that hw/ must pass through, behind one call. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runYosys } from '@yowasp/yosys';
import { hw, type ToolResult, tool } from './bench.js';

export interface Yosys {
  readonly name: string;
  readonly xilinxCells: string; // simulation models of the cells that synth_xilinx maps to
  /** Run a script beside the library's sources and the given files. */
  run(script: string, files?: Readonly<Record<string, string>>): Promise<YosysResult>;
}

export interface YosysResult extends ToolResult {
  readonly written: string; // out.v, when the script wrote it
}

const DEBIAN_YOSYS = '/usr/bin/yosys';
const SYNTHESIS_MILLISECONDS = 600_000;
const sources = await librarySources();

/** All files of hw/, as arguments of read_verilog. */
export const SOURCE_NAMES = Object.keys(sources).join(' ');

/** The package that the compiler itself uses. */
export const pinnedYosys: Yosys = {
  name: 'pinned Yosys',
  xilinxCells: join(packageFolder(), 'share/xilinx/cells_sim.v'),
  async run(script, files = {}) {
    let output = '';
    const collect = (bytes: Uint8Array | null): void => {
      if (bytes) output += new TextDecoder().decode(bytes);
    };
    try {
      const inside = { ...sources, ...files, 'check.ys': script };
      const tree = await runYosys(['-q', '-s', 'check.ys'], inside, { stdout: collect, stderr: collect });
      const written = tree?.['out.v'];
      return { ok: true, output, written: typeof written === 'string' ? written : '' };
    } catch (error) {
      return { ok: false, output: output || String(error), written: '' };
    }
  },
};

/** The distribution's, where there is one. */
export const installedYosys: Yosys = {
  name: 'installed Yosys',
  xilinxCells: '/usr/share/yosys/xilinx/cells_sim.v',
  async run(script, files = {}) {
    const cwd = await mkdtemp(join(tmpdir(), 'narrowgate-yosys-'));
    try {
      for (const [name, text] of Object.entries({ ...sources, ...files, 'check.ys': script }))
        await writeFile(join(cwd, name), text);
      const result = await tool(DEBIAN_YOSYS, ['-q', '-s', 'check.ys'], cwd, SYNTHESIS_MILLISECONDS);
      const out = join(cwd, 'out.v');
      return { ...result, written: existsSync(out) ? await readFile(out, 'utf8') : '' };
    } finally {
      await rm(cwd, { recursive: true });
    }
  },
};

/** Those that are here; the pinned one always is. */
export const YOSYS: readonly Yosys[] = existsSync(DEBIAN_YOSYS)
  ? [pinnedYosys, installedYosys]
  : [pinnedYosys];

/** Folder of the package that holds the WebAssembly build. */
function packageFolder(): string {
  return dirname(fileURLToPath(import.meta.resolve('@yowasp/yosys')));
}

async function librarySources(): Promise<Record<string, string>> {
  const files = (await readdir(hw)).filter((file) => file.endsWith('.v'));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(join(hw, file), 'utf8')] as const)),
  );
}
