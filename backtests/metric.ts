import type { HeldBars } from './held-bars.ts';
import type { TradeColumns } from './trade-columns.ts';

/** Everything that a result is judged by. Arrays are not to be changed: what is derived from a sample is kept with it. */
export interface MetricSample {
  readonly initialCapital: number;
  /** Equity after each bar, account currency, after all costs so far. The initial capital stands before row 0. */
  readonly equity: Float64Array;
  /** Start of each bar, epoch milliseconds, strictly increasing. */
  readonly time: Float64Array;
  /** Signed units held after each bar; of a portfolio the gross value held as a fraction of equity. */
  readonly position: Float64Array;
  /** Of a portfolio: the sides held in each bar, as in `Simulation`. */
  readonly sides?: Uint8Array;
  /** Of the whole sample, where they were counted. */
  readonly heldBars?: HeldBars;
  /** The row of the trades' bars that row 0 of `equity` stands for. */
  readonly firstBar: number;
  /** One simple return per period (session day), in order. */
  readonly returns: Float64Array;
  /** Expected periods a year. */
  readonly periodsPerYear: number;
  /** Return of cash per period. */
  readonly cashRate: number;
  /** Returns of the benchmark in the same periods. */
  readonly benchmark?: Float64Array;
  readonly trades: TradeColumns;
  /** Commission, slippage, spread and financing, account currency. */
  readonly costsPaid: number;
  /** Sum of |price x quantity x multiplier| over all fills. */
  readonly tradedNotional: number;
}

/** `annual`: the figure is scaled to a year of `periodsPerYear`. `money`: account currency. `index`: row of the curve. */
export type MetricUnit =
  | 'fraction'
  | 'annual fraction'
  | 'ratio'
  | 'annual ratio'
  | 'probability'
  | 'money'
  | 'percent'
  | 'count'
  | 'bars'
  | 'days'
  | 'index';

/** Why a metric has no value, one sentence for a reader. */
export interface UndefinedMetric {
  readonly undefined: string;
}

/** One figure of a result. The file's name is its name with hyphens. */
export interface Metric {
  readonly name: string;
  readonly title: string;
  readonly unit: MetricUnit;
  readonly formula: string;
  /** Paper, book or implementation whose definition is followed. */
  readonly source: string;
  /** Shown with every backtest; the others are for a closer look. */
  readonly headline: boolean;
  compute(sample: MetricSample): number | UndefinedMetric;
}

export const reasons = {
  noReturns: 'there are no returns',
  tooShort: 'fewer than two returns',
  constant: 'the returns do not vary',
  noTrades: 'there are no closed trades',
  noWins: 'no trade won',
  noLosses: 'no trade lost',
  noDrawdown: 'there was no drawdown',
  noBenchmark: 'there is no benchmark',
  constantBenchmark: 'the benchmark does not vary',
  ruined: 'all capital was lost',
  unknown: 'what it is computed from is not known',
} as const;

export function undefinedBecause(reason: string): UndefinedMetric {
  return { undefined: reason };
}

/** The reason itself where something has none, else what `compute` makes of it. */
export function whereDefined<T extends object>(
  input: T | UndefinedMetric,
  compute: (value: T) => number | UndefinedMetric,
): number | UndefinedMetric {
  return 'undefined' in input ? input : compute(input);
}

/** Something derived from a sample that several metrics need: computed once per sample. */
export function perSample<T>(derive: (sample: MetricSample) => T): (sample: MetricSample) => T {
  const kept = new WeakMap<MetricSample, { value: T }>();
  return (sample) => {
    const known = kept.get(sample);
    if (known !== undefined) return known.value;
    const value = derive(sample);
    kept.set(sample, { value });
    return value;
  };
}
