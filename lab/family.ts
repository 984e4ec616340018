import { averageCorrelation } from '@stratlab/backtests/statistics/effective-trials.ts';
import type { Bars } from '@stratlab/data/bars.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import type { CalendarName } from '@stratlab/data/instrument.ts';
import { resample } from '@stratlab/data/resample.ts';
import type { BarStore } from '@stratlab/data/store.ts';
import { compareTimeframes, type Timeframe } from '@stratlab/data/timeframe.ts';
import type { Database } from '@stratlab/knowledge/database.ts';
import { allSeries, type SeriesRow } from '@stratlab/knowledge/ledger.ts';
import { type CloseFrame, closeFrames, type SessionCloses } from '@stratlab/knowledge/session-closes.ts';
import { closesBySession, closesOf, commonCloses } from './family-closes.ts';
import type { Lab } from './lab.ts';

/** Two series whose daily returns correlate more than this, in either direction, share the count of their trials. */
const familyCorrelation = 0.9;
/** From here on one of them is the other under another name, scale or quotation. */
const copyCorrelation = 0.999;
const fewestDays = 60;

type Books = Pick<Lab, 'store' | 'database'>;

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
export function copyOf(lab: Books, newcomer: Newcomer): SeriesRow | null {
  const correlation = correlationWith(lab, newcomer);
  return oldestSeries(lab).find(({ symbol }) => correlation(symbol) >= copyCorrelation) ?? null;
}

/**
 * The family that a series' trials are counted in: of the oldest known series with the same underlying or with daily
 * returns that correlate above 0.9 over at least 60 common sessions; else a new one, named after the underlying.
 */
export function findFamily(lab: Books, underlying: string, newcomer: Newcomer): string {
  const correlation = correlationWith(lab, newcomer);
  const isRelative = (row: SeriesRow) =>
    row.underlying === underlying || (row.symbol !== newcomer.symbol && correlation(row.symbol) > familyCorrelation);
  return oldestSeries(lab).find(isRelative)?.family ?? underlying;
}

/** One row per symbol and underlying, its first. */
function oldestSeries({ database }: Books): SeriesRow[] {
  const first = new Map<string, SeriesRow>();
  for (const row of allSeries(database)) {
    const key = `${row.symbol} ${row.underlying}`;
    if (!first.has(key)) first.set(key, row);
  }
  return [...first.values()];
}

/**
 * Size of the correlation of a newcomer's daily returns (weekly, where one has no daily bars) with those of a stored
 * symbol; 0 where unknown.
 */
function correlationWith(lab: Books, { timeframe, calendar, bars }: Newcomer): (symbol: string) => number {
  const closes = closesOf(lab);
  const own = new Map<CloseFrame, SessionCloses>();
  const ownCloses = (frame: CloseFrame): SessionCloses => {
    const made =
      own.get(frame) ?? closesBySession(resample(bars, timeframe, frame, getCalendar(calendar)), frame, calendar);
    own.set(frame, made);
    return made;
  };
  return (symbol) => {
    for (const frame of closeFrames) {
      if (compareTimeframes(timeframe, frame) > 0) continue;
      const theirs = closes(symbol, frame);
      if (theirs !== null) return correlationOf(theirs, ownCloses(frame));
    }
    return 0;
  };
}

function correlationOf(a: SessionCloses, b: SessionCloses): number {
  const common = commonCloses(a, b);
  if (common[0].length < fewestDays) return 0;
  const [x, y] = common.map(logReturns);
  const isKnown = (_: number, k: number) => Number.isFinite(x[k] + y[k]);
  return Math.abs(averageCorrelation(x.every(isKnown) ? [x, y] : [x.filter(isKnown), y.filter(isKnown)]));
}

function logReturns(closes: Float64Array): Float64Array {
  return closes.subarray(1).map((close, k) => Math.log(close / closes[k]));
}
