import { dayMs } from './instant.ts';

const hourMs = 3_600_000;
const standard = -5 * hourMs;

let from = Number.POSITIVE_INFINITY;
let until = Number.NEGATIVE_INFINITY;
let offset = standard;

/**
 * Milliseconds that New York's clock is ahead of UTC (negative): Energy Policy Act 2005 from 2007, Uniform Time Act as
 * amended 1986 from 1987 to 2006, as of 1966 before (the winters of 1974 and 1975 aside). Clocks change at 02:00.
 */
export function newYorkOffset(epochMs: number): number {
  if (epochMs < from || epochMs >= until) remember(epochMs);
  return offset;
}

/** Keeps the span around `epochMs` in which the offset is the same: bars come in order, so the next one is likely in it. */
function remember(epochMs: number): void {
  const year = new Date(epochMs + standard).getUTCFullYear();
  const start = summerStart(year) + 2 * hourMs - standard;
  const end = summerEnd(year) + hourMs - standard;
  if (epochMs < start) [from, until, offset] = [Date.UTC(year, 0, 1) - standard, start, standard];
  else if (epochMs < end) [from, until, offset] = [start, end, standard + hourMs];
  else [from, until, offset] = [end, Date.UTC(year + 1, 0, 1) - standard, standard];
}

function summerStart(year: number): number {
  if (year >= 2007) return nthWeekday(year, 2, 0, 2);
  return year >= 1987 ? nthWeekday(year, 3, 0, 1) : lastWeekday(year, 3, 0);
}

function summerEnd(year: number): number {
  return year >= 2007 ? nthWeekday(year, 10, 0, 1) : lastWeekday(year, 9, 0);
}

/** 0 is Sunday. */
export function weekday(date: number): number {
  return (((date / dayMs + 4) % 7) + 7) % 7;
}

/** The `nth` such weekday of a month (0 is January). */
export function nthWeekday(year: number, month: number, day: number, nth: number): number {
  const first = Date.UTC(year, month, 1);
  return first + (((day - weekday(first) + 7) % 7) + 7 * (nth - 1)) * dayMs;
}

export function lastWeekday(year: number, month: number, day: number): number {
  const last = Date.UTC(year, month + 1, 0);
  return last - ((weekday(last) - day + 7) % 7) * dayMs;
}
