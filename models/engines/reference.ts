import { setImmediate } from 'node:timers/promises';
import { LabError } from '@stratlab/data/error.ts';
import type { Random } from '@stratlab/data/random.ts';
import type { Dataset, TrainingEngine } from '../engine.ts';
import { initialWeights, outputsOf } from '../networks/mlp.ts';
import { fillDropoutMask, fillOrder, stream } from '../seeding.ts';
import type { ModelSpec } from '../spec.ts';
import { BatchGradient } from './batch-gradient.ts';
import { EpochWatch } from './epoch-watch.ts';
import { clipGradient, createOptimizer, type Optimizer } from './optimizer.ts';

/**
 * The plain float64 loop that other engines are held against: minibatches, one thread, the same bits on every machine.
 * Yields to the event loop after every epoch. Throws `insufficient_data` without training rows and `invalid_input`
 * where the loss is no longer finite.
 */
export const referenceEngine: TrainingEngine = {
  id: 'reference',
  probe: () => ({ available: true, reason: 'Plain TypeScript; runs everywhere.' }),
  supports: ({ task, loss, outputs }) =>
    task === 'classification' ? loss === 'cross_entropy' : loss === 'mse' && outputs === 1,
  async train(spec, { train, validation }, hooks) {
    if (train.rows === 0) throw new LabError('insufficient_data', 'There are no rows to train on.');
    const weights = initialWeights(spec);
    const watch = new EpochWatch(spec);
    const descent = new Descent(spec, weights, train);
    for (let epoch = 1; epoch <= spec.epochs && !watch.stop; epoch++) {
      const trainLoss = descent.epoch(epoch, watch.learningRate);
      const validationLoss = validation && validation.rows > 0 ? meanLoss(spec, weights, validation) : null;
      requireFinite(spec, epoch, trainLoss, validationLoss ?? 0);
      const report = { epoch, epochs: spec.epochs, trainLoss, validationLoss };
      watch.record(report, weights);
      await hooks.onEpoch(report);
      await setImmediate();
    }
    return watch.result(weights);
  },
};

/** Training over one set of rows; all memory is allocated once. */
class Descent {
  readonly #spec: ModelSpec;
  readonly #weights: Float64Array;
  readonly #data: Dataset;
  readonly #batch: BatchGradient;
  readonly #order: Int32Array;
  readonly #optimizer: Optimizer;

  constructor(spec: ModelSpec, weights: Float64Array, data: Dataset) {
    this.#spec = spec;
    this.#weights = weights;
    this.#data = data;
    this.#batch = new BatchGradient(spec, weights, Math.min(spec.batchSize, data.rows));
    this.#order = new Int32Array(data.rows);
    this.#optimizer = createOptimizer(spec, weights.length);
  }

  /** One pass over all rows; the mean loss seen on the way (under dropout, before each step). */
  epoch(epoch: number, learningRate: number): number {
    const { seed, batchSize } = this.#spec;
    const { rows } = this.#data;
    const dropout = stream(seed, 'dropout', epoch);
    fillOrder(this.#order, seed, epoch);
    let loss = 0;
    let weight = 0;
    for (let from = 0; from < rows; from += batchSize) {
      const count = Math.min(batchSize, rows - from);
      loss += this.#step(from, count, learningRate, dropout);
      weight += this.#batch.weight(count);
    }
    return weight > 0 ? loss / weight : 0;
  }

  #step(from: number, count: number, learningRate: number, dropout: Random): number {
    this.#gather(from, count);
    if (this.#batch.masks !== null) this.#dropUnits(this.#batch.masks, count, dropout);
    const loss = this.#batch.compute(count);
    const { gradient } = this.#batch;
    if (this.#spec.gradientClip !== null) clipGradient(gradient, this.#spec.gradientClip);
    this.#optimizer(this.#weights, gradient, learningRate);
    return loss;
  }

  #gather(from: number, count: number): void {
    const { features, targets, weights } = this.#data;
    const width = this.#spec.inputs;
    const batch = this.#batch;
    for (let i = 0; i < count; i++) {
      const row = this.#order[from + i];
      for (let k = 0; k < width; k++) batch.inputs[i * width + k] = features[row * width + k];
      batch.targets[i] = targets[row];
      if (weights !== null) batch.rowWeights[i] = weights[row];
    }
  }

  #dropUnits(masks: readonly Float64Array[], count: number, random: Random): void {
    const { hiddenLayers, dropout } = this.#spec;
    for (let l = 0; l < masks.length; l++) fillDropoutMask(masks[l], count * hiddenLayers[l], dropout, random);
  }
}

/** Mean loss of the network over a data set, weighted by row, without dropout; 0 where all weights are 0. */
export function meanLoss(spec: ModelSpec, weights: Float64Array, data: Dataset): number {
  const outputs = outputsOf(spec, weights, data.features, data.rows);
  let loss = 0;
  let total = 0;
  for (let row = 0; row < data.rows; row++) {
    const weight = data.weights === null ? 1 : data.weights[row];
    loss += weight * rowLoss(spec, outputs, row, data.targets[row]);
    total += weight;
  }
  return total > 0 ? loss / total : 0;
}

function rowLoss({ loss, outputs: columns }: ModelSpec, outputs: Float64Array, row: number, target: number): number {
  if (loss === 'mse') return (outputs[row] - target) ** 2;
  return -Math.log(Math.max(outputs[row * columns + target], Number.MIN_VALUE));
}

function requireFinite(spec: ModelSpec, epoch: number, trainLoss: number, validationLoss: number): void {
  if (Number.isFinite(trainLoss) && Number.isFinite(validationLoss)) return;
  const clip = spec.gradientClip === null ? 'none' : spec.gradientClip;
  throw new LabError(
    'invalid_input',
    `The loss is no longer finite in epoch ${epoch} (learning rate ${spec.learningRate}, gradient clip ${clip}).`,
    { hint: 'Lower training.learning_rate, set training.gradient_clip to 1, or normalise raw inputs (zscore).' },
  );
}
