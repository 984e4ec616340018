import type { Network } from '../network.ts';
import { addRound, type BoostingSpec, type Forest, forestOf, forestTensors } from './forest.ts';

/**
 * Gradient boosted trees. Tensors: `base` [outputs]; `features`, `thresholds`, `gains` [rounds, outputs, nodes] and
 * `values` [rounds, outputs, leaves] of complete trees (see Forest). Rounds after the best one are all 0. Class
 * probabilities are the softmax of the summed scores.
 */
export const boostingNetwork: Network<BoostingSpec> = {
  types: ['gradient_boosting'],
  tensors: forestTensors,
  outputs(spec, weights, features, rows) {
    const forest = forestOf(spec, weights);
    const scores = startScores(forest, rows);
    for (let round = 0; round < spec.rounds; round++) addRound(forest, round, scores, features, spec.inputs);
    if (spec.task === 'classification') softmax(scores, spec.outputs, scores);
    return scores;
  },
};

/** The base scores, row by row. */
export function startScores({ base, outputs }: Forest, rows: number): Float64Array {
  const scores = new Float64Array(rows * outputs);
  for (let at = 0; at < scores.length; at += outputs) scores.set(base, at);
  return scores;
}

/** Fills `target` with the softmax of each row of `columns` scores; it may be the scores themselves. */
export function softmax(scores: Float64Array, columns: number, target: Float64Array): void {
  for (let from = 0; from < scores.length; from += columns) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let at = from; at < from + columns; at++) if (scores[at] > largest) largest = scores[at];
    let sum = 0;
    for (let at = from; at < from + columns; at++) sum += target[at] = Math.exp(scores[at] - largest);
    for (let at = from; at < from + columns; at++) target[at] /= sum;
  }
}
