import { calendarOf } from '../calendar.ts';
import { dayMs } from '../instant.ts';
import { lastWeekday, newYorkOffset, nthWeekday, weekday } from '../new-york.ts';

const minuteMs = 60_000;
const opening = 9 * 60 + 30;
const closing = 16 * 60;
const closed = 0;
const [sunday, monday, tuesday, wednesday, thursday, friday, saturday] = [0, 1, 2, 3, 4, 5, 6];

/** New York Stock Exchange and Nasdaq, regular session 09:30 to 16:00. Holidays and early closes are those of 1990 to 2040. */
export const equityUsa = calendarOf({
  name: 'equity_usa',
  source: 'NYSE Rule 7.2 (holidays and their observance), NYSE notices of special closings and early closes',
  timeZone: 'America/New_York',
  sessionsPerYear: 252,
  sessionMinutes: closing - opening,
  offsetAt: newYorkOffset,
  dateOf: (epochMs) => Math.floor((epochMs + newYorkOffset(epochMs)) / dayMs) * dayMs,
  opens: (date) => (closingMinute(date) === closed ? Number.NaN : atMinute(date, opening)),
  closes: (date) => (closingMinute(date) === closed ? Number.NaN : atMinute(date, closingMinute(date))),
});

/** Closures without a rule: presidents' funerals, 11 September 2001, hurricane Sandy. */
const specialClosings = [
  '1994-04-27',
  '2001-09-11',
  '2001-09-12',
  '2001-09-13',
  '2001-09-14',
  '2004-06-11',
  '2007-01-02',
  '2012-10-29',
  '2012-10-30',
  '2018-12-05',
  '2025-01-09',
].map((date) => Date.parse(date));

const specialEarlyCloses = ['1997-12-26', '1999-12-31', '2003-12-26'].map((date) => Date.parse(date));

const years = new Map<number, Map<number, number>>();

/** Minute of the day at which the session of a date ends; 0 where there is none. */
function closingMinute(date: number): number {
  const day = weekday(date);
  if (day === saturday || day === sunday) return closed;
  const year = new Date(date).getUTCFullYear();
  let exceptions = years.get(year);
  if (exceptions === undefined) {
    exceptions = exceptionsOf(year);
    years.set(year, exceptions);
  }
  return exceptions.get(date) ?? closing;
}

function atMinute(date: number, minute: number): number {
  const local = date + minute * minuteMs;
  return local - newYorkOffset(local);
}

function exceptionsOf(year: number): Map<number, number> {
  const early = year >= 1993 ? 13 * 60 : 14 * 60;
  return new Map([
    ...earlyCloses(year).map((date): [number, number] => [date, early]),
    ...specialEarlyCloses.map((date): [number, number] => [date, 13 * 60]),
    ...[...holidays(year), ...specialClosings].map((date): [number, number] => [date, closed]),
  ]);
}

/** A holiday on a Saturday is kept on Friday and one on a Sunday on Monday; New Year's Day is not brought forward. */
function holidays(year: number): number[] {
  const newYear = Date.UTC(year, 0, 1);
  const dates = [
    weekday(newYear) === saturday ? newYear : observed(newYear),
    nthWeekday(year, 1, monday, 3),
    goodFriday(year),
    lastWeekday(year, 4, monday),
    observed(Date.UTC(year, 6, 4)),
    nthWeekday(year, 8, monday, 1),
    nthWeekday(year, 10, thursday, 4),
    observed(Date.UTC(year, 11, 25)),
  ];
  if (year >= 1998) dates.push(nthWeekday(year, 0, monday, 3));
  if (year >= 2022) dates.push(observed(Date.UTC(year, 5, 19)));
  return dates;
}

/** The eves of Independence Day and Christmas where they are no Fridays, and the day after Thanksgiving. */
function earlyCloses(year: number): number[] {
  const dates: number[] = [];
  const third = Date.UTC(year, 6, 3);
  const fifth = Date.UTC(year, 6, 5);
  if (year >= 1995 && [monday, tuesday, thursday].includes(weekday(third))) dates.push(third);
  if (year >= 2013 && weekday(third) === wednesday) dates.push(third);
  if (year >= 1996 && year < 2013 && weekday(fifth) === friday) dates.push(fifth);
  if (year >= 1992) dates.push(nthWeekday(year, 10, thursday, 4) + dayMs);
  if (weekday(Date.UTC(year, 11, 24)) < friday) dates.push(Date.UTC(year, 11, 24));
  return dates;
}

function observed(date: number): number {
  const day = weekday(date);
  if (day === saturday) return date - dayMs;
  return day === sunday ? date + dayMs : date;
}

/** Two days before Easter Sunday (Meeus, Astronomical Algorithms, 1991, chapter 8). */
function goodFriday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  const day = (h + l - 7 * m + 33 * month + 19) % 32;
  return Date.UTC(year, month - 1, day) - 2 * dayMs;
}
