import type { Calendar } from '../calendar.ts';
import { dayMs } from '../instant.ts';
import type { JudgedSeries, QualityRule } from '../quality.ts';
import { Sightings } from '../sightings.ts';
import { timeframeMs } from '../timeframe.ts';

const minuteMs = 60_000;
const shortestPause = 360 * minuteMs;
const fewestSessions = 3;
const clockChange = 60;

/**
 * Sessions that begin and end an hour off on the exchange's own clock in one half of the year: times were made UTC with one
 * offset for the whole year. Compares the commonest first and last bars, between pauses of six hours, under the exchange's
 * two offsets. Judged only where one half begins with the calendar; the other half is the wrong one.
 */
export const sessionDrift: QualityRule = {
  rule: 'session_drift',
  title: 'Sessions that shift by an hour when the clocks change',
  source: 'exchanges open at a fixed local time (data/new-york.ts has the rules of daylight saving)',
  check(series) {
    const { bars, timeframe, calendar } = series;
    if (calendar.timeZone === 'UTC' || timeframeMs(timeframe) >= dayMs) return null;
    const sessions = sessionsOf(series);
    const seen = new Sightings();
    const wrong = wrongHalf(usualHours(sessions), openingMinute(series));
    if (wrong !== undefined) {
      for (const { offset, begins, first, last } of sessions) {
        if (offset !== wrong.offset || begins !== wrong.begins) continue;
        seen.add(bars.time[first], last - first + 1, describeStart, wrong, calendar);
      }
    }
    return seen.finding(
      'session_drift',
      'error',
      'The times were made UTC with one offset for the whole year. Convert them again with the rules of the time zone.',
    );
  },
};

interface Hours {
  /** Of the exchange's clock from UTC, in milliseconds. */
  offset: number;
  /** Minutes of the exchange's day at which the first and the last bar start. */
  begins: number;
  ends: number;
}

/** A run of bars without a pause, by the indices of its first and last bar. */
interface Session extends Hours {
  first: number;
  last: number;
}

function sessionsOf({ bars: { time }, calendar }: JudgedSeries): Session[] {
  const sessions: Session[] = [];
  let first = 0;
  for (let i = 1; i <= time.length; i++) {
    if (i < time.length && time[i] - time[i - 1] < shortestPause) continue;
    const offset = calendar.offsetAt(time[first]);
    const [begins, ends] = [localMinute(time[first], calendar), localMinute(time[i - 1], calendar)];
    sessions.push({ offset, begins, ends, first, last: i - 1 });
    first = i;
  }
  return sessions;
}

/** The commonest hours under each offset that has at least three sessions. */
function usualHours(sessions: Session[]): Hours[] {
  return [...Map.groupBy(sessions, (session) => session.offset)]
    .filter(([, half]) => half.length >= fewestSessions)
    .map(([offset, half]) => ({
      offset,
      begins: commonest(half.map((session) => session.begins)),
      ends: commonest(half.map((session) => session.ends)),
    }));
}

function wrongHalf(halves: Hours[], opening: number): Hours | undefined {
  const right = halves.find((half) => half.begins === opening);
  const other = halves.find((half) => half !== right);
  if (right === undefined || other === undefined) return undefined;
  const shift = other.begins - right.begins;
  return Math.abs(shift) === clockChange && other.ends - right.ends === shift ? other : undefined;
}

/** Minute of the exchange's day at which the bar starts that holds the opening. */
function openingMinute({ bars: { time }, timeframe, calendar }: JudgedSeries): number {
  const opens = calendar.opens(calendar.sessionOf(time[0]));
  const length = timeframeMs(timeframe);
  const phase = time[0] % length;
  return localMinute(Math.floor((opens - phase) / length) * length + phase, calendar);
}

function localMinute(time: number, calendar: Calendar): number {
  const local = time + calendar.offsetAt(time);
  return Math.floor((local - Math.floor(local / dayMs) * dayMs) / minuteMs);
}

function commonest(values: number[]): number {
  const groups = [...Map.groupBy(values, (value) => value)];
  return groups.reduce((best, group) => (group[1].length > best[1].length ? group : best))[0];
}

function describeStart({ begins }: Hours, { timeZone }: Calendar): string {
  const clock = `${String(Math.floor(begins / 60)).padStart(2, '0')}:${String(begins % 60).padStart(2, '0')}`;
  return `the session begins at ${clock} ${timeZone}, an hour off the rest of the year`;
}
