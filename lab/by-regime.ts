import { moments } from '@stratlab/backtests/statistics/moments.ts';

/** How a run did while its market was calm, usual or stormy. */
export interface RegimeResult {
  regime: 'calm' | 'usual' | 'stormy';
  sessions: number;
  /** Compounded over the sessions in it. */
  total_return: number;
  /** Per session, not annualised; null where it is not defined. */
  sharpe: number | null;
}

const lookback = 20;

/**
 * Sessions in three equal parts by the market's volatility over the twenty sessions before: what was known then, though
 * the limits between the parts are those of the whole run. For description, not for decisions.
 */
export function byRegime(returns: Float64Array, market: Float64Array): RegimeResult[] {
  const before = market.map((_, i) =>
    i < lookback ? Number.NaN : moments(market.subarray(i - lookback, i)).deviation,
  );
  const known = before.filter((value) => !Number.isNaN(value)).sort();
  if (known.length < 3 * lookback) return [];
  const [low, high] = [known[Math.floor(known.length / 3)], known[Math.floor((2 * known.length) / 3)]];
  const regimeOf = (value: number) => (value < low ? 'calm' : value < high ? 'usual' : 'stormy');
  return (['calm', 'usual', 'stormy'] as const).map((regime) => {
    const own = returns.filter((_, i) => !Number.isNaN(before[i]) && regimeOf(before[i]) === regime);
    const { mean, deviation } = moments(own);
    const total = own.reduce((equity, value) => equity * (1 + value), 1) - 1;
    return { regime, sessions: own.length, total_return: total, sharpe: deviation > 0 ? mean / deviation : null };
  });
}
