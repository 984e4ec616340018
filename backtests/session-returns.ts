import type { Calendar } from '@stratlab/data/calendar.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';

/** One simple return per session day, oldest first. */
export interface SessionReturns {
  /** Date of each session, epoch milliseconds of its 00:00Z. */
  session: Float64Array;
  /** Last equity of the session over the last of the previous one, less 1; the first over the initial capital. */
  returns: Float64Array;
}

/**
 * Gathers equity per bar to session days. Bars of a week are one session each. Once equity is zero or less there is
 * nothing left to earn on: the sessions after that return 0.
 */
export function sessionReturns(
  time: Float64Array,
  equity: Float64Array,
  initialCapital: number,
  calendar: Pick<Calendar, 'sessionOf'>,
): SessionReturns {
  const { session, lastRow } = sessionsOf(time, calendar);
  const equityAfter = Float64Array.from(lastRow, (row) => equity[row]);
  return { session, returns: returnsOf(equityAfter, initialCapital) };
}

/** The session days of bars: their dates, and the last row of each. */
export function sessionsOf(
  time: Float64Array,
  calendar: Pick<Calendar, 'sessionOf'>,
): { session: Float64Array; lastRow: Int32Array } {
  const session: number[] = [];
  const lastRows: number[] = [];
  let rows = 1;
  for (let first = 0; first < time.length; first += rows) {
    const date = calendar.sessionOf(time[first]);
    const last = lastRowOfSession(time, first, date, calendar, rows);
    session.push(date);
    lastRows.push(last);
    rows = last - first + 1;
  }
  return { session: Float64Array.from(session), lastRow: Int32Array.from(lastRows) };
}

/** Simple return of each session from the equity after it. */
export function returnsOf(equityAfter: Float64Array, initialCapital: number): Float64Array {
  let previous = initialCapital;
  return equityAfter.map((equity) => {
    const simple = previous > 0 ? equity / previous - 1 : 0;
    previous = equity;
    return simple;
  });
}

/**
 * Tries the length of the session before; else steps twice as far each time, then halves: few questions to the calendar
 * where a session has many bars.
 */
function lastRowOfSession(
  time: Float64Array,
  first: number,
  date: number,
  calendar: Pick<Calendar, 'sessionOf'>,
  rowsBefore: number,
): number {
  const inside = (row: number) => row < time.length && calendar.sessionOf(time[row]) === date;
  if (inside(first + rowsBefore - 1) && !inside(first + rowsBefore)) return first + rowsBefore - 1;
  let step = 1;
  let last = first;
  while (inside(last + step)) {
    last += step;
    step *= 2;
  }
  for (; step >= 1; step /= 2) if (inside(last + step)) last += step;
  return last;
}

/** What session returns of bars of this timeframe are annualised by: 52 for weekly bars, else the calendar's sessions. */
export function periodsPerYear(timeframe: Timeframe, calendar: Pick<Calendar, 'sessionsPerYear'>): number {
  return timeframe === '1w' ? 52 : calendar.sessionsPerYear;
}

/** Return per period that compounds to this annual rate. */
export function ratePerPeriod(annualRate: number, periodsPerYear: number): number {
  return (1 + annualRate) ** (1 / periodsPerYear) - 1;
}

/**
 * Puts several results side by side on every session that any of them has, 0 where one has none (it held nothing):
 * sessions that only some have pull their correlation towards 0, so that more trials are counted, not fewer.
 */
export function alignSessions(results: readonly SessionReturns[]): { session: Float64Array; returns: Float64Array[] } {
  const session = Float64Array.from(new Set(results.flatMap((result) => Array.from(result.session)))).sort();
  const rowOf = new Map(Array.from(session, (date, row) => [date, row]));
  const returns = results.map((result) => {
    const aligned = new Float64Array(session.length);
    result.session.forEach((date, k) => {
      const row = rowOf.get(date);
      if (row !== undefined) aligned[row] = result.returns[k];
    });
    return aligned;
  });
  return { session, returns };
}
