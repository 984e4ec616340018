import { setImmediate } from 'node:timers/promises';
import { LabError } from '@stratlab/data/error.ts';
import { EarlyStopping } from '../early-stopping.ts';
import type { Checkpoint, Dataset, TrainedNetwork, TrainingData, TrainingHooks } from '../engine.ts';
import { fillStrengths, rawOutputs } from './inference.ts';
import { type AnfisSpec, type Layout, layoutOf, partsOf } from './layout.ts';
import { ConsequentFit } from './least-squares.ts';
import { type Membership, memberships } from './membership.ts';
import { anfisNetwork, toProbabilities } from './network.ts';
import { fillPremiseGradient } from './premise-gradient.ts';
import { initialPremises, keepReadable, type Ranges, rangesOf } from './premises.ts';
import { StepSize } from './step-size.ts';

/** Firing strengths of all rows are kept at once: 512 MiB. */
const mostStrengths = 2 ** 26;

/**
 * Hybrid learning (Jang 1993). An epoch fits the consequents to the premises by least squares; the gradient then moves
 * the premises, by a step of the length of the step size, into the next epoch: so n epochs are n fits and n - 1 moves,
 * and the weights after an epoch belong together. In classification the targets of the fit are the classes'
 * indicators. The loss is the mean squared error, of classification the Brier score: the squares summed over classes,
 * of the probabilities. Throws `insufficient_data` without rows of weight, `limit_exceeded` where it would not fit in
 * memory, `invalid_input` where the loss is no longer finite.
 */
export async function trainAnfis(spec: AnfisSpec, data: TrainingData, hooks: TrainingHooks): Promise<TrainedNetwork> {
  const { resumeFrom } = hooks;
  const history = [...(resumeFrom?.history ?? [])];
  const stopping = new EarlyStopping(spec.earlyStopping, history);
  const training = new HybridTraining(spec, data.train);
  if (resumeFrom) training.resume(resumeFrom);
  const { validation } = data;
  for (let epoch = history.length + 1; epoch <= spec.epochs && !stopping.stop; epoch++) {
    const trainLoss = training.epoch();
    const validationLoss = validation && validation.rows > 0 ? lossOf(spec, training.weights, validation) : null;
    requireFinite(spec, epoch, trainLoss, validationLoss ?? 0);
    history.push({ epoch, trainLoss, validationLoss });
    if (stopping.record(epoch, validationLoss)) training.keepAsBest();
    const report = { epoch, epochs: spec.epochs, trainLoss, validationLoss };
    await hooks.onEpoch(report, () => training.checkpoint(history));
    await setImmediate();
  }
  return {
    weights: training.best,
    bestEpoch: stopping.bestEpoch,
    history,
    stoppedEarly: stopping.stop && history.length < spec.epochs,
  };
}

class HybridTraining {
  /** Of the last epoch, in canonical layout. */
  readonly weights: Float64Array;
  readonly best: Float64Array;

  readonly #spec: AnfisSpec;
  readonly #layout: Layout;
  readonly #membership: Membership;
  readonly #data: Dataset;
  readonly #ranges: Ranges;
  readonly #targets: Float64Array;
  readonly #fit: ConsequentFit;
  readonly #strengths: Float64Array;
  readonly #gradient: Float64Array;
  /** Of the next epoch. */
  readonly #premises: Float64Array;
  #step: StepSize;

  constructor(spec: AnfisSpec, data: Dataset) {
    const layout = layoutOf(spec);
    requireTrainable(data, layout);
    this.#spec = spec;
    this.#layout = layout;
    this.#membership = memberships[spec.membership];
    this.#data = data;
    this.#ranges = rangesOf(data, spec.inputs);
    this.#targets = spec.task === 'classification' ? indicators(data, spec.outputs) : data.targets;
    this.#fit = new ConsequentFit(layout, data, this.#targets);
    this.#strengths = new Float64Array(data.rows * layout.rules);
    this.#gradient = new Float64Array(layout.premiseCount);
    this.#premises = initialPremises(spec, layout, this.#ranges, data);
    this.#step = new StepSize(spec.stepSize);
    this.weights = new Float64Array(layout.premiseCount + layout.consequentCount);
    this.best = new Float64Array(this.weights.length);
  }

  resume({ numbers }: Checkpoint): void {
    this.weights.set(numbers.weights);
    this.best.set(numbers.best);
    this.#premises.set(numbers.premises);
    this.#step = new StepSize(numbers.step[0], numbers.step.subarray(1));
  }

  checkpoint(history: TrainedNetwork['history']): Checkpoint {
    const numbers = {
      weights: this.weights.slice(),
      best: this.best.slice(),
      premises: this.#premises.slice(),
      step: this.#step.state,
    };
    return { engine: 'reference', epoch: history.length, numbers, history: [...history] };
  }

  keepAsBest(): void {
    this.best.set(this.weights);
  }

  /** Fits, moves the premises for the next epoch, and returns the training loss of this one. */
  epoch(): number {
    const { features, rows } = this.#data;
    const { premises, consequents } = partsOf(this.#layout, this.weights);
    premises.set(this.#premises);
    fillStrengths(this.#strengths, this.#layout, this.#membership, premises, features, rows);
    this.#fit.fit(this.#strengths, consequents);
    const outputs = rawOutputs(this.#layout, this.#strengths, consequents, features, rows);
    const errors = outputs.map((output, at) => output - this.#targets[at]);
    this.#movePremises(premises, consequents, errors);
    if (this.#spec.task === 'regression') return meanSquare(errors, this.#data, 1);
    toProbabilities(outputs, this.#layout.outputs);
    for (let at = 0; at < outputs.length; at++) outputs[at] -= this.#targets[at];
    return meanSquare(outputs, this.#data, this.#layout.outputs);
  }

  #movePremises(premises: Float64Array, consequents: Float64Array, errors: Float64Array): void {
    const gradient = this.#gradient;
    const pass = { premises, consequents, strengths: this.#strengths, errors };
    fillPremiseGradient(gradient, this.#layout, this.#membership, this.#data, pass);
    this.#step.record(meanSquare(errors, this.#data, this.#layout.outputs));
    const norm = Math.sqrt(gradient.reduce((sum, slope) => sum + slope * slope, 0));
    if (norm === 0) return;
    for (let at = 0; at < gradient.length; at++) this.#premises[at] -= (this.#step.value * gradient[at]) / norm;
    keepReadable(this.#premises, this.#layout, this.#ranges);
  }
}

/** Loss of the network over a data set, weighted by row; 0 where all weights are 0. */
function lossOf(spec: AnfisSpec, weights: Float64Array, data: Dataset): number {
  const errors = anfisNetwork.outputs(spec, weights, data.features, data.rows);
  const targets = spec.task === 'classification' ? indicators(data, spec.outputs) : data.targets;
  for (let at = 0; at < errors.length; at++) errors[at] -= targets[at];
  return meanSquare(errors, data, spec.outputs);
}

/** Mean over rows of the squares summed over columns. */
function meanSquare(errors: Float64Array, { rows, weights }: Dataset, columns: number): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights === null ? 1 : weights[row];
    for (let at = row * columns; at < (row + 1) * columns; at++) sum += weight * errors[at] * errors[at];
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}

/** 1 in the column of each row's class, else 0. */
function indicators({ rows, targets }: Dataset, classes: number): Float64Array {
  const columns = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) columns[row * classes + targets[row]] = 1;
  return columns;
}

function requireTrainable({ rows, weights }: Dataset, { rules }: Layout): void {
  if (rows === 0) throw new LabError('insufficient_data', 'There are no rows to train on.');
  if (weights?.every((weight) => weight === 0))
    throw new LabError('insufficient_data', `All ${rows} rows to train on have weight 0.`);
  if (rows * rules > mostStrengths)
    throw new LabError(
      'limit_exceeded',
      `${rows} rows times ${rules} rules are ${rows * rules} firing strengths; at most ${mostStrengths} are allowed.`,
      { hint: 'Use fewer rules, or partition: clustered.' },
    );
}

function requireFinite(spec: AnfisSpec, epoch: number, trainLoss: number, validationLoss: number): void {
  if (Number.isFinite(trainLoss) && Number.isFinite(validationLoss)) return;
  throw new LabError(
    'invalid_input',
    `The loss of the ANFIS is no longer finite in epoch ${epoch} (step size ${spec.stepSize}).`,
    { hint: 'Normalise raw inputs (zscore, minmax), or use fewer rules.' },
  );
}
