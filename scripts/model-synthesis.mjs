/**
 * What each library module in a unit occupies, by Yosys: modules marked registered_boundary are mapped by themselves, so
 * the netlist before they are joined says what each of them takes. `logic` is the rest of the unit.
 */
import { cacheKey, readEntry, writeEntry } from '../dist/8-resources/cache.js';
import { countResources } from '../dist/8-resources/count.js';
import { fileTree } from '../dist/8-resources/file-tree.js';
import { NETLIST_FILE, wholeSteps } from '../dist/8-resources/recipe.js';
import { startYosys, yosysVersion } from '../dist/8-resources/yosys.js';
import { cacheFolder } from '../dist/shared/cache-folder.js';

/**
 * @param jobs as synthesizeAll takes them
 * @returns for each job an object: module name -> { lut, sites, ff, bram } of all its instances
 */
export async function synthesizeParts(jobs, target, onProgress = () => {}) {
  const results = [];
  let next = 0;
  let done = 0;
  const serve = async () => {
    const yosys = startYosys();
    while (next < jobs.length) {
      const at = next++;
      results[at] = await parts(yosys, jobs[at], target);
      done += 1;
      onProgress(done, jobs.length);
    }
    await yosys.close();
  };
  await serve(); // one at a time: what a run takes from the machine stays small
  return results;
}

async function parts(yosys, job, target) {
  const steps = separateSteps(job, target);
  const key = cacheKey(job, target, steps, yosysVersion());
  const known = await readEntry(cacheFolder(), key, (entry) => typeof entry === 'object' && 'logic' in entry);
  if (known) return known;
  const { netlist, error } = await yosys.run({ files: fileTree(job.files), steps });
  if (error) throw new Error(`${job.name}: ${error}`);
  const found = countParts(JSON.parse(netlist).modules, job.top, target);
  await writeEntry(cacheFolder(), key, found);
  return found;
}

/** The script of resources up to the point where modules are joined. */
function separateSteps({ top, files }, target) {
  const steps = wholeSteps(target, top, [...files.keys()].sort());
  const join = steps.findIndex(({ command }) => command.startsWith('setattr -mod -unset keep_hierarchy'));
  return [...steps.slice(0, join), { command: `write_json ${NETLIST_FILE}` }];
}

function countParts(modules, top, target) {
  const found = {};
  const visit = (name) => {
    const { lut, sites, ff, bram } = countResources(modules[name], target);
    const kind = name === top ? 'logic' : baseName(name);
    found[kind] ??= { lut: 0, sites: 0, ff: 0, bram: 0 };
    const total = found[kind];
    total.lut += lut;
    total.sites += sites;
    total.ff += ff;
    total.bram += bram;
    for (const { type } of Object.values(modules[name].cells))
      if (modules[type] && !modules[type].attributes.blackbox && !modules[type].attributes.whitebox)
        visit(type);
  };
  visit(top);
  return found;
}

/** `rom` of `$paramod$1234\rom` and of `$paramod\rom\WIDTH=s32'1`. */
function baseName(name) {
  return name.startsWith('$paramod') ? name.split('\\')[1] : name;
}
