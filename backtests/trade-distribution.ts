import { percentile } from './statistics/percentile.ts';
import type { ExitReason, Trade } from './trade.ts';

/** Linear-interpolated quantiles and the mean of some figures; null for none. */
export interface Spread {
  min: number;
  q05: number;
  q25: number;
  median: number;
  q75: number;
  q95: number;
  max: number;
  mean: number;
}

/** Trades of one sign in a row, in the order of the list. */
export interface Streaks {
  count: number;
  longest: number;
  mean: number;
}

/** What closed trades look like. Returns and excursions are fractions of the entry value. */
export interface TradeDistribution {
  returns: Spread | null;
  barsHeld: Spread | null;
  /** A trade without profit or loss ends a streak and begins none. */
  winning: Streaks | null;
  losing: Streaks | null;
  exits: { reason: ExitReason; trades: number; pnl: number }[];
}

/** Distribution of the trades' returns and lengths, their streaks, and what each kind of exit made. */
export function tradeDistribution(trades: readonly Trade[]): TradeDistribution {
  return {
    returns: spreadOf(trades.map((trade) => trade.return)),
    barsHeld: spreadOf(trades.map(({ barsHeld }) => barsHeld)),
    winning: streaksOf(trades, 1),
    losing: streaksOf(trades, -1),
    exits: [...Map.groupBy(trades, ({ exitReason }) => exitReason)]
      .map(([reason, group]) => ({ reason, trades: group.length, pnl: group.reduce((sum, { pnl }) => sum + pnl, 0) }))
      .sort((a, b) => b.trades - a.trades),
  };
}

/**
 * How far trades went against and for their holder before they ended (J. Sweeney 1996, Maximum Adverse Excursion), of
 * the winning and of the losing ones: `mae` <= 0 <= `mfe`, fractions of the entry price.
 */
export interface Excursions {
  winners: { mae: Spread; mfe: Spread } | null;
  losers: { mae: Spread; mfe: Spread } | null;
  /** Mean mfe / mean |mae| over all trades: above 1 entries are better than chance; null where no trade went against. */
  edgeRatio: number | null;
  /** Of the winners' best prices, the mean share that was kept at the exit; null without a winner. */
  keptOfBest: number | null;
}

export function excursions(trades: readonly Trade[]): Excursions {
  const winners = trades.filter(({ pnl }) => pnl > 0);
  const mean = (figure: (trade: Trade) => number, among = trades) =>
    among.reduce((sum, trade) => sum + figure(trade), 0) / among.length;
  const against = trades.length === 0 ? 0 : -mean(({ mae }) => mae);
  const best = winners.filter(({ mfe }) => mfe > 0);
  return {
    winners: excursionsOf(winners),
    losers: excursionsOf(trades.filter(({ pnl }) => pnl < 0)),
    edgeRatio: against > 0 ? mean(({ mfe }) => mfe) / against : null,
    keptOfBest: best.length === 0 ? null : mean((trade) => moveOf(trade) / trade.mfe, best),
  };
}

function excursionsOf(trades: readonly Trade[]): { mae: Spread; mfe: Spread } | null {
  const mae = spreadOf(trades.map((trade) => trade.mae));
  const mfe = spreadOf(trades.map((trade) => trade.mfe));
  return mae === null || mfe === null ? null : { mae, mfe };
}

/** Price move from entry to exit in the direction of the trade. */
function moveOf({ direction, entryPrice, exitPrice }: Trade): number {
  return (direction === 'long' ? 1 : -1) * (exitPrice / entryPrice - 1);
}

function spreadOf(figures: readonly number[]): Spread | null {
  if (figures.length === 0) return null;
  const sorted = Float64Array.from(figures).sort();
  const at = (share: number) => percentile(sorted, share);
  const mean = figures.reduce((sum, value) => sum + value, 0) / figures.length;
  return { min: at(0), q05: at(0.05), q25: at(0.25), median: at(0.5), q75: at(0.75), q95: at(0.95), max: at(1), mean };
}

function streaksOf(trades: readonly Trade[], sign: number): Streaks | null {
  const lengths: number[] = [];
  let length = 0;
  for (const { pnl } of trades) {
    if (Math.sign(pnl) === sign) lengths[lengths.length - (length > 0 ? 1 : 0)] = ++length;
    else length = 0;
  }
  if (lengths.length === 0) return null;
  const total = lengths.reduce((sum, value) => sum + value, 0);
  return { count: lengths.length, longest: Math.max(...lengths), mean: total / lengths.length };
}
