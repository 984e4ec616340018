import { averageCorrelation } from '@stratlab/backtests/statistics/effective-trials.ts';
import type { Bars } from '@stratlab/data/bars.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import { LabError } from '@stratlab/data/error.ts';
import type { CalendarName } from '@stratlab/data/instrument.ts';
import { gridStart, resample } from '@stratlab/data/resample.ts';
import type { BarStore } from '@stratlab/data/store.ts';
import { compareTimeframes, type Timeframe } from '@stratlab/data/timeframe.ts';
import type { Database } from '@stratlab/knowledge/database.ts';
import { allSeries, type SeriesRow } from '@stratlab/knowledge/ledger.ts';
import type { Lab } from './lab.ts';
import { readOrResample } from './market.ts';

/** Two series whose daily returns correlate more than this, in either direction, share the count of their trials. */
const familyCorrelation = 0.9;
/** From here on one of them is the other under another name, scale or quotation. */
const copyCorrelation = 0.999;
const fewestDays = 60;

/** A series that is to be placed among those already known. */
export interface Newcomer {
  symbol: string;
  timeframe: Timeframe;
  calendar: CalendarName;
  bars: Bars;
}

/** The family of a stored symbol, as its newest import found it. */
export function familyOf(database: Database, store: BarStore, symbol: string): string {
  const known = allSeries(database).findLast((row) => row.symbol === symbol);
  if (known !== undefined) return known.family;
  return store.ofSymbol(symbol).at(0)?.series.instrument.underlying ?? symbol;
}

/** The oldest known series, own earlier imports included, whose visible bars these bars repeat; null where there is none. */
export function copyOf(lab: Pick<Lab, 'store' | 'database'>, newcomer: Newcomer): SeriesRow | null {
  return oldestSeries(lab).find((row) => correlation(lab.store, row.symbol, newcomer) >= copyCorrelation) ?? null;
}

/**
 * The family that a series' trials are counted in: of the oldest known series with the same underlying or with daily
 * returns that correlate above 0.9 over at least 60 common sessions; else a new one, named after the underlying.
 */
export function findFamily(lab: Pick<Lab, 'store' | 'database'>, underlying: string, newcomer: Newcomer): string {
  const isRelative = (row: SeriesRow) =>
    row.underlying === underlying ||
    (row.symbol !== newcomer.symbol && correlation(lab.store, row.symbol, newcomer) > familyCorrelation);
  return oldestSeries(lab).find(isRelative)?.family ?? underlying;
}

/** One row per symbol and underlying, its first. */
function oldestSeries({ database }: Pick<Lab, 'database'>): SeriesRow[] {
  const first = new Map<string, SeriesRow>();
  for (const row of allSeries(database)) {
    const key = `${row.symbol} ${row.underlying}`;
    if (!first.has(key)) first.set(key, row);
  }
  return [...first.values()];
}

/** Size of the correlation of daily returns (weekly, where one has no daily bars) with a stored series; 0 where unknown. */
function correlation(store: BarStore, symbol: string, { timeframe, calendar, bars }: Newcomer): number {
  for (const frame of ['1d', '1w'] as const) {
    if (compareTimeframes(timeframe, frame) > 0) continue;
    const theirs = storedCloses(store, symbol, frame);
    if (theirs === null) continue;
    return correlationOf(
      theirs,
      closesBySession(resample(bars, timeframe, frame, getCalendar(calendar)), frame, calendar),
    );
  }
  return 0;
}

/** Visible closes by session, or null where the series cannot be shown at this timeframe. */
function storedCloses(store: BarStore, symbol: string, frame: Timeframe): Map<number, number> | null {
  try {
    const { bars, series } = readOrResample(store, symbol, frame);
    return closesBySession(bars, frame, series.instrument.calendar);
  } catch (error) {
    if (error instanceof LabError) return null;
    throw error;
  }
}

function closesBySession({ time, close }: Bars, frame: Timeframe, calendar: CalendarName): Map<number, number> {
  const { sessionOf } = getCalendar(calendar);
  const sessionAt = (start: number) => (frame === '1w' ? gridStart(start, '1w') : sessionOf(start));
  return new Map(Array.from(time, (start, row) => [sessionAt(start), close[row]]));
}

function correlationOf(a: Map<number, number>, b: Map<number, number>): number {
  const common = [...a.keys()].filter((session) => b.has(session));
  if (common.length < fewestDays) return 0;
  const [x, y] = [a, b].map((closes) => logReturns(common.map((session) => closes.get(session) ?? Number.NaN)));
  const known = [...x.keys()].filter((k) => Number.isFinite(x[k] + y[k]));
  return Math.abs(averageCorrelation([x, y].map((returns) => Float64Array.from(known, (k) => returns[k]))));
}

function logReturns(closes: readonly number[]): number[] {
  return closes.slice(1).map((close, k) => Math.log(close / closes[k]));
}
