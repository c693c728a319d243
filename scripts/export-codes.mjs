/** The codes that onnxruntime computes from an exported QDQ file, held against the integer model's. */
import * as ort from 'onnxruntime-web';
import protobuf from 'protobufjs/light.js';

ort.env.wasm.numThreads = 1; // no workers: the process ends by itself
ort.env.logLevel = 'error';

const BATCH = 50;

/**
 * Every tensor of codes in front of a DequantizeLinear of an activation becomes an output of the graph.
 *
 * @param schema the ONNX schema of the importer
 * @returns the bytes, and for each dequantized tensor the name of its codes
 */
export function showCodes(bytes, schema) {
  const type = protobuf.Root.fromJSON(schema).lookupType('ModelProto');
  const model = type.toObject(type.decode(bytes));
  const { node, initializer, output } = model.graph;
  const constants = new Map(initializer.map((each) => [each.name, each]));
  const derived = new Set(constants.keys());
  const codes = new Map();
  for (const { opType, input, output: outputs } of node) {
    if (input.every((name) => derived.has(name))) derived.add(outputs[0]);
    else if (opType === 'DequantizeLinear') {
      codes.set(outputs[0], input[0]);
      output.push({
        name: input[0],
        type: { tensorType: { elemType: constants.get(input[2]).dataType } },
      });
    }
  }
  return { bytes: type.encode(type.fromObject(model)).finish(), codes };
}

/** Images [batch, channels, height, width] as the integer model has them, channels last. */
function channelsLast({ dims, data }) {
  if (dims.length !== 4) return Array.from(data);
  const [count, channels, ...positions] = dims;
  const size = positions[0] * positions[1];
  const result = new Array(data.length);
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < size; p++)
        result[(n * size + p) * channels + c] = data[(n * channels + c) * size + p];
  return result;
}

/**
 * Run an exported file.
 *
 * @param reals float32 input, [count, ...dims]
 * @param golden codes of each tensor of the integer model, by name, [count * elements]
 * @returns rows {tensor, codes, differing, samples, largest}: how many codes differ, in how many samples, by how much at most;
 *   first {tensor, sample, element, expected, found}: of each sample, what differs in the first tensor with a difference,
 *   from which the others follow; and the real values of the output
 */
export async function compareCodes(bytes, schema, reals, dims, golden) {
  const shown = showCodes(bytes, schema);
  const session = await ort.InferenceSession.create(shown.bytes, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'disabled', // node by node, as the standard defines them
  });
  const size = dims.reduce((product, n) => product * n, 1);
  const count = reals.length / size;
  const rows = new Map();
  const first = [];
  const outputs = [];
  for (let start = 0; start < count; start += BATCH) {
    const samples = Math.min(BATCH, count - start);
    const part = reals.slice(start * size, (start + samples) * size);
    const results = await session.run({
      [session.inputNames[0]]: new ort.Tensor('float32', part, [samples, ...dims]),
    });
    outputs.push(...results[session.outputNames[0]].data);
    for (const [tensor, name] of shown.codes) {
      const expected = golden.get(tensor);
      if (!expected) continue;
      const found = channelsLast(results[name]);
      // the integer model leaves zeros around an image to the window that takes them
      if (expected.length * samples !== found.length * count) continue;
      const row = rows.get(tensor) ?? { tensor, codes: 0, differing: 0, samples: 0, largest: 0 };
      rows.set(tensor, row);
      const each = found.length / samples;
      row.codes += found.length;
      for (let n = 0; n < samples; n++) {
        const sample = start + n;
        const differing = [];
        for (let element = 0; element < each; element++) {
          const [want, got] = [expected[sample * each + element], Number(found[n * each + element])];
          if (want === got) continue;
          differing.push({ tensor, sample, element, expected: want, found: got });
          row.largest = Math.max(row.largest, Math.abs(want - got));
        }
        row.differing += differing.length;
        if (differing.length > 0) row.samples++;
        if (
          differing.length > 0 &&
          !first.some((other) => other.sample === sample && other.tensor !== tensor)
        )
          first.push(...differing);
      }
    }
  }
  await session.release();
  return { rows: [...rows.values()], first, outputs };
}

/**
 * Whether the sum behind a code lies next to a threshold, so that the next integer has the code that was found.
 *
 * @param network the integer model
 * @param golden its tensors, sums included
 */
export function isAtThreshold(network, golden, { tensor, sample, element, found }) {
  const step = network.nodes.find((node) => node.kind === 'step' && node.output === tensor);
  if (!step) return false;
  const { levels, rows, channels, thresholds, base, stride, reversed } = step;
  const codes = golden.get(tensor);
  const sums = golden.get(step.input);
  const each = network.tensors.get(tensor).shape.reduce((product, n) => product * n, 1);
  if (codes.length !== sums.length) return false;
  const sum = sums[sample * each + element];
  const row = rows === 1 ? 0 : element % channels;
  const own = thresholds.subarray(row * (levels - 1), (row + 1) * (levels - 1));
  const code = (x) => base + stride * own.filter((threshold) => (reversed ? -x : x) >= threshold).length;
  return code(sum - 1) === found || code(sum + 1) === found;
}

/** The real outputs of a file as users run it, with onnxruntime's optimizations, [count * outputs]. */
export async function optimizedOutputs(bytes, reals, dims) {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  const size = dims.reduce((product, n) => product * n, 1);
  const outputs = [];
  for (let start = 0; start < reals.length / size; start += BATCH) {
    const part = reals.slice(start * size, (start + BATCH) * size);
    const input = new ort.Tensor('float32', part, [part.length / size, ...dims]);
    const results = await session.run({ [session.inputNames[0]]: input });
    outputs.push(...results[session.outputNames[0]].data);
  }
  await session.release();
  return outputs;
}
