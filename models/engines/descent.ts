import { setImmediate } from 'node:timers/promises';
import { LabError } from '@stratlab/data/error.ts';
import type { Random } from '@stratlab/data/random.ts';
import type { Checkpoint, Dataset, TrainedNetwork, TrainingData, TrainingHooks } from '../engine.ts';
import { neuralNetworkOf } from '../networks/index.ts';
import { dropoutOf } from '../networks/neural-network.ts';
import { fillDropoutMask, fillOrder, stream } from '../seeding.ts';
import type { NeuralSpec } from '../spec.ts';
import { BatchGradient } from './batch-gradient.ts';
import { numbersOf } from './checkpoints.ts';
import { type EarlierEpochs, EpochWatch } from './epoch-watch.ts';
import { meanLoss, requireFinite } from './losses.ts';
import { clipGradient, createOptimizer, type Optimizer } from './optimizer.ts';

/**
 * Trains a network of differentiable layers by minibatches in float64, on one thread, to the same bits on every machine.
 * Yields to the event loop after every epoch. Throws `insufficient_data` without training rows and `invalid_input`
 * where the loss is no longer finite.
 */
export async function trainByDescent(
  spec: NeuralSpec,
  data: TrainingData,
  hooks: TrainingHooks,
): Promise<TrainedNetwork> {
  const { train, validation } = data;
  if (train.rows === 0) throw new LabError('insufficient_data', 'There are no rows to train on.');
  const descent = new Descent(spec, train);
  const { resumeFrom = null } = hooks;
  const watch = new EpochWatch(spec, resumeFrom && descent.resume(resumeFrom));
  for (let epoch = (resumeFrom?.epoch ?? 0) + 1; epoch <= spec.epochs && !watch.stop; epoch++) {
    const trainLoss = descent.epoch(epoch, watch.learningRate);
    const validationLoss = validation && validation.rows > 0 ? meanLoss(spec, descent.weights, validation) : null;
    requireFinite(spec, epoch, trainLoss, validationLoss ?? 0);
    const report = { epoch, epochs: spec.epochs, trainLoss, validationLoss };
    watch.record(report, descent.weights);
    await hooks.onEpoch(report, () => descent.checkpoint(watch.soFar));
    await setImmediate();
  }
  return watch.result(descent.weights);
}

/** Weights on their way down over one set of rows. */
class Descent {
  readonly weights: Float64Array;

  readonly #spec: NeuralSpec;
  readonly #data: Dataset;
  /** For whole batches, and for the shorter last one where there is one. */
  readonly #batches: readonly BatchGradient[];
  readonly #order: Int32Array;
  readonly #optimizer: Optimizer;

  constructor(spec: NeuralSpec, data: Dataset) {
    this.#spec = spec;
    this.weights = neuralNetworkOf(spec).initialWeights(spec);
    this.#data = data;
    const sizes = [Math.min(spec.batchSize, data.rows), data.rows % spec.batchSize];
    this.#batches = [...new Set(sizes)]
      .filter((rows) => rows > 0)
      .map((rows) => new BatchGradient(spec, this.weights, rows));
    this.#order = new Int32Array(data.rows);
    this.#optimizer = createOptimizer(spec, this.weights.length);
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
      const batch = this.#batches[rows - from >= batchSize ? 0 : this.#batches.length - 1];
      this.#gather(batch, from);
      loss += this.#step(batch, learningRate, dropout);
      weight += batch.weight();
    }
    return weight > 0 ? loss / weight : 0;
  }

  checkpoint({ history, bestWeights }: EarlierEpochs): Checkpoint {
    const numbers: Record<string, Float64Array> = { weights: this.weights.slice() };
    if (bestWeights !== null) numbers.best = bestWeights;
    for (const [name, values] of Object.entries(this.#optimizer.state)) numbers[`optimizer.${name}`] = values.slice();
    return { engine: 'reference', epoch: history.length, numbers, history };
  }

  /** Takes over weights and optimiser from a checkpoint; what came before it. */
  resume(checkpoint: Checkpoint): EarlierEpochs {
    const { length } = this.weights;
    this.weights.set(numbersOf(checkpoint, 'weights', length));
    for (const [name, values] of Object.entries(this.#optimizer.state)) {
      values.set(numbersOf(checkpoint, `optimizer.${name}`, values.length));
    }
    const hasBest = Object.hasOwn(checkpoint.numbers, 'best');
    return { history: checkpoint.history, bestWeights: hasBest ? numbersOf(checkpoint, 'best', length) : null };
  }

  #step(batch: BatchGradient, learningRate: number, random: Random): number {
    const dropout = dropoutOf(this.#spec);
    for (const mask of batch.masks) fillDropoutMask(mask, mask.length, dropout, random);
    const loss = batch.compute();
    if (this.#spec.gradientClip !== null) clipGradient(batch.gradient, this.#spec.gradientClip);
    this.#optimizer.step(this.weights, batch.gradient, learningRate);
    return loss;
  }

  #gather(batch: BatchGradient, from: number): void {
    const { features, targets, weights } = this.#data;
    const { inputs } = batch;
    const width = this.#spec.inputs;
    for (let i = 0; i < batch.rows; i++) {
      const row = this.#order[from + i];
      for (let k = 0; k < width; k++) inputs[i * width + k] = features[row * width + k];
      batch.targets[i] = targets[row];
      if (weights !== null) batch.rowWeights[i] = weights[row];
    }
  }
}
