import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { barEnd } from '@stratlab/data/calendar.ts';
import { calendars, getCalendar } from '@stratlab/data/calendars/index.ts';
import { LabError } from '@stratlab/data/error.ts';
import { dayMs, formatInstant } from '@stratlab/data/instant.ts';
import { calendarNames } from '@stratlab/data/instrument.ts';
import { newYorkOffset } from '@stratlab/data/new-york.ts';
import { type Timeframe, timeframes } from '@stratlab/data/timeframe.ts';
import fc from 'fast-check';
import { referenceTable, referenceText, withoutReference } from '../reference.ts';

const at = (text: string) => Date.parse(text);
const shown = (instants: Float64Array) => Array.from(instants, formatInstant);
const equity = getCalendar('equity_usa');
const forex = getCalendar('forex');
const crypto = getCalendar('crypto');

describe('every calendar', () => {
  it('is a file of the folder and a name that instruments may have', () => {
    const folder = resolve(import.meta.dirname, '../../data/calendars');
    const files = readdirSync(folder).filter((file) => file !== 'index.ts');
    const names = calendars.map((calendar) => calendar.name);
    assert.deepEqual(files.map((file) => file.replace('.ts', '').replaceAll('-', '_')).sort(), names.toSorted());
    assert.deepEqual(names.toSorted(), calendarNames.toSorted());
    for (const calendar of calendars) assert.ok(calendar.source.length > 10);
    assert.throws(() => getCalendar('moon'), LabError);
  });

  const instant = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2040, 0, 1) });
  for (const calendar of calendars) {
    it(`puts every expected bar of ${calendar.name} into a session, in order and inside the span asked for`, () => {
      fc.assert(
        fc.property(instant, fc.constantFrom(...timeframes), (from, timeframe) => {
          const to = from + 20 * dayMs;
          const starts = calendar.expectedBars(timeframe, from, to);
          for (let i = 0; i < starts.length; i++) {
            assert.ok(starts[i] >= from && starts[i] <= to);
            assert.ok(i === 0 || starts[i] > starts[i - 1]);
            assert.ok(!Number.isNaN(calendar.opens(calendar.sessionOf(starts[i]))));
            assert.ok(barEnd(calendar, timeframe, starts[i]) > starts[i]);
          }
        }),
        { numRuns: 50 },
      );
    });

    it(`names sessions of ${calendar.name} by their date and never runs backwards`, () => {
      fc.assert(
        fc.property(instant, fc.nat({ max: 5 * dayMs }), (first, step) => {
          assert.ok(calendar.sessionOf(first + step) >= calendar.sessionOf(first - (first % dayMs === 0 ? 1 : 0)));
          const date = Math.floor(first / dayMs) * dayMs;
          const opens = calendar.opens(date);
          if (Number.isNaN(opens)) return;
          assert.equal(calendar.sessionOf(date), date);
          assert.equal(calendar.sessionOf(opens + 1), date);
          assert.equal(calendar.sessionOf(calendar.closes(date) - 1), date);
        }),
      );
    });
  }
});

describe('the clock of New York', () => {
  it('agrees with the zone database from 1987 to 2037', () => {
    const zone = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', timeZoneName: 'longOffset' });
    const offsetOf = (instant: number) => {
      const name = zone.formatToParts(instant).find((part) => part.type === 'timeZoneName')?.value ?? '';
      return name === 'GMT-04:00' ? -4 : -5;
    };
    for (let hour = Date.UTC(1987, 0, 1); hour < Date.UTC(2037, 0, 1); hour += 7 * 3_600_000) {
      assert.equal(newYorkOffset(hour) / 3_600_000, offsetOf(hour), formatInstant(hour));
    }
    for (const change of ['2006-04-02T07:00Z', '2006-10-29T06:00Z', '2024-03-10T07:00Z', '2024-11-03T06:00Z']) {
      assert.notEqual(newYorkOffset(at(change)), newYorkOffset(at(change) - 1), change);
    }
  });
});

describe('equity_usa', () => {
  it('opens at 09:30 and closes at 16:00 New York, summer and winter', () => {
    assert.equal(formatInstant(equity.opens(at('2019-03-08'))), '2019-03-08T14:30:00Z');
    assert.equal(formatInstant(equity.opens(at('2019-03-11'))), '2019-03-11T13:30:00Z');
    assert.equal(formatInstant(equity.closes(at('2019-03-11'))), '2019-03-11T20:00:00Z');
    assert.equal(formatInstant(equity.closes(at('2019-07-03'))), '2019-07-03T17:00:00Z');
  });

  it('knows holidays, the days they are kept on, and closures without a rule', () => {
    const closures = [
      ...[
        '1994-04-27',
        '2001-09-11',
        '2001-09-14',
        '2004-06-11',
        '2007-01-02',
        '2012-10-29',
        '2018-12-05',
        '2025-01-09',
      ],
      ...[
        '1990-04-13',
        '1998-01-19',
        '2000-04-21',
        '2012-01-02',
        '2015-07-03',
        '2021-12-24',
        '2022-06-20',
        '2040-11-22',
      ],
    ];
    const sessions = ['1997-01-20', '2010-12-31', '2021-06-18', '2021-12-31', '2001-09-10', '2001-09-17', '2024-12-24'];
    for (const date of closures) assert.ok(Number.isNaN(equity.opens(at(date))), date);
    for (const date of sessions) assert.ok(!Number.isNaN(equity.opens(at(date))), date);
  });

  it('expects 250 to 253 sessions in every full year but 2001', () => {
    for (let year = 1990; year <= 2040; year++) {
      const count = equity.expectedBars('1d', Date.UTC(year, 0, 1), Date.UTC(year, 11, 31)).length;
      assert.ok(count >= (year === 2001 ? 248 : 249) && count <= 254, `${year}: ${count}`);
    }
  });

  it('cuts a session into the hours of UTC that touch it', () => {
    assert.deepEqual(shown(equity.expectedBars('1h', at('2019-07-02T18:00Z'), at('2019-07-05T13:00Z'))), [
      '2019-07-02T18:00:00Z',
      '2019-07-02T19:00:00Z',
      '2019-07-03T13:00:00Z',
      '2019-07-03T14:00:00Z',
      '2019-07-03T15:00:00Z',
      '2019-07-03T16:00:00Z',
      '2019-07-05T13:00:00Z',
    ]);
  });

  it('takes 00:00Z for the date of a daily bar and every other instant for one of New York', () => {
    assert.equal(equity.sessionOf(at('2019-01-02T00:00Z')), at('2019-01-02'));
    assert.equal(equity.sessionOf(at('2019-01-02T23:30Z')), at('2019-01-02'));
    assert.equal(equity.sessionOf(at('2019-01-03T00:30Z')), at('2019-01-02'));
    assert.equal(equity.sessionOf(at('2019-01-05T15:00Z')), at('2019-01-07'));
    assert.ok(Number.isNaN(equity.sessionOf(Number.NaN)));
  });

  it('agrees with an independent calendar on every holiday and early close', { skip: withoutReference }, () => {
    const reference = JSON.parse(referenceText('data/calendars/equity_usa.json'));
    const holidays = new Set<number>(reference.holidays.map((day: string) => at(`${day} UTC`)));
    for (let date = at('1998-01-01'); date < at('2028-01-01'); date += dayMs) {
      if (new Date(date).getUTCDay() % 6 === 0) continue;
      assert.equal(Number.isNaN(equity.opens(date)), holidays.has(date), formatInstant(date));
    }
    const early = new Set<number>(Object.keys(reference.earlyCloses).map((day) => at(`${day} UTC`)));
    const ours: string[] = [];
    for (let date = at('1998-01-01'); date < at('2028-01-01'); date += dayMs) {
      const closes = equity.closes(date);
      const isEarly = closes + equity.offsetAt(closes) === date + 13 * 3_600_000;
      if (isEarly !== early.has(date)) ours.push(formatInstant(date).slice(0, 10));
    }
    assert.deepEqual(
      ours,
      ['1998-11-27', '1998-12-24', '1999-12-31', '2017-12-24'],
      'the four known faults of the reference',
    );
  });

  for (const file of ['SPY_1d.csv', 'SPX_1d.csv', 'GOOG_1d.csv', 'IWM_1d.csv']) {
    it(`expects exactly the sessions of ${file}`, { skip: withoutReference }, () => {
      const { timestamp } = referenceTable(`data/${file}`).values;
      assert.deepEqual(equity.expectedBars('1d', timestamp[0], timestamp[timestamp.length - 1]), timestamp);
    });
  }

  it('expects all hours of SPY but two, when the session of 2002-09-11 opened late', { skip: withoutReference }, () => {
    assert.deepEqual(missing('SPY_1h.csv.gz', 'equity_usa', '1h'), ['2002-09-11T13:00:00Z', '2002-09-11T14:00:00Z']);
  });
});

describe('forex', () => {
  it('trades from Sunday 17:00 to Friday 17:00 New York', () => {
    const hours = shown(forex.expectedBars('1h', at('2018-06-01T19:00Z'), at('2018-06-03T23:00Z')));
    assert.deepEqual(hours, [
      '2018-06-01T19:00:00Z',
      '2018-06-01T20:00:00Z',
      '2018-06-03T21:00:00Z',
      '2018-06-03T22:00:00Z',
      '2018-06-03T23:00:00Z',
    ]);
    assert.equal(forex.sessionOf(at('2018-06-03T21:00Z')), at('2018-06-04'));
    assert.equal(forex.sessionOf(at('2018-06-03T00:00Z')), at('2018-06-04'), 'the short Sunday bar belongs to Monday');
    assert.equal(forex.sessionOf(at('2018-06-04T20:59Z')), at('2018-06-04'));
  });

  it('rests on 25 December and 1 January', () => {
    assert.deepEqual(
      shown(forex.expectedBars('1d', at('2018-12-24'), at('2019-01-02'))).map((day) => day.slice(5, 10)),
      [...['12-24', '12-26', '12-27', '12-28', '12-31', '01-02']],
    );
  });

  it('expects the sessions of USDJPY, and 99.5 % of the hours of three pairs', { skip: withoutReference }, () => {
    assert.deepEqual(missing('USDJPY_1d.csv', 'forex', '1d'), []);
    for (const file of ['EURUSD_1h.csv.gz', 'GBPUSD_1h.csv.gz', 'USDJPY_1h.csv.gz']) {
      assert.ok(missing(file, 'forex', '1h').length < 350, file);
    }
  });
});

describe('crypto', () => {
  it('never closes', () => {
    assert.equal(crypto.expectedBars('1h', at('2019-12-24'), at('2019-12-26') - 1).length, 48);
    assert.equal(crypto.expectedBars('1w', at('2019-12-23'), at('2019-12-30')).length, 2);
  });

  it('finds the hours that Binance was down', { skip: withoutReference }, () => {
    const hours = missing('BTCUSDT_1h.csv.gz', 'crypto', '1h');
    assert.equal(hours.length, 16);
    assert.deepEqual(hours.slice(0, 5), [
      ...['2017-09-22T20:00:00Z', '2017-09-22T21:00:00Z', '2017-09-22T22:00:00Z', '2017-09-22T23:00:00Z'],
      '2020-11-30T06:00:00Z',
    ]);
  });
});

describe('figures of a year', () => {
  it('come from the calendar', () => {
    assert.deepEqual(
      calendars.map((calendar) => [
        calendar.name,
        calendar.sessionsPerYear,
        calendar.barsPerYear('1d'),
        calendar.barsPerYear('1h'),
      ]),
      [
        ['crypto', 365, 365, 8760],
        ['equity_usa', 252, 252, 1764],
        ['forex', 260, 260, 6240],
      ],
    );
    assert.equal(equity.barsPerYear('1w'), 52);
    assert.equal(equity.barsPerYear('4h'), 504);
  });

  it('take a daily bar for complete when its session closes, and a weekly one with its last session', () => {
    assert.equal(formatInstant(barEnd(equity, '1d', at('2019-07-03'))), '2019-07-03T17:00:00Z');
    assert.equal(formatInstant(barEnd(equity, '1w', at('2019-04-15'))), '2019-04-18T20:00:00Z');
    assert.equal(formatInstant(barEnd(crypto, '1d', at('2019-07-03'))), '2019-07-04T00:00:00Z');
    assert.equal(formatInstant(barEnd(equity, '1h', at('2019-07-03T13:00Z'))), '2019-07-03T14:00:00Z');
  });
});

function missing(file: string, name: string, timeframe: Timeframe): string[] {
  const { timestamp } = referenceTable(`data/${file}`).values;
  const present = new Set(timestamp);
  const expected = getCalendar(name).expectedBars(timeframe, timestamp[0], timestamp[timestamp.length - 1]);
  return shown(expected.filter((start) => !present.has(start)));
}
