import type { Execution } from '@stratlab/backtests/execution.ts';
import { alignQuotes, type Quotes } from '@stratlab/backtests/quotes.ts';
import type { Bars } from '@stratlab/data/bars.ts';
import type { BarStore, StoredBars } from '@stratlab/data/store.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import { readOrResample } from './market.ts';

/** The bid and ask series that an execution names. */
export interface QuotedMarket {
  stored: StoredBars[];
  /** One row per bar of the traded series; throws where a bar from `firstBar` on lacks a side. */
  align(bars: Bars, firstBar: number): Quotes | null;
}

export function readQuotes(
  store: BarStore,
  { quotes }: Execution,
  timeframe: Timeframe,
  end: number | undefined,
): QuotedMarket {
  if (quotes === null) return { stored: [], align: () => null };
  const [bid, ask] = [quotes.bid, quotes.ask].map((symbol) => readOrResample(store, symbol, timeframe, end));
  return {
    stored: [bid, ask],
    align: (bars, firstBar) => alignQuotes(bars, { bid: bid.bars, ask: ask.bars }, firstBar),
  };
}
