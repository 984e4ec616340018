import { LabError } from '@stratlab/data/error.ts';
import type { Dataset } from '../engine.ts';
import { networkOf } from '../networks/index.ts';
import type { NeuralSpec } from '../spec.ts';

/** What a loss needs to know. */
export type LossSpec = Pick<NeuralSpec, 'loss' | 'focalGamma' | 'huberDelta' | 'outputs'>;

/**
 * Loss of one row, given the network's answers (probabilities of all rows, or one number a row):
 * - cross_entropy: -log p, with p the probability of the row's class;
 * - focal: -(1 - p)^gamma log p (Lin et al. 2017, without alpha);
 * - mse: e^2, with e = answer - target, in sds of the training targets;
 * - huber: e^2 / 2 up to |e| = delta, beyond it delta (|e| - delta / 2) (Huber 1964).
 */
export function rowLoss(spec: LossSpec, answers: Float64Array, row: number, target: number): number {
  switch (spec.loss) {
    case 'cross_entropy':
      return -logProbability(answers[row * spec.outputs + target]);
    case 'focal': {
      const probability = answers[row * spec.outputs + target];
      return -((1 - probability) ** spec.focalGamma) * logProbability(probability);
    }
    case 'mse':
      return (answers[row] - target) ** 2;
    case 'huber': {
      const size = Math.abs(answers[row] - target);
      const { huberDelta: delta } = spec;
      return size <= delta ? size ** 2 / 2 : delta * (size - delta / 2);
    }
  }
}

/** Fills the row's part of `delta`: the gradient of its loss by the plain outputs (before softmax), times `share`. */
export function rowDelta(
  spec: LossSpec,
  answers: Float64Array,
  row: number,
  target: number,
  share: number,
  delta: Float64Array,
): void {
  switch (spec.loss) {
    case 'cross_entropy':
      softmaxDelta(answers, row, spec.outputs, target, share, delta);
      return;
    case 'focal': {
      const slope = focalSlope(answers[row * spec.outputs + target], spec.focalGamma);
      softmaxDelta(answers, row, spec.outputs, target, share * slope, delta);
      return;
    }
    case 'mse':
      delta[row] = 2 * (answers[row] - target) * share;
      return;
    case 'huber':
      delta[row] = Math.max(-spec.huberDelta, Math.min(spec.huberDelta, answers[row] - target)) * share;
  }
}

/** Mean loss of the network over a data set, weighted by row, without dropout; 0 where all weights are 0. */
export function meanLoss(spec: NeuralSpec, weights: Float64Array, data: Dataset): number {
  const answers = networkOf(spec).outputs(spec, weights, data.features, data.rows);
  let loss = 0;
  let total = 0;
  for (let row = 0; row < data.rows; row++) {
    const weight = data.weights === null ? 1 : data.weights[row];
    loss += weight * rowLoss(spec, answers, row, data.targets[row]);
    total += weight;
  }
  return total > 0 ? loss / total : 0;
}

/** share (p - 1 at the row's class, p elsewhere): the gradient of -share log p. */
function softmaxDelta(
  probabilities: Float64Array,
  row: number,
  columns: number,
  target: number,
  share: number,
  delta: Float64Array,
): void {
  const from = row * columns;
  for (let j = from; j < from + columns; j++) delta[j] = probabilities[j] * share;
  delta[from + target] -= share;
}

/** The focal loss's slope by log p over that of cross-entropy: (1 - p)^gamma - gamma p (1 - p)^(gamma - 1) log p. */
function focalSlope(probability: number, gamma: number): number {
  const rest = 1 - probability;
  if (rest === 0) return rest ** gamma;
  return rest ** gamma - gamma * probability * rest ** (gamma - 1) * logProbability(probability);
}

/** Finite also where the probability underflowed to 0. */
function logProbability(probability: number): number {
  return Math.log(Math.max(probability, Number.MIN_VALUE));
}

/** Whether a loss belongs to the task: classes are learnt by log losses, one number by distances. */
export function fitsTask({ task, loss, outputs }: Pick<NeuralSpec, 'task' | 'loss' | 'outputs'>): boolean {
  if (task === 'classification') return loss === 'cross_entropy' || loss === 'focal';
  return (loss === 'mse' || loss === 'huber') && outputs === 1;
}

/** Throws `invalid_input` where a loss has run away. */
export function requireFinite(spec: NeuralSpec, epoch: number, trainLoss: number, validationLoss: number): void {
  if (Number.isFinite(trainLoss) && Number.isFinite(validationLoss)) return;
  const clip = spec.gradientClip === null ? 'none' : spec.gradientClip;
  throw new LabError(
    'invalid_input',
    `The loss is no longer finite in epoch ${epoch} (learning rate ${spec.learningRate}, gradient clip ${clip}).`,
    { hint: 'Lower training.learning_rate, set training.gradient_clip to 1, or normalise raw inputs (zscore).' },
  );
}
