/** Topological order of an ONNX graph, and what makes a graph invalid. */
import { type Diagnostic, fail } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/onnx-errors.js';
import type { OnnxGraph, OnnxNode } from './decode.js';

/**
 * Order the nodes so that every tensor is made before it is used (Kahn's algorithm; ties keep the file's order). Nodes
 * that the outputs do not need are left out.
 *
 * @throws onnx_graph for a cycle, an undefined tensor, or a tensor made twice; all of them at once
 */
export function orderNodes(graph: OnnxGraph): OnnxNode[] {
  const problems: Diagnostic[] = [];
  const maker = new Map<string, number>();
  const known = new Set([...graph.initializers.keys(), ...graph.inputs.map((each) => each.name)]);
  graph.nodes.forEach((node, index) => {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (maker.has(output) || known.has(output))
        problems.push(errors.onnxGraph(graph.file, `node ${node.name}`, `tensor '${output}' is made twice`));
      maker.set(output, index);
    }
  });
  const waiting = graph.nodes.map(() => 0);
  const users: number[][] = graph.nodes.map(() => []);
  graph.nodes.forEach((node, index) => {
    for (const input of node.inputs) {
      if (input === '' || known.has(input)) continue;
      const from = maker.get(input);
      if (from === undefined) {
        problems.push(
          errors.onnxGraph(graph.file, `node ${node.name}`, `nothing makes its input tensor '${input}'`),
        );
        continue;
      }
      users[from].push(index);
      waiting[index]++;
    }
  });
  for (const output of graph.outputs)
    if (!known.has(output) && !maker.has(output))
      problems.push(errors.onnxGraph(graph.file, `output ${output}`, 'nothing makes this tensor'));
  if (problems.length) fail(...problems);

  const ready = graph.nodes.flatMap((_, index) => (waiting[index] === 0 ? [index] : []));
  const ordered: OnnxNode[] = [];
  for (let next = 0; next < ready.length; next++) {
    ordered.push(graph.nodes[ready[next]]);
    for (const user of users[ready[next]]) if (--waiting[user] === 0) ready.push(user);
  }
  if (ordered.length < graph.nodes.length) {
    const stuck = graph.nodes.filter((_, index) => waiting[index] > 0);
    fail(
      errors.onnxGraph(
        graph.file,
        `node ${stuck[0].name}`,
        `${stuck.length} nodes wait for each other in a cycle`,
      ),
    );
  }
  const needed = new Set(graph.outputs);
  for (const node of [...ordered].reverse())
    if (node.outputs.some((output) => needed.has(output))) for (const input of node.inputs) needed.add(input);
  return ordered.filter((node) => node.outputs.some((output) => output !== '' && needed.has(output)));
}
