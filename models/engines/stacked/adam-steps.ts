import type { NeuralSpec } from '../../spec.ts';

/** What a step of the optimiser depends on beside weights and gradient: three numbers for each model. */
export interface StepScalars {
  /** Of the mean of the gradient (Adam) or of the gradient (SGD): the learning rate, corrected for the first steps. */
  readonly scale: number;
  /** Of the mean of the squared gradient: its correction for the first steps. */
  readonly correction: number;
  /** Of the weights: what decay apart from the gradient leaves of them. */
  readonly shrink: number;
}

/** The numbers of the next step; moves `powers` on by one step. */
export function nextStep(
  { optimizer, weightDecay }: Pick<NeuralSpec, 'optimizer' | 'weightDecay'>,
  powers: Float64Array,
  learningRate: number,
): StepScalars {
  if (optimizer === 'sgd') return { scale: learningRate, correction: 1, shrink: 1 };
  powers[0] *= 0.9;
  powers[1] *= 0.999;
  const scale = learningRate / (1 - powers[0]);
  const shrink = optimizer === 'adamw' ? 1 - learningRate * weightDecay : 1;
  return { scale, correction: 1 / (1 - powers[1]), shrink };
}

/** The part of weight decay that is added to the gradient. */
export function coupledDecay({ optimizer, weightDecay }: Pick<NeuralSpec, 'optimizer' | 'weightDecay'>): number {
  return optimizer === 'adamw' ? 0 : weightDecay;
}
