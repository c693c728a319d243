/** Training: epochs of shuffled batches, step by step, so that the caller can show, stop, save and resume. */
import { defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import type { Network } from '../../1-import/types.js';
import { shapeOf } from '../graph.js';
import { batchShape, type Dataset, takeBatch } from './dataset.js';
import { createModel, excessOf, type Parameters, parameterName } from './model.js';
import { type OptimizerOptions, stepConstants, update } from './optimizer.js';
import type { TrainingPlan } from './plan.js';
import { settleZeros } from './quantizers.js';
import { permutation } from './random.js';
import type { Tensor } from './windows.js';

export interface TrainingOptions {
  readonly epochs: number;
  readonly batch: number; // samples of a step
  readonly seed: number; // of the order of the samples
  readonly optimizer: OptimizerOptions;
  readonly penalty: number; // lambda: weight of the excess norm in the loss
  readonly settling: number; // how far weights of code zero are drawn towards zero in a step, per learning rate
}

/** Values of parameters by name, outside of the back end. */
export type ParameterValues = Readonly<Record<string, Float32Array>>;

/** Everything that a resumed training needs. */
export interface TrainingState {
  readonly step: number; // steps that are done
  readonly parameters: ParameterValues;
  readonly first: ParameterValues;
  readonly second: ParameterValues;
}

/** What one step saw. */
export interface StepResult {
  readonly loss: number; // mean over the batch, without the penalty
  readonly correct: number; // samples whose largest logit is the right one
  readonly samples: number;
}

/** Samples of one evaluation at a time. */
const EVALUATION_BATCH = 512;

/** Start the back end: WebAssembly with SIMD. In Node it has no threads, so the order of all sums is fixed. */
export async function startBackEnd(): Promise<void> {
  await init('wasm');
  defaultDevice('wasm');
}

export class Trainer {
  readonly stepsPerEpoch: number;
  readonly steps: number;
  readonly batch: number;
  private readonly classes: number;
  private readonly shapes: Readonly<Record<string, number[]>>;
  private readonly compiledStep: ReturnType<Trainer['compileStep']>;
  private readonly compiledForward;
  private parameters: Parameters;
  private first: Parameters;
  private second: Parameters;
  private done = 0;
  private order: { readonly epoch: number; readonly samples: Int32Array } | undefined;

  /**
   * @param network folded
   * @param plan quantizers; none for float training
   * @param start values of all parameters, and their shapes
   */
  constructor(
    private readonly network: Network,
    private readonly plan: TrainingPlan | undefined,
    private readonly data: Dataset,
    private readonly options: TrainingOptions,
    start: ParameterValues,
    shapes: Readonly<Record<string, number[]>>,
  ) {
    this.batch = Math.min(options.batch, data.count);
    this.stepsPerEpoch = Math.floor(data.count / this.batch);
    this.steps = this.stepsPerEpoch * options.epochs;
    this.classes = shapeOf(network, network.output).reduce((product, n) => product * n, 1);
    this.shapes = shapes;
    this.compiledStep = this.compileStep();
    const model = createModel(network, plan);
    this.compiledForward = jit((parameters: Parameters, input: Tensor) => model(parameters, input));
    this.parameters = this.load(start);
    this.first = this.zeros();
    this.second = this.zeros();
  }

  get step(): number {
    return this.done;
  }

  /** Epochs that are finished. */
  get epoch(): number {
    return Math.floor(this.done / this.stepsPerEpoch);
  }

  /** One step of the optimizer. */
  next(): StepResult {
    const { epoch } = this;
    if (this.order?.epoch !== epoch)
      this.order = { epoch, samples: permutation(this.data.count, this.options.seed, epoch) };
    const at = (this.done % this.stepsPerEpoch) * this.batch;
    const batch = takeBatch(this.data, this.order.samples, at, this.batch, this.classes);
    const result = this.compiledStep(
      this.parameters,
      this.first,
      this.second,
      np.array(batch.values).reshape(batchShape(this.data.shape, this.batch)),
      np.array(batch.oneHot).reshape([this.classes, this.batch]),
      np.array(stepConstants(this.options.optimizer, this.done, this.steps)),
    );
    this.parameters = result.parameters;
    this.first = result.first;
    this.second = result.second;
    this.done++;
    const loss = result.loss.dataSync()[0];
    const logits = result.logits.dataSync() as Float32Array;
    return { loss, correct: countCorrect(logits, batch.labels, this.batch), samples: this.batch };
  }

  /** Top-1 accuracy of the network as it is trained, quantizers included. */
  accuracy(data: Dataset): number {
    const size = Math.min(EVALUATION_BATCH, data.count);
    const order = Int32Array.from({ length: data.count }, (_, k) => k);
    let correct = 0;
    for (let first = 0; first < data.count; first += size) {
      const batch = takeBatch(data, order, first, size, this.classes);
      const input = np.array(batch.values).reshape(batchShape(data.shape, size));
      const logits = this.compiledForward(referTo(this.parameters), input).dataSync() as Float32Array;
      correct += countCorrect(logits, batch.labels, Math.min(size, data.count - first));
    }
    return correct / data.count;
  }

  values(): ParameterValues {
    return read(this.parameters);
  }

  state(): TrainingState {
    return {
      step: this.done,
      parameters: this.values(),
      first: read(this.first),
      second: read(this.second),
    };
  }

  resume({ step, parameters, first, second }: TrainingState): void {
    this.free();
    this.parameters = this.load(parameters);
    this.first = this.load(first);
    this.second = this.load(second);
    this.done = step;
  }

  /** Give the memory of the back end back. */
  dispose(): void {
    this.free();
    this.compiledStep.dispose();
    this.compiledForward.dispose();
  }

  private free(): void {
    for (const tensors of [this.parameters, this.first, this.second])
      for (const tensor of Object.values(tensors)) tensor.dispose();
  }

  private load(values: ParameterValues): Parameters {
    return Object.fromEntries(
      Object.entries(this.shapes).map(([name, shape]) => [
        name,
        np.array(values[name].slice()).reshape(shape),
      ]),
    );
  }

  private zeros(): Parameters {
    return Object.fromEntries(Object.entries(this.shapes).map(([name, shape]) => [name, np.zeros(shape)]));
  }

  private compileStep() {
    const { plan, options } = this;
    const model = createModel(this.network, plan);
    const fixed = fixedParameters(plan);
    const { batch } = this;

    const loss = (parameters: Parameters, input: Tensor, oneHot: Tensor): [Tensor, Tensor[]] => {
      const logits = model(parameters, input);
      const crossEntropy = np.sum(nn.logSoftmax(logits.ref, 0).mul(oneHot)).mul(-1 / batch);
      const excess = plan ? excessOf(parameters, plan).mul(options.penalty) : undefined;
      const total = excess ? crossEntropy.ref.add(excess) : crossEntropy.ref;
      return [total, [crossEntropy, logits]];
    };

    return jit(
      (
        parameters: Parameters,
        first: Parameters,
        second: Parameters,
        input: Tensor,
        oneHot: Tensor,
        constants: Tensor,
      ) => {
        const [[total, [crossEntropy, logits]], gradients] = valueAndGrad(loss, { hasAux: true })(
          referTo(parameters),
          input,
          oneHot,
        ) as unknown as [[Tensor, Tensor[]], Parameters];
        total.dispose();
        const rate = constants.ref.slice(0);
        const next = update(parameters, gradients, { first, second }, constants, options.optimizer, fixed);
        if (plan) settle(next.parameters, plan, rate.mul(options.settling));
        return { ...next, loss: crossEntropy, logits };
      },
    );
  }
}

/** Scales of activations that were given beforehand. */
function fixedParameters(plan: TrainingPlan | undefined): ReadonlySet<string> {
  const activations = plan ? [...plan.activations.values()] : [];
  return new Set(
    activations.filter(({ learned }) => !learned).map(({ shared }) => parameterName('activation', shared)),
  );
}

/** Draw the weights of code zero towards zero, in all layers that have a limit. */
function settle(parameters: Parameters, plan: TrainingPlan, amount: Tensor): void {
  for (const [layer, rule] of plan.weights) {
    if (rule.kind === 'nearest') continue;
    const name = parameterName('weights', layer);
    const scale = parameters[parameterName('scale', layer)].ref;
    const norm = parameters[parameterName('norm', layer)].ref;
    parameters[name] = settleZeros(parameters[name], scale, norm, rule.budget, amount.ref);
  }
  amount.dispose();
}

function referTo(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [name, tensor.ref]));
}

function read(parameters: Parameters): ParameterValues {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [
      name,
      Float32Array.from(tensor.ref.dataSync() as Float32Array),
    ]),
  );
}

/**
 * Samples whose largest logit, the first of equals, is the right one.
 *
 * @param logits [classes][samples]
 * @param used samples from the front that count
 */
function countCorrect(logits: Float32Array, labels: Int32Array, used: number): number {
  const samples = labels.length;
  const classes = logits.length / samples;
  let correct = 0;
  for (let n = 0; n < used; n++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (logits[c * samples + n] > logits[best * samples + n]) best = c;
    if (best === labels[n]) correct++;
  }
  return correct;
}
