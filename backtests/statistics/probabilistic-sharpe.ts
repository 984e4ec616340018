import { normalCdf } from './normal.ts';
import { type SharpeSample, sharpeError } from './sharpe-error.ts';

/**
 * Probability that the true per-period Sharpe ratio exceeds `benchmark`. NaN where the standard error is 0.
 * Bailey & López de Prado (2012), The Sharpe ratio efficient frontier, J. Risk 15(2).
 */
export function probabilisticSharpe(sample: SharpeSample, benchmark = 0): number {
  const error = sharpeError(sample);
  return error > 0 ? normalCdf((sample.sharpe - benchmark) / error) : Number.NaN;
}
