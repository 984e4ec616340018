import { resolveCosts } from '@stratlab/backtests/costs.ts';
import { overrideExecution } from '@stratlab/backtests/execution.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatDate } from '@stratlab/data/instant.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import type { SeriesListing } from '@stratlab/data/store.ts';
import { findSeries } from '@stratlab/knowledge/ledger.ts';
import { countedByFamily } from '@stratlab/knowledge/trials.ts';
import type { Lab } from './lab.ts';

/** A symbol as research sees it: what may be seen, how often it was looked at, what a trade costs. */
export interface MarketBrief {
  symbol: string;
  timeframes: string[];
  /** Days of the first and last bar that may be seen, of all timeframes. */
  start: string | null;
  end: string | null;
  sealed_from: string | null;
  synthetic: boolean;
  /** Trials counted for its family of series. */
  trials: { family: number; family_name: string };
  /** Assumed costs where a strategy names none: fractions of the price, per fill; the spread once a round trip. */
  costs: Record<string, number | string> | null;
}

/** The symbols of the store, last imported first. */
export function marketBriefs({ store, database }: Pick<Lab, 'store' | 'database'>, most: number, symbol?: string) {
  const bySymbol = Map.groupBy(store.list(), ({ series }) => series.symbol);
  const trials = countedByFamily(database);
  return [...bySymbol]
    .filter(([name]) => symbol === undefined || name === symbol)
    .sort(([, a], [, b]) => importedAt(b) - importedAt(a))
    .slice(0, most)
    .map(([name, listings]): MarketBrief => {
      const [{ series, sealedFrom }] = listings;
      const { underlying } = series.instrument;
      const family = findSeries(database, name, series.timeframe)?.family ?? underlying;
      const starts = listings.flatMap(({ visible }) => visible.start ?? []);
      const ends = listings.flatMap(({ visible }) => visible.end ?? []);
      return {
        symbol: name,
        timeframes: listings.map((listing) => listing.series.timeframe),
        start: starts.length === 0 ? null : formatDate(Math.min(...starts)),
        end: ends.length === 0 ? null : formatDate(Math.max(...ends)),
        sealed_from: sealedFrom === null ? null : formatDate(sealedFrom),
        synthetic: series.synthetic,
        trials: { family: trials.get(family) ?? 0, family_name: family },
        costs: costProfile(series.instrument),
      };
    });
}

function importedAt(listings: readonly SeriesListing[]): number {
  return Math.max(...listings.map(({ series }) => series.imported_at));
}

/** The parts that are not zero, and where they come from; null where they cannot be known. */
function costProfile(instrument: Instrument): MarketBrief['costs'] {
  try {
    const { commission, slippage, spread, source } = resolveCosts(overrideExecution({}, {}), instrument);
    const parts = {
      commission_percent: commission.percent,
      commission_per_unit: commission.per_unit,
      slippage_percent: slippage.percent,
      slippage_price: slippage.price,
      spread_percent: spread.percent,
    };
    return { source: source.commission, ...Object.fromEntries(Object.entries(parts).filter(([, value]) => value > 0)) };
  } catch (error) {
    if (error instanceof LabError) return null;
    throw error;
  }
}
