import { expectedMaximum } from './expected-maximum.ts';
import { probabilisticSharpe } from './probabilistic-sharpe.ts';
import type { SharpeSample } from './sharpe-error.ts';

/**
 * Probability that the true Sharpe ratio exceeds the one expected of the best of N skill-less trials.
 * `trialsVariance`: of the trials' per-period Sharpe ratios; unknown, it is that of a Sharpe ratio of zero, 1 / (n - 1).
 * Bailey & López de Prado (2014), The deflated Sharpe ratio, J. Portfolio Management 40(5).
 */
export function deflatedSharpe(
  sample: SharpeSample,
  trials: number,
  trialsVariance: number = 1 / (sample.count - 1),
): number {
  return probabilisticSharpe(sample, Math.sqrt(trialsVariance) * expectedMaximum(trials));
}
