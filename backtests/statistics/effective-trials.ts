import { moments } from './moments.ts';

/**
 * Number of independent trials that N correlated ones amount to: rho + (1 - rho) N with the average correlation of
 * their returns, held to [0, 1]. Arrays of one length, row for row the same session. 0 for no trial.
 * Bailey & López de Prado (2014), The deflated Sharpe ratio, J. Portfolio Management 40(5), appendix 3.
 */
export function effectiveTrials(returns: readonly Float64Array[]): number {
  if (returns.length < 2) return returns.length;
  const correlation = Math.min(1, Math.max(0, averageCorrelation(returns)));
  return correlation + (1 - correlation) * returns.length;
}

/**
 * Mean correlation over all pairs of series, in one pass over the values: the variance of the sum of the standardised
 * series is N + N (N - 1) rho. A series that does not vary correlates with none. NaN for fewer than two series.
 */
export function averageCorrelation(returns: readonly Float64Array[]): number {
  const rows = returns[0]?.length ?? 0;
  const total = new Float64Array(rows);
  let varying = 0;
  for (const series of returns) {
    if (series.length !== rows) throw new RangeError(`series of ${rows} and ${series.length} rows are not aligned`);
    const { mean, deviation } = moments(series);
    if (!(deviation > 0)) continue;
    varying++;
    for (let i = 0; i < rows; i++) total[i] += (series[i] - mean) / deviation;
  }
  const squares = total.reduce((sum, value) => sum + value * value, 0);
  const pairs = returns.length * (returns.length - 1);
  return pairs === 0 ? Number.NaN : (varying === 0 ? 0 : squares / (rows - 1) - varying) / pairs;
}
