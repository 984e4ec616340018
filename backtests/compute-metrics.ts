import { type Measures, measure } from './measure.ts';
import type { MetricSample } from './metric.ts';
import { metrics } from './metrics/index.ts';
import { type MeasuredTrade, tradeColumns } from './trade-columns.ts';

/** A closed trade as a caller knows it; what is left out makes the metrics that need it undefined. */
export interface ReportedTrade {
  direction?: 'long' | 'short' | undefined;
  pnl: number;
  return?: number | undefined;
  /** Rows of the equity curve, whose row 0 stands before the first return. */
  entryBar?: number | undefined;
  exitBar?: number | undefined;
  entryPrice?: number | undefined;
  exitPrice?: number | undefined;
  /** Units; below zero a short where no direction is given. */
  quantity?: number | undefined;
  commission?: number | undefined;
}

export interface ReportedReturns {
  /** Simple, one per period. */
  returns: Float64Array;
  /** As many of the benchmark. */
  benchmark?: Float64Array;
  periodsPerYear: number;
  /** Return of cash per period. */
  rf?: number;
  trades?: readonly ReportedTrade[];
  /** Left out, it is the capital on which the trades' P&L makes the returns, or 1 without trades. */
  initialCapital?: number;
}

/** Metrics that tearsheets elsewhere know by another name. */
const otherNames: Readonly<Record<string, { name: string; scale?: number }>> = {
  volatility: { name: 'volatility_ann' },
  ulcer_index: { name: 'ulcer_index_pct', scale: 100 },
  skew: { name: 'skew_biased' },
  skew_sample: { name: 'skew_G1' },
  kurtosis: { name: 'excess_kurtosis_biased' },
  kurtosis_sample: { name: 'excess_kurtosis_G2' },
  var_95: { name: 'var_hist_0.05' },
  var_99: { name: 'var_hist_0.01' },
  cvar_95: { name: 'cvar_hist_0.05' },
  cvar_99: { name: 'cvar_hist_0.01' },
  cvar_tail_95: { name: 'cvar_empyrical_0.05' },
  cvar_tail_99: { name: 'cvar_empyrical_0.01' },
  var_gaussian_95: { name: 'var_gauss_0.05' },
  var_gaussian_99: { name: 'var_gauss_0.01' },
  cvar_gaussian_95: { name: 'cvar_gauss_0.05' },
  cvar_gaussian_99: { name: 'cvar_gauss_0.01' },
  var_cornish_fisher_95: { name: 'var_cornish_fisher_0.05' },
  var_cornish_fisher_99: { name: 'var_cornish_fisher_0.01' },
  trades: { name: 'n_trades' },
  average_win: { name: 'avg_win' },
  average_loss: { name: 'avg_loss' },
  average_bars_held: { name: 'avg_bars_held' },
  expectancy: { name: 'expectancy_cash' },
  expectancy_r: { name: 'expectancy_R' },
  turnover: { name: 'turnover_per_year_oneway' },
};

/** Without dates there are no days, and nothing is known of slippage. */
const needRun = new Set(['max_drawdown_days', 'costs_paid', 'cost_share']);
const fromReturns = metrics.filter((metric) => !needRun.has(metric.name));

/** The names under which `computeAll` answers. */
export const computedNames: readonly string[] = [
  ...fromReturns.map(({ name }) => name),
  ...Object.values(otherNames).map(({ name }) => name),
];

/** Every metric of returns, and of trades where there are some, under its own and its other name. */
export function computeAll(reported: ReportedReturns): Measures {
  const measures = measure(reportedSample(reported), fromReturns);
  for (const [own, { name, scale = 1 }] of Object.entries(otherNames)) {
    const value = measures.values[own];
    measures.values[name] = value === null ? null : value * scale;
    if (value === null) measures.undefined[name] = measures.undefined[own];
  }
  return measures;
}

function reportedSample(reported: ReportedReturns): MetricSample {
  const { returns, benchmark, periodsPerYear, rf = 0, trades = [] } = reported;
  const initialCapital = reported.initialCapital ?? impliedCapital(returns, trades);
  return {
    returns,
    periodsPerYear,
    cashRate: rf,
    initialCapital,
    equity: compounded(returns, initialCapital),
    time: Float64Array.from(returns.keys()),
    position: heldPosition(trades, returns.length + 1),
    firstBar: 0,
    trades: tradeColumns(trades.map(measuredTrade)),
    costsPaid: Number.NaN,
    tradedNotional: trades.reduce((total, trade) => total + notional(trade), 0),
    ...(benchmark === undefined ? {} : { benchmark }),
  };
}

function compounded(returns: Float64Array, capital: number): Float64Array {
  let equity = capital;
  return returns.map((value) => {
    equity *= 1 + value;
    return equity;
  });
}

function impliedCapital(returns: Float64Array, trades: readonly ReportedTrade[]): number {
  const pnl = trades.reduce((total, trade) => total + trade.pnl, 0);
  const growth = (compounded(returns, 1).at(-1) ?? 1) - 1;
  const capital = pnl / growth;
  return trades.length > 0 && Number.isFinite(capital) && capital > 0 ? capital : 1;
}

function measuredTrade(trade: ReportedTrade): MeasuredTrade {
  const { entryBar = Number.NaN, exitBar = Number.NaN } = trade;
  return {
    direction: sideOf(trade) > 0 ? 'long' : 'short',
    pnl: trade.pnl,
    return: trade.return ?? Number.NaN,
    commission: trade.commission ?? Number.NaN,
    entryBar,
    exitBar,
  };
}

function notional({ quantity, entryPrice, exitPrice }: ReportedTrade): number {
  if (quantity === undefined || entryPrice === undefined || exitPrice === undefined) return Number.NaN;
  return Math.abs(quantity) * (entryPrice + exitPrice);
}

function sideOf({ direction, quantity = 0 }: ReportedTrade): number {
  return direction === 'short' || (direction === undefined && quantity < 0) ? -1 : 1;
}

/** The side held after each bar that ends within a trade; no row where the bars of a trade are not known. */
function heldPosition(trades: readonly ReportedTrade[], rows: number): Float64Array {
  const position = new Float64Array(rows);
  for (const trade of trades) {
    const { entryBar, exitBar } = trade;
    if (entryBar === undefined || exitBar === undefined) return new Float64Array(0);
    position.fill(sideOf(trade), entryBar, exitBar);
  }
  return position;
}
