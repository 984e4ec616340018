import type { Bars } from '@stratlab/data/bars.ts';
import { nearest } from '@stratlab/data/error.ts';
import { dayMs } from '@stratlab/data/instant.ts';

/** What the calendar words of a formula read. */
export interface ClockFrame {
  readonly bars: Bars;
  /** The session (any number, ascending) that a bar starting at this instant belongs to; absent: its UTC day. */
  readonly sessionOf?: ((epochMs: number) => number) | undefined;
}

export interface ClockWord {
  readonly name: string;
  readonly meaning: string;
  /** True where it can be asked in another zone: `hour("America/New_York")`. */
  readonly zoned: boolean;
}

/** Words for the START of each bar, in UTC or the zone given. */
export const clockWords: readonly ClockWord[] = [
  { name: 'hour', meaning: '0 to 23', zoned: true },
  { name: 'minute', meaning: '0 to 59', zoned: true },
  { name: 'weekday', meaning: 'ISO 8601: Monday 1 to Sunday 7', zoned: true },
  { name: 'day', meaning: 'day of the month, 1 to 31', zoned: true },
  { name: 'month', meaning: '1 to 12', zoned: true },
  {
    name: 'bar_of_session',
    meaning: '0 on the first bar of each session; of each local day where a zone is given',
    zoned: true,
  },
  { name: 'bar_index', meaning: '0 on the first bar', zoned: false },
];

const byName = new Map(clockWords.map((word) => [word.name, word]));

export function findClockWord(name: string): ClockWord | undefined {
  return byName.get(name);
}

/** Values of a clock word over the bars. */
export function clockSeries(name: string, zone: string | undefined, frame: ClockFrame): Float64Array {
  const { time } = frame.bars;
  if (name === 'bar_index') return time.map((_, i) => i);
  if (name === 'bar_of_session' && zone === undefined && frame.sessionOf)
    return barOfSession(time.map(frame.sessionOf));
  const local = localTimes(time, zone);
  switch (name) {
    case 'hour':
      return local.map((t) => Math.floor(timeOfDay(t) / 3_600_000));
    case 'minute':
      return local.map((t) => Math.floor(timeOfDay(t) / 60_000) % 60);
    case 'weekday':
      return local.map((t) => ((((Math.floor(t / dayMs) + 3) % 7) + 7) % 7) + 1);
    case 'day':
      return dateParts(local, (date) => date.getUTCDate());
    case 'month':
      return dateParts(local, (date) => date.getUTCMonth() + 1);
    default:
      return barOfSession(local.map((t) => Math.floor(t / dayMs)));
  }
}

/** Minutes of the day, `to` exclusive; past midnight where `to` is before `from`. */
export interface SessionHours {
  readonly from: number;
  readonly to: number;
}

/** Reads `09:30-16:00`; undefined where the text is no such span. */
export function parseSessionHours(text: string): SessionHours | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text);
  if (match === null) return undefined;
  const from = Number(match[1]) * 60 + Number(match[2]);
  const to = match[3] === undefined ? 1440 : Number(match[3]) * 60 + Number(match[4]);
  return from === to ? undefined : { from, to };
}

/** 1 on bars whose START lies in the hours, in the zone (UTC where none is given), else 0. */
export function sessionSeries(
  { from, to }: SessionHours,
  zone: string | undefined,
  { bars }: ClockFrame,
): Float64Array {
  return localTimes(bars.time, zone).map((t) => {
    const minute = timeOfDay(t) / 60_000;
    const inside = from < to ? minute >= from && minute < to : minute >= from || minute < to;
    return inside ? 1 : 0;
  });
}

const zoneName = /^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/;

/** Null for an IANA time zone, else what is wrong with it. */
export function zoneFault(zone: string): { message: string; hint?: string } | null {
  const message = `${JSON.stringify(zone.slice(0, 64))} is not a time zone.`;
  if (!zoneName.test(zone)) return { message, hint: 'Write an IANA name: America/New_York, Europe/London, UTC.' };
  try {
    offsetFormat(zone);
    return null;
  } catch {
    const guess = nearest(zone, Intl.supportedValuesOf('timeZone'));
    return guess === undefined ? { message } : { message, hint: `Did you mean "${guess}"?` };
  }
}

function timeOfDay(local: number): number {
  return local - Math.floor(local / dayMs) * dayMs;
}

function dateParts(local: Float64Array, part: (date: Date) => number): Float64Array {
  let day = Number.NaN;
  let value = Number.NaN;
  return local.map((t) => {
    const date = Math.floor(t / dayMs);
    if (date !== day) {
      day = date;
      value = part(new Date(t));
    }
    return value;
  });
}

function barOfSession(sessions: Float64Array): Float64Array {
  let index = -1;
  return sessions.map((session, i) => {
    index = i > 0 && session === sessions[i - 1] ? index + 1 : 0;
    return index;
  });
}

/** Instants shifted to the zone's wall clock. The offset is asked once a UTC day, by quarter hours on a day it changes. */
function localTimes(time: Float64Array, zone: string | undefined): Float64Array {
  if (zone === undefined || zone === 'UTC') return time;
  const format = offsetFormat(zone);
  let day = Number.NaN;
  let offset = Number.NaN;
  let changes = false;
  return time.map((t) => {
    const date = Math.floor(t / dayMs) * dayMs;
    if (date !== day) {
      day = date;
      offset = zoneOffset(format, date);
      changes = zoneOffset(format, date + dayMs) !== offset;
    }
    return t + (changes ? zoneOffset(format, Math.floor(t / 900_000) * 900_000) : offset);
  });
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetFormat(zone: string): Intl.DateTimeFormat {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  return format;
}

/** Milliseconds that the zone is ahead of UTC, from `GMT-05:00` or, before standard time, `GMT-04:56:02`. */
function zoneOffset(format: Intl.DateTimeFormat, instant: number): number {
  const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const match = /([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(name);
  if (match === null) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return (match[1] === '-' ? -1 : 1) * seconds * 1000;
}
