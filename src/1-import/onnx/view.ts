/**
 * Where the elements of a tensor of the file lie in the tensor of the Network, which is channels last. Transpositions
 * and reshapes in the file change the view only; what reads the tensor decides whether the order suits it.
 */

/** `length` elements, each `stride` elements after the one before. */
export interface Run {
  readonly length: number;
  readonly stride: number;
}

/** For each axis of the file's tensor, the batch axis included, its runs; the slowest first, none for an axis of one. */
export type View = readonly (readonly Run[])[];

/** The view of a tensor whose elements lie as in the file. */
export function plainView(dims: readonly number[]): View {
  let stride = 1;
  const view: Run[][] = [];
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    view[axis] = dims[axis] === 1 ? [] : [{ length: dims[axis], stride }];
    stride *= dims[axis];
  }
  return view;
}

/** The view of [batch, channels, ...positions] whose elements lie channels last. */
export function channelsFirstView([batch, channels, ...positions]: readonly number[]): View {
  const [first, ...rest] = plainView([batch, ...positions, channels]);
  return [first, rest[rest.length - 1], ...rest.slice(0, -1)];
}

/** The axes in another order, as ONNX Transpose names it. */
export function transposeView(view: View, perm: readonly number[]): View {
  return perm.map((axis) => view[axis]);
}

/** The view after a reshape to `dims` of the same element count; undefined when an axis would have no regular runs. */
export function reshapeView(view: View, dims: readonly number[]): View | undefined {
  const left = merged(view.flat()).reverse(); // the next run to hand out is the last
  const result: Run[][] = [];
  for (const length of dims) {
    const runs: Run[] = [];
    for (let open = length; open > 1; ) {
      const run = left.pop();
      if (!run) return undefined;
      if (open % run.length === 0) {
        runs.push(run);
        open /= run.length;
      } else if (run.length % open === 0) {
        const inner = run.length / open;
        runs.push({ length: open, stride: run.stride * inner });
        left.push({ length: inner, stride: run.stride });
        open = 1;
      } else return undefined;
    }
    result.push(merged(runs));
  }
  return result;
}

/** Whether the elements, axis after axis, lie one after another. */
export function isInOrder(view: View): boolean {
  const runs = merged(view.flat());
  return runs.length === 0 || (runs.length === 1 && runs[0].stride === 1);
}

/** Whether both views lay the same elements out in the same way. */
export function sameView(a: View, b: View): boolean {
  const text = (view: View) => JSON.stringify(view.map((runs) => merged(runs)));
  return text(a) === text(b);
}

/** [product of lengths]: for each element in the file's order its index in the Network's tensor. */
export function elementOrder(view: View): Int32Array {
  const runs = view.flat();
  let order = Int32Array.of(0);
  for (const { length, stride } of runs) {
    const next = new Int32Array(order.length * length);
    for (let k = 0, at = 0; k < order.length; k++)
      for (let step = 0; step < length; step++) next[at++] = order[k] + step * stride;
    order = next;
  }
  return order;
}

/** Neighbouring runs as one where the outer continues the inner; runs of one element left out. */
function merged(runs: readonly Run[]): Run[] {
  const result: Run[] = [];
  for (const run of runs) {
    if (run.length === 1) continue;
    const outer = result[result.length - 1];
    if (outer && outer.stride === run.length * run.stride)
      result[result.length - 1] = { length: outer.length * run.length, stride: run.stride };
    else result.push(run);
  }
  return result;
}
