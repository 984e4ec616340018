import type { Bars } from '@stratlab/data/bars.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import { LabError } from '@stratlab/data/error.ts';
import type { CalendarName } from '@stratlab/data/instrument.ts';
import { gridStart } from '@stratlab/data/resample.ts';
import { type CloseFrame, closesReader, keepCloses, type SessionCloses } from '@stratlab/knowledge/session-closes.ts';
import type { Lab } from './lab.ts';
import { readOrResample } from './market.ts';

/**
 * Reads the visible closes of stored symbols, null where one cannot be shown at this timeframe. What is made from bars
 * is kept under the lock that forgetting it takes too, so that nothing older than the last write stays.
 */
export function closesOf({
  store,
  database,
}: Pick<Lab, 'store' | 'database'>): (symbol: string, frame: CloseFrame) => SessionCloses | null {
  const read = closesReader(database);
  const make = (symbol: string, frame: CloseFrame) =>
    database.transaction(() => {
      const made = storedCloses(store, symbol, frame);
      if (made !== null) keepCloses(database, symbol, frame, made);
      return made;
    });
  return (symbol, frame) => read(symbol, frame) ?? make(symbol, frame);
}

function storedCloses(store: Lab['store'], symbol: string, frame: CloseFrame): SessionCloses | null {
  try {
    const { bars, series } = readOrResample(store, symbol, frame);
    return closesBySession(bars, frame, series.instrument.calendar);
  } catch (error) {
    if (error instanceof LabError) return null;
    throw error;
  }
}

/** The last close of each session, of bars at `frame`. */
export function closesBySession({ time, close }: Bars, frame: CloseFrame, calendar: CalendarName): SessionCloses {
  const { sessionOf } = getCalendar(calendar);
  const sessionAt = (start: number) => (frame === '1w' ? gridStart(start, '1w') : sessionOf(start));
  const last = new Map(Array.from(time, (start, row) => [sessionAt(start), close[row]]));
  return { sessions: Float64Array.from(last.keys()), closes: Float64Array.from(last.values()) };
}

/** The closes of both in the sessions that both have. */
export function commonCloses(a: SessionCloses, b: SessionCloses): [Float64Array, Float64Array] {
  const most = Math.min(a.sessions.length, b.sessions.length);
  const [x, y] = [new Float64Array(most), new Float64Array(most)];
  let rows = 0;
  for (let i = 0, k = 0; i < a.sessions.length && k < b.sessions.length; ) {
    if (a.sessions[i] === b.sessions[k]) {
      x[rows] = a.closes[i];
      y[rows++] = b.closes[k];
    }
    const [left, right] = [a.sessions[i], b.sessions[k]];
    if (left <= right) i++;
    if (right <= left) k++;
  }
  return [x.subarray(0, rows), y.subarray(0, rows)];
}
