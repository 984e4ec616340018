import { type Outcome, positionOf } from './task.ts';

/** What was known at each row of its market; NaN where its bars are too few. */
export interface Surroundings {
  /** Standard deviation of past returns. */
  readonly volatility: Float64Array;
  /** Return over the past. */
  readonly trend: Float64Array;
}

/** How a model did on some rows; all null where there are none. */
export interface GroupFigures {
  readonly accuracy: number | null;
  readonly majorityAccuracy: number | null;
  /** Mean over the rows of the forward return times the position said; null where classes are no sides. */
  readonly profit: number | null;
}

export interface Regime extends GroupFigures {
  readonly regime: 'calm' | 'usual' | 'stormy' | 'up' | 'down';
  readonly rows: number;
}

/**
 * How a model did where its market was calm, usual or stormy (thirds of these rows by volatility known at the row; the
 * limits are those of all rows: for description, not for decisions), and where it had risen or fallen.
 */
export function byRegime(outcome: Outcome, forward: Float64Array, { volatility, trend }: Surroundings): Regime[] {
  const known = volatility.filter((value) => !Number.isNaN(value)).sort();
  const [low, high] = [known[Math.floor(known.length / 3)], known[Math.floor((2 * known.length) / 3)]];
  const where = (values: Float64Array, passes: (value: number) => boolean) =>
    Array.from(values.keys()).filter((row) => passes(values[row]));
  const groups = [
    { regime: 'calm', rows: where(volatility, (value) => value < low) },
    { regime: 'usual', rows: where(volatility, (value) => value >= low && value < high) },
    { regime: 'stormy', rows: where(volatility, (value) => value >= high) },
    { regime: 'up', rows: where(trend, (value) => value > 0) },
    { regime: 'down', rows: where(trend, (value) => value < 0) },
  ] as const;
  return groups.map(({ regime, rows }) => ({ regime, rows: rows.length, ...figuresOf(outcome, forward, rows) }));
}

export function figuresOf(
  { classes, said, truth }: Outcome,
  forward: Float64Array,
  rows: readonly number[],
): GroupFigures {
  if (rows.length === 0) return { accuracy: null, majorityAccuracy: null, profit: null };
  const positions = classes.map(positionOf);
  const counts = new Array<number>(classes.length).fill(0);
  let hits = 0;
  let profit: number | null = 0;
  for (const row of rows) {
    counts[truth[row]]++;
    if (said[row] === truth[row]) hits++;
    const position = positions[said[row]];
    profit = position === null || profit === null ? null : profit + position * forward[row];
  }
  return {
    accuracy: hits / rows.length,
    majorityAccuracy: Math.max(...counts) / rows.length,
    profit: profit === null ? null : profit / rows.length,
  };
}

const lookback = { volatility: 20, trend: 50 };

/** Per bar: sample deviation of the last 20 simple returns and the return over the last 50 bars, up to its close. */
export function surroundingsOf(close: Float64Array): Surroundings {
  const returns = close.map((price, t) => (t === 0 ? Number.NaN : price / close[t - 1] - 1));
  const volatility = close.map((_, t) => {
    if (t < lookback.volatility) return Number.NaN;
    const past = returns.subarray(t + 1 - lookback.volatility, t + 1);
    const mean = past.reduce((sum, value) => sum + value, 0) / past.length;
    return Math.sqrt(past.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (past.length - 1));
  });
  const trend = close.map((price, t) => (t < lookback.trend ? Number.NaN : price / close[t - lookback.trend] - 1));
  return { volatility, trend };
}
