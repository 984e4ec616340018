import { dayMs } from '@stratlab/data/instant.ts';
import type { RebalancePeriod } from './allocation.ts';

/**
 * 1 where a bar is the first of a new period, and so decides: every bar, or the first of a session day, of an ISO week
 * or of a calendar month of session dates. That it is the last of its period would be known only from the next one.
 * The first bar of all begins a period.
 */
export function periodStarts(
  time: Float64Array,
  every: RebalancePeriod,
  sessionOf: (epochMs: number) => number,
): Uint8Array {
  const starts = new Uint8Array(time.length).fill(1);
  if (every === 'bar') return starts;
  let latest = Number.NEGATIVE_INFINITY;
  let session = Number.NaN;
  let period = latest;
  for (let i = 0; i < time.length; i++) {
    const date = sessionOf(time[i]);
    if (date !== session) period = periodOf(date, every);
    session = date;
    starts[i] = Number(period > latest);
    latest = Math.max(latest, period);
  }
  return starts;
}

function periodOf(date: number, every: 'day' | 'week' | 'month'): number {
  if (every === 'day') return date;
  // 1970-01-01 was a Thursday: three days after the Monday of its week.
  if (every === 'week') return Math.floor((date / dayMs + 3) / 7);
  const day = new Date(date);
  return day.getUTCFullYear() * 12 + day.getUTCMonth();
}
