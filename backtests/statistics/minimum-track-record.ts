import { normalQuantile } from './normal.ts';
import { type SharpeSample, sharpeVariance } from './sharpe-error.ts';

/**
 * Number of periods after which this Sharpe ratio would exceed `benchmark` with the given confidence; Infinity where it
 * does not exceed it. Bailey & López de Prado (2012), The Sharpe ratio efficient frontier, J. Risk 15(2).
 */
export function minimumTrackRecord(sample: Omit<SharpeSample, 'count'>, benchmark = 0, confidence = 0.95): number {
  if (sample.sharpe <= benchmark) return Infinity;
  return 1 + sharpeVariance(sample) * (normalQuantile(confidence) / (sample.sharpe - benchmark)) ** 2;
}
