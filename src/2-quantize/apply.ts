/** A float network and the numbers chosen for it become a quantized network. */
import type { ConvNode, DenseNode, ElementwiseNode, Network, NetworkNode } from '../1-import/types.js';
import { onlyReader, readersOf, shapeOf, withInputs } from './graph.js';
import type { QuantizationChoices } from './types.js';

/**
 * Put chosen weights, biases and quantizers into a folded network.
 *
 * Whatever read a tensor of `choices.activations` reads the quantized one, which is called `<tensor>:quantized`.
 * A layer without a bias gets one where `choices.biases` has values other than zero for it.
 */
export function applyChoices(folded: Network, choices: QuantizationChoices): Network {
  const readers = readersOf(folded.nodes);
  const tensors = new Map(folded.tensors);
  const declare = (name: string, like: string) => tensors.set(name, { name, shape: shapeOf(folded, like) });
  const newBias = new Map<string, Float32Array>(); // by tensor: addition that stands behind a layer already

  const layer = (node: DenseNode | ConvNode): readonly NetworkNode[] => {
    const weights = choices.weights.get(node.name) ?? node.weights;
    const bias = choices.biases.get(node.name);
    const next = onlyReader(folded, readers, node.output);
    if (next && isBias(next)) {
      if (bias) newBias.set(next.output, bias);
      return [{ ...node, weights }];
    }
    if (!bias?.some((each) => each !== 0)) return [{ ...node, weights }];
    const product = `${node.output}:product`;
    declare(product, node.output);
    const { name, source, output } = node;
    return [
      { ...node, weights, output: product },
      {
        op: 'elementwise',
        kind: 'add',
        name: `${name}_bias`,
        source,
        input: product,
        output,
        operand: bias,
      },
    ];
  };

  const quantized = (tensor: string) => (choices.activations.has(tensor) ? `${tensor}:quantized` : tensor);
  const quantize = (tensor: string, { name, source }: Pick<NetworkNode, 'name' | 'source'>) => {
    const quantizer = choices.activations.get(tensor);
    if (!quantizer) return [];
    declare(quantized(tensor), tensor);
    const node = { op: 'quantize', name: `${name}_quantizer`, source, quantizer } as const;
    return [{ ...node, input: tensor, output: quantized(tensor) }];
  };

  const nodes: NetworkNode[] = quantize(folded.input.name, {
    name: 'input',
    source: { file: folded.file, path: folded.input.name },
  });
  for (const given of folded.nodes) {
    const node = withInputs(given, quantized);
    const operand = newBias.get(node.output);
    const made =
      node.op === 'dense' || node.op === 'conv'
        ? layer(node)
        : [operand && node.op === 'elementwise' ? { ...node, operand } : node];
    nodes.push(...made, ...quantize(given.output, given));
  }
  return { ...folded, tensors, nodes, output: quantized(folded.output) };
}

/** The addition of a bias. */
export function isBias(node: NetworkNode): node is ElementwiseNode {
  return node.op === 'elementwise' && node.kind === 'add';
}
