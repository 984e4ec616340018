import { averageCorrelation } from '@stratlab/backtests/statistics/effective-trials.ts';
import type { Bars } from '@stratlab/data/bars.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import { LabError } from '@stratlab/data/error.ts';
import type { CalendarName } from '@stratlab/data/instrument.ts';
import { gridStart, resample } from '@stratlab/data/resample.ts';
import type { BarStore } from '@stratlab/data/store.ts';
import { compareTimeframes, type Timeframe } from '@stratlab/data/timeframe.ts';
import { allSeries, type SeriesRow } from '@stratlab/knowledge/ledger.ts';
import type { Newcomer } from '@stratlab/lab/family.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { readOrResample } from '@stratlab/lab/market.ts';

type Books = Pick<Lab, 'store' | 'database'>;

/** The plain way to a newcomer's family and original: from the bars of every known series, read each time. */
export function plainPlace(lab: Books, underlying: string, newcomer: Newcomer) {
  const known = oldestSeries(lab);
  const likeness = ({ symbol }: SeriesRow) => correlation(lab.store, symbol, newcomer);
  const isRelative = (row: SeriesRow) =>
    row.underlying === underlying || (row.symbol !== newcomer.symbol && likeness(row) > 0.9);
  return {
    family: known.find(isRelative)?.family ?? underlying,
    original: known.find((row) => likeness(row) >= 0.999)?.symbol,
  };
}

/** One row per symbol and underlying, its first. */
function oldestSeries({ database }: Books): SeriesRow[] {
  const isFirst = ({ symbol, underlying }: SeriesRow, place: number, rows: SeriesRow[]) =>
    rows.findIndex((row) => row.symbol === symbol && row.underlying === underlying) === place;
  return allSeries(database).filter(isFirst);
}

function correlation(store: BarStore, symbol: string, { timeframe, calendar, bars }: Newcomer): number {
  for (const frame of ['1d', '1w'] as const) {
    if (compareTimeframes(timeframe, frame) > 0) continue;
    const theirs = storedCloses(store, symbol, frame);
    const own = resample(bars, timeframe, frame, getCalendar(calendar));
    if (theirs !== null) return correlationOf(theirs, closesBySession(own, frame, calendar));
  }
  return 0;
}

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
  if (common.length < 60) return 0;
  const [x, y] = [a, b].map((closes) => logReturns(common.map((session) => closes.get(session) ?? Number.NaN)));
  const known = [...x.keys()].filter((k) => Number.isFinite(x[k] + y[k]));
  return Math.abs(averageCorrelation([x, y].map((returns) => Float64Array.from(known, (k) => returns[k]))));
}

function logReturns(closes: readonly number[]): number[] {
  return closes.slice(1).map((close, k) => Math.log(close / closes[k]));
}
