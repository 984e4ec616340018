import { calendarOf } from '../calendar.ts';
import { dayMs } from '../instant.ts';
import { newYorkOffset, weekday } from '../new-york.ts';

const hourMs = 3_600_000;

/** Sunday 17:00 to Friday 17:00 New York: five sessions, each from 17:00 of the eve. No session on 25 December and 1 January. */
export const forex = calendarOf({
  name: 'forex',
  source: 'interbank convention: the value date rolls at 17:00 New York',
  timeZone: 'America/New_York',
  sessionsPerYear: 260,
  sessionMinutes: 1440,
  offsetAt: newYorkOffset,
  dateOf: (epochMs) => Math.floor((epochMs + newYorkOffset(epochMs) + 7 * hourMs) / dayMs) * dayMs,
  opens: (date) => (isSession(date) ? rollBefore(date) : Number.NaN),
  closes: (date) => (isSession(date) ? rollBefore(date + dayMs) : Number.NaN),
});

/** 17:00 New York on the day before `date`. */
function rollBefore(date: number): number {
  const eve = date - dayMs + 17 * hourMs;
  return eve - newYorkOffset(eve);
}

function isSession(date: number): boolean {
  const day = weekday(date);
  if (day === 0 || day === 6) return false;
  const on = new Date(date);
  const [month, dayOfMonth] = [on.getUTCMonth(), on.getUTCDate()];
  return !(month === 11 && dayOfMonth === 25) && !(month === 0 && dayOfMonth === 1);
}
