import type { Calendar } from '../calendar.ts';
import { LabError } from '../error.ts';
import { crypto } from './crypto.ts';
import { equityUsa } from './equity-usa.ts';
import { forex } from './forex.ts';

export const calendars: readonly Calendar[] = [crypto, equityUsa, forex];

/** The calendar of this name. Throws `not_found`. */
export function getCalendar(name: string): Calendar {
  const calendar = calendars.find((candidate) => candidate.name === name);
  if (calendar !== undefined) return calendar;
  const known = calendars.map((candidate) => candidate.name).join(', ');
  throw new LabError('not_found', `There is no calendar "${name}". Known: ${known}.`, { path: 'calendar' });
}
