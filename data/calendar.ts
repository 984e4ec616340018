import { dayMs } from './instant.ts';
import { type Timeframe, timeframeMs } from './timeframe.ts';

/** What a market's own file states; `calendarOf` makes a whole calendar of it. */
export interface CalendarRules {
  readonly name: string;
  /** Where the rules come from. */
  readonly source: string;
  /** IANA zone of the exchange's clock. */
  readonly timeZone: string;
  /** Sessions a year that daily figures are annualised by: 252, 260, 365. */
  readonly sessionsPerYear: number;
  /** Length of a full session. */
  readonly sessionMinutes: number;
  /** Milliseconds that the exchange's clock is ahead of UTC at this instant. */
  offsetAt(epochMs: number): number;
  /** The date on which the session of this instant is counted, whether or not the market trades on it. */
  dateOf(epochMs: number): number;
  /** Instant at which the session of this date opens; NaN where there is none. */
  opens(date: number): number;
  /** Instant at which the session of this date closes; NaN where there is none. */
  closes(date: number): number;
}

/** When a market trades. Sessions are named by their date (epoch milliseconds of 00:00Z of the exchange's date). */
export interface Calendar extends CalendarRules {
  /**
   * The date (00:00Z) of the session that a bar starting at this instant belongs to; while the market is closed, of the
   * next one. A stamp of exactly 00:00Z is the date of a daily bar.
   */
  sessionOf(epochMs: number): number;
  /** Starts of every bar of this timeframe that the market could print in [from, to], in order. */
  expectedBars(timeframe: Timeframe, from: number, to: number): Float64Array;
  /** Expected bars a year, for per-bar figures; a session's last bar counts whole. */
  barsPerYear(timeframe: Timeframe): number;
}

/** Where bars begin: at `phase` past a whole multiple of their length, on the exchange's clock or on UTC's. */
export interface BarGrid {
  clock: 'utc' | 'exchange';
  phase: number;
}

/** Weeks begin on Monday; shorter bars on whole multiples of their length in UTC. */
export function usualGrid(timeframe: Timeframe): BarGrid {
  return { clock: 'utc', phase: timeframe === '1w' ? 4 * dayMs : 0 };
}

export function calendarOf(rules: CalendarRules): Calendar {
  const sessionOf = sessionFinder(rules);
  return {
    ...rules,
    sessionOf,
    expectedBars(timeframe, from, to) {
      const starts: number[] = [];
      forEachExpectedBar(rules, timeframe, from, to, usualGrid(timeframe), (start) => starts.push(start));
      return Float64Array.from(starts);
    },
    barsPerYear(timeframe) {
      if (timeframe === '1w') return 52;
      const minutes = Math.min(timeframeMs(timeframe) / 60_000, rules.sessionMinutes);
      return rules.sessionsPerYear * Math.ceil(rules.sessionMinutes / minutes);
    },
  };
}

/** Calls `visit` with the start of every bar on `grid`, in [from, to], during which the market trades. */
export function forEachExpectedBar(
  rules: CalendarRules,
  timeframe: Timeframe,
  from: number,
  to: number,
  grid: BarGrid,
  visit: (start: number) => void,
): void {
  const length = timeframeMs(timeframe);
  let latest = Number.NEGATIVE_INFINITY;
  const offer = (start: number) => {
    if (start < from || start > to || start <= latest) return;
    latest = start;
    visit(start);
  };
  const margin = Math.max(length, 2 * dayMs);
  for (let date = midnight(from) - margin; date <= to + margin; date += dayMs) {
    const opens = rules.opens(date);
    if (Number.isNaN(opens)) continue;
    if (length === dayMs) offer(date);
    else if (length > dayMs) offer(gridStart(date, length, grid.phase));
    else {
      const shift = grid.clock === 'exchange' ? rules.offsetAt(opens) : 0;
      const closes = rules.closes(date);
      for (let start = gridStart(opens, length, grid.phase - shift); start < closes; start += length) offer(start);
    }
  }
}

/** When a bar is complete: a daily bar with its session's close, a weekly one with the close of its last session. */
export function barEnd(rules: CalendarRules, timeframe: Timeframe, start: number): number {
  const end = start + timeframeMs(timeframe);
  if (timeframeMs(timeframe) < dayMs) return end;
  for (let date = end - dayMs; date >= start; date -= dayMs) {
    const closes = rules.closes(date);
    if (!Number.isNaN(closes)) return closes;
  }
  return end;
}

/** The last instant up to `epochMs` that lies `phase` past a multiple of `length`. */
function gridStart(epochMs: number, length: number, phase: number): number {
  return Math.floor((epochMs - phase) / length) * length + phase;
}

function midnight(epochMs: number): number {
  return gridStart(epochMs, dayMs, 0);
}

/** Remembers the last date asked for: bars come in runs of the same session. */
function sessionFinder(rules: CalendarRules): (epochMs: number) => number {
  let knownDate = Number.NaN;
  let knownSession = Number.NaN;
  return (epochMs) => {
    const date = epochMs % dayMs === 0 ? epochMs : rules.dateOf(epochMs);
    if (date !== knownDate) {
      knownDate = date;
      knownSession = date;
      if (!Number.isFinite(date)) return Number.NaN;
      while (Number.isNaN(rules.opens(knownSession))) knownSession += dayMs;
    }
    return knownSession;
  };
}
