import { dayMs } from '../instant.ts';
import { type Timeframe, timeframeMs } from '../timeframe.ts';
import { cellText, quoteCell } from './cell.ts';
import { parseNumber } from './number.ts';

const earliest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(2100, 0, 1);
const iso =
  /^(\d{4}-\d{2}-\d{2})[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3}0*)?)?) ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)$/i;
const [colon, point, plus, minus, blank, letterT, letterZ] = [0x3a, 0x2e, 0x2b, 0x2d, 0x20, 0x54, 0x5a];

/**
 * Start of a bar in epoch milliseconds, from bytes `from` to `to`; NaN for what cannot be read without guessing.
 * Daily and weekly bars (`dated`) are stamped with their session date, so theirs must be at 00:00Z.
 */
export function parseTime(bytes: Uint8Array, from: number, to: number, dated: boolean): number {
  const time = bytes[from + 4] === 0x2d ? parseIso(bytes, from, to, dated) : parseEpoch(bytes, from, to);
  const ok = time >= earliest && time < latest && (!dated || time % dayMs === 0);
  return ok ? time : Number.NaN;
}

export function isDated(timeframe: Timeframe): boolean {
  return timeframeMs(timeframe) >= dayMs;
}

/** Why `parseTime` gave NaN, in words. */
export function describeBadTime(
  bytes: Uint8Array,
  from: number,
  to: number,
  dated: boolean,
): { message: string; hint: string } {
  const text = cellText(bytes, from, to);
  const message =
    text === '' ? 'the time is empty' : `${quoteCell(bytes, from, to)} is not a time that can be read without guessing`;
  if (dated) {
    const hint = 'A daily or weekly bar carries the date of its session, YYYY-MM-DD or that date at 00:00:00Z.';
    return { message, hint };
  }
  const hint = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/.test(text)
    ? 'The time has no offset from UTC: write 2020-01-31T14:30:00Z or 2020-01-31T09:30:00-05:00.'
    : 'Write ISO-8601 with the offset (2020-01-31T14:30:00Z), or epoch seconds or milliseconds.';
  return { message, hint };
}

/** `YYYY-MM-DDTHH:MM:SS`, perhaps `.sss`, then `Z` or `+HH:MM`, straight from bytes; other forms through text. */
function parseIso(bytes: Uint8Array, from: number, to: number, dated: boolean): number {
  const date = parseDate(bytes, from);
  if (to - from === 10) return dated ? date : Number.NaN;
  const colons = bytes[from + 13] === colon && bytes[from + 16] === colon;
  const separator = bytes[from + 10];
  const fraction = bytes[from + 19] === point && to - from > 23;
  const offset = parseOffset(bytes, fraction ? from + 23 : from + 19, to);
  if (!colons || (separator !== letterT && separator !== blank) || Number.isNaN(offset)) {
    return parseIsoText(cellText(bytes, from, to), date, dated);
  }
  const hour = twoDigits(bytes, from + 11);
  const minute = twoDigits(bytes, from + 14);
  const second = twoDigits(bytes, from + 17);
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const ms = fraction ? twoDigits(bytes, from + 20) * 10 + (twoDigits(bytes, from + 21) % 10) : 0;
  return date + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms - offset;
}

/** Milliseconds of `Z` or `+HH:MM`; NaN for any other form. */
function parseOffset(bytes: Uint8Array, from: number, to: number): number {
  if (to - from === 1 && bytes[from] === letterZ) return 0;
  const sign = bytes[from] === plus ? 1 : bytes[from] === minus ? -1 : Number.NaN;
  if (to - from !== 6 || bytes[from + 3] !== colon) return Number.NaN;
  const hours = twoDigits(bytes, from + 1);
  const minutes = twoDigits(bytes, from + 4);
  return hours <= 15 && minutes <= 59 ? sign * (hours * 60 + minutes) * 60_000 : Number.NaN;
}

function parseIsoText(text: string, date: number, dated: boolean): number {
  if (dated && /^.{10}[T ]00:00(:00(\.0+)?)?$/.test(text)) return date;
  const parts = iso.exec(text);
  if (parts === null || Number.isNaN(date)) return Number.NaN;
  const [, day, clock, zone] = parts;
  const offset = zone
    .replace(/^UTC$/i, 'Z')
    .replace(/^([+-]\d{2}):?(\d{2})?$/, (_, hours, minutes = '00') => `${hours}:${minutes}`);
  return Date.parse(`${day}T${clock}${offset}`);
}

/** Midnight UTC of the `YYYY-MM-DD` at `from` (days from civil, H. Hinnant 2013); NaN where it is no date. */
function parseDate(bytes: Uint8Array, from: number): number {
  const year = twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2);
  const month = twoDigits(bytes, from + 5);
  const day = twoDigits(bytes, from + 8);
  const shaped = bytes[from + 4] === 0x2d && bytes[from + 7] === 0x2d;
  if (!shaped || !(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN;
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const yearOfEra = y - era * 400;
  const days = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + days - 719_468) * dayMs;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - 0x30;
  const ones = bytes[at + 1] - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Seconds, milliseconds or microseconds since 1970, told apart by their size: none of the ranges overlap after 1973. */
function parseEpoch(bytes: Uint8Array, from: number, to: number): number {
  const value = parseNumber(bytes, from, to);
  const ms = value >= 1e14 ? value / 1000 : value >= 1e11 ? value : value >= 1e8 ? value * 1000 : Number.NaN;
  return Number.isInteger(ms) ? ms : Number.NaN;
}
