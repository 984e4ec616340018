/**
 * What is measured of closed trades, a row each, in the order of their exits. Rows of bars are those of `Trade`; a number
 * that is not known is NaN.
 */
export interface TradeColumns {
  readonly count: number;
  /** 1 long, -1 short. */
  readonly side: Float64Array;
  readonly entryBar: Float64Array;
  readonly exitBar: Float64Array;
  /** Net of all costs, account currency. */
  readonly pnl: Float64Array;
  /** Fraction of the entry notional. */
  readonly return: Float64Array;
  /** Both sides, account currency. */
  readonly commission: Float64Array;
}

/** A closed trade of which no more is known than can be measured. */
export interface MeasuredTrade {
  readonly direction: 'long' | 'short';
  readonly pnl: number;
  readonly return: number;
  readonly commission: number;
  readonly entryBar: number;
  readonly exitBar: number;
}

export function tradeColumns(trades: readonly MeasuredTrade[]): TradeColumns {
  const column = (of: (trade: MeasuredTrade) => number) => Float64Array.from(trades, of);
  return {
    count: trades.length,
    side: column(({ direction }) => (direction === 'long' ? 1 : -1)),
    entryBar: column(({ entryBar }) => entryBar),
    exitBar: column(({ exitBar }) => exitBar),
    pnl: column(({ pnl }) => pnl),
    return: column((trade) => trade.return),
    commission: column(({ commission }) => commission),
  };
}
