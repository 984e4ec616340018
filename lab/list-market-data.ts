import { instantOrNull } from '@stratlab/data/instant.ts';
import type { SeriesListing } from '@stratlab/data/store.ts';
import { parseTimeframe } from '@stratlab/data/timeframe.ts';
import { allSeries } from '@stratlab/knowledge/ledger.ts';
import type { Lab } from './lab.ts';

interface MarketDataFilter {
  /** Part of a symbol, a source or an asset class, in any case. */
  query?: string | undefined;
  timeframe?: string | undefined;
}

export interface MarketDataListing {
  symbol: string;
  timeframe: string;
  /** Bars that may be seen, and the starts of the first and the last of them. */
  rows: number;
  start: string | null;
  end: string | null;
  sealed_from: string | null;
  asset_class: string;
  source: string;
  synthetic: boolean;
  /** Of the quality at import. */
  grade: string | null;
}

/** Every stored series by symbol, then finest timeframe first; `stored` counts them before the filter. */
export function listMarketData(
  { store, database }: Pick<Lab, 'store' | 'database'>,
  { query = '', timeframe }: MarketDataFilter = {},
): { series: MarketDataListing[]; stored: number } {
  const grades = new Map(allSeries(database).map((row) => [`${row.symbol} ${row.timeframe} ${row.hash}`, row.grade]));
  const wanted = timeframe === undefined ? null : parseTimeframe(timeframe);
  const stored = store.list();
  const found = stored.filter(
    ({ series }) => (wanted === null || series.timeframe === wanted) && matches(series, query.trim().toLowerCase()),
  );
  const listed = found.map(({ series, visible, sealedFrom }) => ({
    symbol: series.symbol,
    timeframe: series.timeframe,
    rows: visible.rows,
    start: instantOrNull(visible.start),
    end: instantOrNull(visible.end),
    sealed_from: instantOrNull(sealedFrom),
    asset_class: series.instrument.asset_class,
    source: series.source,
    synthetic: series.synthetic,
    grade: grades.get(`${series.symbol} ${series.timeframe} ${series.hash}`) || null,
  }));
  return { series: listed, stored: stored.length };
}

function matches({ symbol, source, instrument }: SeriesListing['series'], text: string): boolean {
  return [symbol, source, instrument.asset_class].some((field) => field.toLowerCase().includes(text));
}
