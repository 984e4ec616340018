import { boundary, endingBefore, type Fold, type Rows } from '../split.ts';
import type { ValidationOf } from './schema.ts';
import { trainingFold } from './training-part.ts';

/**
 * Test blocks of equal size, one after another, each after the rows it was learnt from: all of them (anchored) or a
 * window as long as the first training part (Pardo, The Evaluation and Optimization of Trading Strategies, 2008, ch. 11;
 * purging as in Lopez de Prado 2018, 7.4.1). Every row after the first training part is tested exactly once.
 */
export function walkForwardFolds(sample: Rows, method: ValidationOf<'walk_forward'>): Fold[] {
  const { ends, rows } = sample;
  const { folds, anchored, train, validation } = method;
  const block = (1 - train) / folds;
  return Array.from({ length: folds }, (_, fold) => {
    const from = boundary(sample, train + fold * block);
    const test = rows.subarray(from, boundary(sample, fold === folds - 1 ? 1 : train + (fold + 1) * block));
    const offered = rows.subarray(anchored ? 0 : boundary(sample, fold * block), from);
    const kept = endingBefore(offered, ends, test[0]);
    return trainingFold(sample, offered.length, kept, test, validation, `walk_forward, fold ${fold + 1} of ${folds}`);
  });
}
