import type { Moments } from './moments.ts';

/** What a Sharpe ratio of one period's returns was estimated from. Not annualised; kurtosis 3 for the normal. */
export interface SharpeSample {
  sharpe: number;
  count: number;
  skew: number;
  kurtosis: number;
}

/** The sample of returns in excess of cash; NaN fields where their deviation is 0. */
export function sharpeSample({ mean, deviation, count, skew, kurtosis }: Moments): SharpeSample {
  return { sharpe: deviation > 0 ? mean / deviation : Number.NaN, count, skew, kurtosis };
}

/** n times the asymptotic variance of a Sharpe ratio of non-normal i.i.d. returns: 1 - skew SR + (kurtosis - 1) / 4 SR^2. */
export function sharpeVariance({ sharpe, skew, kurtosis }: Omit<SharpeSample, 'count'>): number {
  return 1 - skew * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;
}

/**
 * Standard error of a per-period Sharpe ratio: sqrt(sharpeVariance / (n - 1)). Mertens (2002); Bailey & López de Prado
 * (2012), The Sharpe ratio efficient frontier, J. Risk 15(2). With skew 0 and kurtosis 3 it is Lo's (2002) i.i.d. one
 * but for n - 1.
 */
export function sharpeError(sample: SharpeSample): number {
  return Math.sqrt(sharpeVariance(sample) / (sample.count - 1));
}
