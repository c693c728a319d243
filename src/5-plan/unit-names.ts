/** Names of units and of the modules that follow from them. */
import { verilogName } from '../1-import/names.js';

/** Modules of hw/: no generated module may have such a name. */
const LIBRARY = new Set(
  (
    'bit_count booth_chain booth_dot booth_tree depth_to_space dsp_lane ' +
    'dsp_matrix_vector global_pool input_port matrix_vector output_port pool pool_lane popcount_dot popcount_few ' +
    'ram rom row_buffer scale_sequential scale_shift sliding_window stream_add stream_concat stream_fifo stream_fork ' +
    'stream_register stream_width threshold_parallel threshold_search threshold_sequential ' +
    'threshold_stage upsample vector_buffer weighted_pair weighted_tables wrap_counter'
  ).split(' '),
);

/** Gives each node, and each fork, a unit name that makes all module names of the build different. */
export function unitNames(network: string): (wanted: string) => string {
  const taken = new Set(['input_port', 'output_port', 'top']);
  const made = (name: string) => [`${name}_array`, `${name}_sums`];
  return (wanted) => {
    let name = verilogName(wanted);
    while ([name, ...made(name)].some((each) => taken.has(each)) || LIBRARY.has(`${network}_${name}`))
      name += '_';
    for (const each of [name, ...made(name)]) taken.add(each);
    return name;
  };
}
