import type { Dataset } from '../engine.ts';
import type { BoostingSpec } from './forest.ts';
import { softmax } from './network.ts';

/** Share that a class without rows is given, so that its score stays finite. */
const leastPrior = 1e-15;

/** What is boosted: where scores start, their gradients and hessians (output-major: output x rows), and the loss. */
export interface BoostingLoss {
  base(data: Dataset): Float64Array;
  differentiate(scores: Float64Array, data: Dataset, gradients: Float64Array, hessians: Float64Array): void;
  /** Mean over rows by weight; 0 where all weights are 0. */
  mean(scores: Float64Array, data: Dataset): number;
}

/** Half the squared error, so that the gradient is the error and the hessian 1; reported is the whole square. */
const squaredError: BoostingLoss = {
  base(data) {
    return Float64Array.of(weightedMean(data, (row) => data.targets[row]));
  },
  differentiate(scores, { targets, weights }, gradients, hessians) {
    for (let row = 0; row < targets.length; row++) {
      const weight = weights === null ? 1 : weights[row];
      gradients[row] = weight * (scores[row] - targets[row]);
      hessians[row] = weight;
    }
  },
  mean(scores, data) {
    return weightedMean(data, (row) => (scores[row] - data.targets[row]) ** 2);
  },
};

/**
 * Softmax cross-entropy, starting from the classes' shares. The diagonal hessian p (1 - p) is multiplied by K / (K - 1)
 * (Friedman 2001, algorithm 6; LightGBM does the same).
 */
function crossEntropy(classes: number): BoostingLoss {
  return {
    base(data) {
      const share = (k: number) => weightedMean(data, (row) => (data.targets[row] === k ? 1 : 0));
      return Float64Array.from({ length: classes }, (_, k) => Math.log(Math.max(share(k), leastPrior)));
    },
    differentiate(scores, { rows, targets, weights }, gradients, hessians) {
      const probabilities = new Float64Array(scores.length);
      softmax(scores, classes, probabilities);
      const factor = classes / Math.max(classes - 1, 1);
      for (let row = 0; row < rows; row++) {
        const weight = weights === null ? 1 : weights[row];
        for (let k = 0; k < classes; k++) {
          const p = probabilities[row * classes + k];
          gradients[k * rows + row] = weight * (p - (targets[row] === k ? 1 : 0));
          hessians[k * rows + row] = weight * factor * p * (1 - p);
        }
      }
    },
    mean(scores, data) {
      return weightedMean(data, (row) => logLoss(scores, row * classes, classes, data.targets[row]));
    },
  };
}

export function lossOf({ task, outputs }: BoostingSpec): BoostingLoss {
  return task === 'classification' ? crossEntropy(outputs) : squaredError;
}

/** ln of the sum of exp(score) - the score of the class. */
function logLoss(scores: Float64Array, from: number, classes: number, target: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = from; k < from + classes; k++) if (scores[k] > largest) largest = scores[k];
  let sum = 0;
  for (let k = from; k < from + classes; k++) sum += Math.exp(scores[k] - largest);
  return largest + Math.log(sum) - scores[from + target];
}

function weightedMean({ rows, weights }: Dataset, value: (row: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights === null ? 1 : weights[row];
    sum += weight * value(row);
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}
