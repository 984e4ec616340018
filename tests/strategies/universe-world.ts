import { alignRows } from '@stratlab/data/align.ts';
import type { Bars } from '@stratlab/data/bars.ts';
import { dayMs } from '@stratlab/data/instant.ts';
import type { MarketView } from '@stratlab/strategies/market-view.ts';
import type { UniverseStay } from '@stratlab/strategies/universe-membership.ts';
import { UniverseView } from '@stratlab/strategies/universe-view.ts';
import { type WishRange, wishedWeights } from '@stratlab/strategies/wish.ts';
import type { WishedWeights } from '@stratlab/strategies/wished-weights.ts';
import { documentOf, strategyOf } from '../strategy-documents.ts';

/** A Wednesday, so that a week begins five days and a month 27 days later. */
export const firstDay = Date.UTC(2020, 0, 1);

/** Closes day by day from `firstDay`; null where there is no bar. */
export type Closes = readonly (number | null)[];

export function dailyBars(closes: Closes): Bars {
  const rows = closes.flatMap((close, day) => (close === null ? [] : [{ time: firstDay + day * dayMs, close }]));
  const column = (value: (row: { time: number; close: number }) => number) => Float64Array.from(rows, value);
  const close = column((row) => row.close);
  return { time: column((row) => row.time), open: close, high: close, low: close, close, volume: column(() => 1) };
}

/** Daily markets that see one another. */
export function marketsOf(bars: Readonly<Record<string, Bars>>): MarketView[] {
  return Object.entries(bars).map(([symbol, own]) => ({
    symbol,
    timeframe: '1d',
    bars: own,
    barsPerYear: 252,
    sessionOf: (instant) => Math.floor(instant / dayMs) * dayMs,
    atTimeframe: () => {
      throw new RangeError('only daily bars');
    },
    ofSymbol: (other) => ({
      bars: bars[other],
      rows: alignRows(own.time, '1d', bars[other].time, '1d'),
      barsPerYear: 252,
    }),
  }));
}

export interface World {
  readonly closes: Readonly<Record<string, Closes>>;
  readonly signals?: readonly (readonly number[])[];
  readonly membership?: readonly UniverseStay[];
  /** A market that decides and is no leg. */
  readonly deciding?: string;
  readonly range?: WishRange;
}

/** The wishes of a document over a few closes. */
export function wishes(text: string, { closes, signals, membership, deciding, range }: World): WishedWeights {
  const markets = marketsOf(
    Object.fromEntries(Object.entries(closes).map(([symbol, own]) => [symbol, dailyBars(own)])),
  );
  const view = new UniverseView(strategyOf(documentOf(text)), {
    markets: markets.filter(({ symbol }) => symbol !== deciding),
    membership: membership ?? null,
    ...spread(markets.find(({ symbol }) => symbol === deciding)),
  });
  return wishedWeights(view, signals?.map((signal) => Float64Array.from(signal)) ?? null, range);
}

function spread(deciding: MarketView | undefined): { deciding: MarketView } | Record<string, never> {
  return deciding === undefined ? {} : { deciding };
}

/** Rounded columns, null where a wish leaves what is held. */
export function columns({ weights }: WishedWeights): (number | null)[][] {
  return weights.map((column) =>
    Array.from(column, (weight) => (Number.isNaN(weight) ? null : Math.round(weight * 1e9) / 1e9 + 0)),
  );
}
