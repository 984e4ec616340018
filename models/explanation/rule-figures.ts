import { type Outcome, positionOf } from './task.ts';
import type { ToldRule } from './told-rule.ts';

/** What became of the rows, each counted by its weight, in which a rule says the class `says`. */
export function ruleFigures(
  { classes, said, truth }: Outcome,
  forward: Float64Array,
  weights: Float64Array,
  says: number,
): Omit<ToldRule, 'when' | 'says'> {
  const sums = { rows: 0, confidence: 0, accuracy: 0, profit: 0 };
  weights.forEach((weight, row) => {
    sums.rows += weight;
    if (said[row] === says) sums.confidence += weight;
    if (truth[row] === says) sums.accuracy += weight;
    sums.profit += weight * forward[row];
  });
  const { rows } = sums;
  const position = positionOf(classes[says]);
  return {
    support: rows / said.length,
    rows,
    confidence: rows > 0 ? sums.confidence / rows : null,
    accuracy: rows > 0 ? sums.accuracy / rows : null,
    profit: rows > 0 && position !== null && position !== 0 ? (position * sums.profit) / rows : null,
  };
}
