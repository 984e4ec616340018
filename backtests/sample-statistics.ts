import { type Drawdown, deepest, traceEquity } from './drawdowns.ts';
import { type MetricSample, perSample, reasons, type UndefinedMetric, undefinedBecause } from './metric.ts';
import { type Moments, moments } from './statistics/moments.ts';
import { OrderStatistics } from './statistics/order-statistics.ts';

/** Below this a sum of returns is rounding, and nothing is divided by it. */
export const negligible = 1e-14;

/** Returns over cash, per period. */
export const excessReturns = perSample(({ returns, cashRate }) =>
  cashRate === 0 ? returns : returns.map((value) => value - cashRate),
);

export const returnMoments = perSample((sample) => moments(sample.returns));
export const excessMoments = perSample((sample) =>
  sample.cashRate === 0 ? returnMoments(sample) : moments(excessReturns(sample)),
);

/** Moments of at least two returns that differ. */
export const variedReturns = perSample((sample) => varied(returnMoments(sample)));
export const variedExcess = perSample((sample) => varied(excessMoments(sample)));

function varied(found: Moments): Moments | UndefinedMetric {
  if (found.count < 2) return undefinedBecause(reasons.tooShort);
  return found.deviation === 0 ? undefinedBecause(reasons.constant) : found;
}

export const orderedReturns = perSample((sample) => new OrderStatistics(sample.returns));

/** Mean of the values at or below a bound; NaN for none. */
export function meanUpTo(values: Float64Array, bound: number): number {
  let count = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] > bound) continue;
    count++;
    total += values[i];
  }
  return total / count;
}

/** Root mean square of the returns below cash, over all periods; NaN without returns. */
export const downsideDeviation = perSample((sample) => {
  const excess = excessReturns(sample);
  let squares = 0;
  for (let i = 0; i < excess.length; i++) if (excess[i] < 0) squares += excess[i] * excess[i];
  return Math.sqrt(squares / excess.length);
});

const equityTrace = perSample((sample) => traceEquity(sample.equity, sample.initialCapital));

export function drawdownsOf(sample: MetricSample): readonly Drawdown[] {
  return equityTrace(sample).drawdowns;
}

export const deepestDrawdown = perSample((sample) => deepest(drawdownsOf(sample)));

/** Means over the initial capital and the equity of every bar. `depth`: its share below the highest so far, at most 0. */
export function curveMeans(sample: MetricSample): { level: number; depth: number; squaredDepth: number } {
  const { levels, depths, squaredDepths } = equityTrace(sample);
  const points = sample.equity.length + 1;
  return { level: levels / points, depth: depths / points, squaredDepth: squaredDepths / points };
}

export interface TradeSummary {
  /** Trades that won, and that lost. */
  wins: number;
  losses: number;
  /** Profit of the winning trades (> 0) and loss of the losing ones (< 0), account currency; 0 for none. */
  won: number;
  lost: number;
  /** Sum of the bars from entry to exit. */
  barsHeld: number;
}

export const tradeSummary = perSample(({ trades: { count, pnl, entryBar, exitBar } }): TradeSummary => {
  let [wins, losses, won, lost, barsHeld] = [0, 0, 0, 0, 0];
  for (let k = 0; k < count; k++) {
    const made = pnl[k];
    barsHeld += exitBar[k] - entryBar[k];
    if (made > 0) {
      wins++;
      won += made;
    } else if (made < 0) {
      losses++;
      lost += made;
    }
  }
  return { wins, losses, won, lost, barsHeld };
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

/** Final equity over the initial capital. */
export function growthOf({ equity, initialCapital }: MetricSample): number {
  return (equity.at(-1) ?? initialCapital) / initialCapital;
}

/** Years that the returns cover. */
export function yearsOf(sample: MetricSample): number {
  return sample.returns.length / sample.periodsPerYear;
}

/** Return per year that compounds to the product of (1 + r); NaN where a factor is below zero. */
export function annualCompounded(returns: Float64Array, periodsPerYear: number): number {
  const growth = returns.reduce((product, value) => product * (1 + value), 1);
  return growth ** (periodsPerYear / returns.length) - 1;
}
