import { calendarOf } from '../calendar.ts';
import { dayMs } from '../instant.ts';

/** Round the clock; a session is a UTC day. */
export const crypto = calendarOf({
  name: 'crypto',
  source: 'no exchange closes; daily candles of the large exchanges are UTC days',
  timeZone: 'UTC',
  sessionsPerYear: 365,
  sessionMinutes: 1440,
  offsetAt: () => 0,
  dateOf: (epochMs) => Math.floor(epochMs / dayMs) * dayMs,
  opens: (date) => date,
  closes: (date) => date + dayMs,
});
