import { deepest, equityCurve, findDrawdowns } from './drawdowns.ts';
import {
  type MeasuredTrade,
  type MetricSample,
  perSample,
  reasons,
  type UndefinedMetric,
  undefinedBecause,
} from './metric.ts';
import { average, type Moments, moments } from './statistics/moments.ts';

/** Below this a sum of returns is rounding, and nothing is divided by it. */
export const negligible = 1e-14;

/** Returns over cash, per period. */
export const excessReturns = perSample((sample) => sample.returns.map((value) => value - sample.cashRate));

export const returnMoments = perSample((sample) => moments(sample.returns));
export const excessMoments = perSample((sample) => moments(excessReturns(sample)));

/** Moments of at least two returns that differ. */
export const variedReturns = perSample((sample) => varied(returnMoments(sample)));
export const variedExcess = perSample((sample) => varied(excessMoments(sample)));

function varied(found: Moments): Moments | UndefinedMetric {
  if (found.count < 2) return undefinedBecause(reasons.tooShort);
  return found.deviation === 0 ? undefinedBecause(reasons.constant) : found;
}

/** From the lowest return to the highest. */
export const sortedReturns = perSample((sample) => sample.returns.slice().sort());

/** Root mean square of the returns below cash, over all periods; NaN without returns. */
export const downsideDeviation = perSample((sample) => {
  const squares = excessReturns(sample).map((value) => Math.min(value, 0) ** 2);
  return squares.length === 0 ? Number.NaN : Math.sqrt(average(squares));
});

/** The initial capital, then the equity after each bar. */
export const curve = perSample((sample) => equityCurve(sample.equity, sample.initialCapital));
export const drawdownsOf = perSample((sample) => findDrawdowns(curve(sample)));
export const deepestDrawdown = perSample((sample) => deepest(drawdownsOf(sample)));

/** Means over the points of the curve. `depth`: its share below the highest point so far, at most 0. */
export const curveMeans = perSample((sample) => {
  const points = curve(sample);
  let high = points[0];
  let [level, depth, squaredDepth] = [0, 0, 0];
  for (let row = 0; row < points.length; row++) {
    const value = points[row];
    if (value > high) high = value;
    const below = value / high - 1;
    level += value;
    depth += below;
    squaredDepth += below * below;
  }
  const rows = points.length;
  return { level: level / rows, depth: depth / rows, squaredDepth: squaredDepth / rows };
});

export interface TradeSummary {
  wins: readonly MeasuredTrade[];
  losses: readonly MeasuredTrade[];
  /** Profit of the winning trades (> 0) and loss of the losing ones (< 0), account currency; 0 for none. */
  won: number;
  lost: number;
  pnl: Float64Array;
  returns: Float64Array;
}

export const tradeSummary = perSample(({ trades }): TradeSummary => {
  const wins = trades.filter((trade) => trade.pnl > 0);
  const losses = trades.filter((trade) => trade.pnl < 0);
  return {
    wins,
    losses,
    won: wins.reduce((total, trade) => total + trade.pnl, 0),
    lost: losses.reduce((total, trade) => total + trade.pnl, 0),
    pnl: Float64Array.from(trades, (trade) => trade.pnl),
    returns: Float64Array.from(trades, (trade) => trade.return),
  };
});

/** Excess returns on the benchmark's excess returns, per period. */
export interface Regression {
  alpha: number;
  beta: number;
  /** NaN where the returns do not vary. */
  correlation: number;
}

export const benchmarkRegression = perSample((sample): Regression | UndefinedMetric => {
  const { benchmark, returns, cashRate } = sample;
  if (benchmark === undefined) return undefinedBecause(reasons.noBenchmark);
  if (returns.length < 2) return undefinedBecause(reasons.tooShort);
  const own = returnMoments(sample);
  const other = moments(benchmark);
  if (other.deviation === 0) return undefinedBecause(reasons.constantBenchmark);
  let products = 0;
  for (let i = 0; i < returns.length; i++) products += (returns[i] - own.mean) * (benchmark[i] - other.mean);
  const covariance = products / (returns.length - 1);
  const beta = covariance / other.deviation ** 2;
  return {
    beta,
    alpha: own.mean - cashRate - beta * (other.mean - cashRate),
    correlation: own.deviation > 0 ? covariance / (own.deviation * other.deviation) : Number.NaN,
  };
});

/** Returns over the benchmark's, per period. */
export const activeMoments = perSample(({ returns, benchmark }): Moments | UndefinedMetric =>
  benchmark === undefined
    ? undefinedBecause(reasons.noBenchmark)
    : varied(moments(returns.map((value, i) => value - benchmark[i]))),
);

/** Years that the returns cover. */
export function yearsOf(sample: MetricSample): number {
  return sample.returns.length / sample.periodsPerYear;
}

/** Return per year that compounds to the product of (1 + r); NaN where a factor is below zero. */
export function annualCompounded(returns: Float64Array, periodsPerYear: number): number {
  const growth = returns.reduce((product, value) => product * (1 + value), 1);
  return growth ** (periodsPerYear / returns.length) - 1;
}
