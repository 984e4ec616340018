import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Bars, mapColumns } from '@stratlab/data/bars.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import { parseCsv } from '@stratlab/data/csv.ts';
import { guessInstrument } from '@stratlab/data/instrument.ts';
import { type Finding, type JudgedSeries, judgeQuality, type QualityReport } from '@stratlab/data/quality.ts';
import { parseTimeframe, type Timeframe } from '@stratlab/data/timeframe.ts';
import { referencePath, withoutReference } from '../reference.ts';

const now = Date.UTC(2026, 0, 1);

function judgeFile(path: string, symbol: string, repair = false): QualityReport {
  const bytes = readFileSync(path);
  const timeframe = parseTimeframe(/_(\d[mhdw])[._]/.exec(path)?.[1] ?? '1d');
  const { bars, repairs } = parseCsv(path.endsWith('.gz') ? gunzipSync(bytes) : bytes, { timeframe, repair });
  return judgeQuality({ bars, timeframe, calendar: getCalendar(guessInstrument(symbol).calendar), repairs, now });
}

const judge = (file: string, repair = false) =>
  judgeFile(referencePath(`data/${file}`), /([A-Z]{3,})/.exec(file)?.[1] ?? '', repair);

function finding({ findings }: QualityReport, rule: string): Finding {
  const found = findings.find((candidate) => candidate.rule === rule);
  assert.ok(found, `${rule} is not among ${findings.map((other) => other.rule).join(', ')}`);
  return found;
}

/** A random-looking walk on the expected bars of a calendar. */
function series(calendarName: string, timeframe: Timeframe, from: string, to: string): JudgedSeries {
  const calendar = getCalendar(calendarName);
  const time = calendar.expectedBars(timeframe, Date.parse(from), Date.parse(to));
  const close = time.map((_, i) => 100 + 10 * Math.sin(i / 40) + ((i * 7919) % 101) / 200);
  const open = close.map((price, i) => price + (((i * 104729) % 61) - 30.5) / 200);
  const high = close.map((price, i) => Math.max(price, open[i]) + 0.1);
  const low = close.map((price, i) => Math.min(price, open[i]) - 0.1);
  const volume = time.map((_, i) => 1000 + ((i * 31) % 500));
  return { bars: { time, open, high, low, close, volume }, timeframe, calendar, repairs: [], now };
}

function without(bars: Bars, drop: (time: number) => boolean): Bars {
  return mapColumns((name) => bars[name].filter((_, i) => !drop(bars.time[i])));
}

describe('the damaged files of the shared folder', { skip: withoutReference }, () => {
  it('four impossible bars', () => {
    const found = finding(judge('dirty/high_lt_low_IBM_1d.csv'), 'ohlc_inconsistent');
    assert.equal(found.count, 4);
    assert.equal(found.first_at, '2018-02-14T00:00:00Z');
    assert.match(found.examples[0], /high 150, low 155/);
  });

  it('three bars without a positive price and one negative volume; a volume of 0 elsewhere is no fault', () => {
    const report = judge('dirty/negative_price_EURUSD_1h.csv');
    assert.equal(finding(report, 'non_positive_price').count, 3);
    assert.equal(finding(report, 'negative_volume').count, 1);
    assert.equal(report.grade, 'D');
  });

  it('24 missing bars in 3 gaps, without nights, weekends, the holiday and the early close', () => {
    const report = judge('dirty/gap_SPY_1h.csv');
    assert.equal(report.missing_bars, 24);
    const found = finding(report, 'missing_bars');
    assert.equal(found.first_at, '2019-06-18T13:00:00Z');
    assert.equal(found.examples.length, 3);
    assert.match(found.hint, /24 of 291 .* 3 gaps/);
  });

  it('sessions shifted by a fixed offset from UTC, from the first wrong bar to the last', () => {
    const found = finding(judge('dirty/dst_shift_SPY_1h.csv'), 'session_drift');
    assert.equal(found.count, 70);
    assert.equal(found.first_at, '2019-03-11T14:00:00Z');
  });

  it('the split of AAPL in 2020', () => {
    const found = finding(judge('dirty/split_unadjusted_AAPL_1d.csv'), 'likely_split');
    assert.equal(found.count, 1);
    assert.match(found.examples[0], /^2020-08-31T00:00:00Z: close 129.04 after 499.23, near a 4:1 split/);
  });

  it('one run of 48 flat bars', () => {
    const found = finding(judge('dirty/constant_price_GBPUSD_1h.csv'), 'stale_run');
    assert.equal(found.count, 48);
    assert.equal(found.examples.length, 1);
    assert.match(found.examples[0], /48 bars at 1.31191/);
  });

  it('rows that were sorted at import', () => {
    const report = judge('dirty/out_of_order_SPY_1d.csv', true);
    assert.equal(finding(report, 'out_of_order').count, 6);
    assert.equal(report.grade, 'A');
  });

  it('an impossible first tick', () => {
    const report = judge('dirty/natural/bad_first_tick_BTCUSDT_1h_raw.csv', true);
    assert.equal(finding(report, 'price_spike').first_at, '2017-08-17T04:00:00Z');
  });

  it('six years missing under another ticker', () => {
    const report = judge('dirty/natural/ticker_rename_gap_QQQ_1d.csv');
    assert.equal(report.grade, 'F');
    assert.equal(report.missing_bars, 1588);
  });
});

describe('the clean files of the shared folder', { skip: withoutReference }, () => {
  it('have splits exactly where they were, and none in crashes', () => {
    const splits: [file: string, dates: string[]][] = [
      ['AAPL_1d.csv', ['2000-06-21', '2005-02-28', '2014-06-09', '2020-08-31']],
      ['AAPL_1h.csv.gz', ['2000-06-21', '2005-02-28', '2014-06-09', '2020-08-31']],
      ['IBM_1d.csv', ['1999-05-27']],
      ['BAC_1d.csv', ['2004-08-30']],
      ['IWM_1d.csv', ['2005-06-09']],
    ];
    for (const [file, dates] of splits) {
      const { examples } = finding(judge(file), 'likely_split');
      assert.deepEqual(
        examples.map((example) => example.slice(0, 10)),
        dates,
        file,
      );
    }
    for (const file of [
      'AAPL-ADJ_1d.csv',
      'AAPL-ADJ_1h.csv.gz',
      'SPY_1d.csv',
      'GOOG_1d.csv',
      'BTCUSD_1d.csv',
      'EURUSD_1d.csv',
    ]) {
      assert.ok(!judge(file).findings.some(({ rule }) => rule === 'likely_split'), file);
    }
  });

  it('have no drift of their sessions', () => {
    for (const file of ['SPY_1h.csv.gz', 'GBPUSD_1h.csv.gz', 'EURUSD_1h.csv.gz', 'XAUUSD_1h.csv.gz', 'SPY_1m.csv']) {
      assert.ok(!judge(file).findings.some(({ rule }) => rule === 'session_drift'), file);
    }
  });

  it('are graded A where nothing is wrong', () => {
    for (const file of ['SPY_1d.csv', 'GOOG_1d.csv', 'BTCUSDT_1d.csv', 'USDJPY_1d.csv'])
      assert.equal(judge(file).grade, 'A', file);
  });

  it('show the bad ticks that are in them', () => {
    assert.match(finding(judge('BTCUSD_1d.csv'), 'price_spike').examples[0], /2017-04-15.*low 0.06/);
    assert.match(finding(judge('IBM_1d.csv'), 'price_spike').examples[0], /2002-12-23.*high 159.58/);
    assert.equal(finding(judge('ETHUSDT_1h.csv'), 'price_spike').first_at, '2017-08-22T04:00:00Z');
  });
});

describe('the S&P 500 file of vega-datasets', () => {
  const path = resolve(import.meta.dirname, '../../node_modules/vega-datasets/data/sp500-2000.csv');

  it('has opens that repeat the previous close until 2007 and in 2011 to 2013, and says where to fill', () => {
    const report = judgeFile(path, 'SPX');
    assert.deepEqual(
      report.findings.map(({ rule }) => rule),
      ['open_equals_previous_close'],
    );
    const found = finding(report, 'open_equals_previous_close');
    assert.equal(found.severity, 'warning');
    assert.equal(found.first_at, '2000-01-04T00:00:00Z');
    assert.match(found.hint, /34 % .* 2000-2007 .* 2011-2013 .* next_close/);
    assert.equal(report.grade, 'C');
    assert.equal(report.missing_bars, 0);
  });
});

describe('missing_bars', () => {
  const half = 1_800_000;

  it('follows the grid of the series: hours from 09:30, four hours from the opening', () => {
    const hourly = series('equity_usa', '1h', '2019-01-01', '2019-12-31');
    const shifted = { ...hourly.bars, time: hourly.bars.time.map((start) => start + half) };
    assert.equal(judgeQuality({ ...hourly, bars: shifted }).missing_bars, 0);

    const anchored: number[] = [];
    for (const date of hourly.calendar.expectedBars('1d', Date.UTC(2019, 0, 1), Date.UTC(2019, 11, 31))) {
      const opens = hourly.calendar.opens(date);
      for (let start = opens; start < hourly.calendar.closes(date); start += 8 * half) anchored.push(start);
    }
    const time = Float64Array.from(anchored);
    const bars = { ...mapColumns((name) => hourly.bars[name].slice(0, time.length)), time };
    assert.equal(judgeQuality({ ...hourly, bars, timeframe: '4h' }).missing_bars, 0);
  });

  it('takes an hour of the day that the series never has for closed, and an hour it sometimes lacks for missing', () => {
    const hourly = series('forex', '1h', '2019-01-01', '2019-12-31');
    const localHour = (start: number) => ((start + hourly.calendar.offsetAt(start)) / 3_600_000) % 24;
    const paused = without(hourly.bars, (start) => localHour(start) === 17);
    assert.equal(judgeQuality({ ...hourly, bars: paused }).missing_bars, 0);
    const holed = without(hourly.bars, (start) => localHour(start) === 3 && (start / 3_600_000) % 5 === 0);
    assert.equal(judgeQuality({ ...hourly, bars: holed }).missing_bars, hourly.bars.time.length - holed.time.length);
  });

  it('counts a weekly series by its own weekday', () => {
    const weekly = series('equity_usa', '1w', '2019-01-01', '2019-12-31');
    const fridays = { ...weekly.bars, time: weekly.bars.time.map((monday) => monday + 4 * 86_400_000) };
    assert.equal(judgeQuality({ ...weekly, bars: fridays }).missing_bars, 0);
    const dropped = without(fridays, (time) => time === fridays.time[9]);
    assert.equal(judgeQuality({ ...weekly, bars: dropped }).missing_bars, 1);
  });

  it('does not excuse a coarser series that is called a finer one', () => {
    const daily = series('crypto', '1d', '2019-01-01', '2019-12-31');
    assert.equal(judgeQuality({ ...daily, timeframe: '1h' }).grade, 'F');
  });
});

describe('likely_split', () => {
  const daily = series('equity_usa', '1d', '2019-01-01', '2019-12-31');

  function split(factor: number, volumeFactor: number, back = Number.POSITIVE_INFINITY): Bars {
    const scale = (i: number, by: number) => (i >= 100 && i < back ? by : 1);
    return mapColumns((name) =>
      daily.bars[name].map(
        (value, i) => value * (name === 'time' ? 1 : scale(i, name === 'volume' ? volumeFactor : factor)),
      ),
    );
  }

  const found = (bars: Bars) => judgeQuality({ ...daily, bars }).findings.some(({ rule }) => rule === 'likely_split');

  it('finds splits, reverse splits and 3:2', () => {
    for (const factor of [1 / 2, 1 / 3, 1 / 4, 1 / 7, 1 / 10, 1 / 20, 2 / 3, 2, 5, 10]) {
      assert.ok(found(split(factor, 1 / factor)), `factor ${factor}`);
    }
  });

  it('leaves crashes, steps that come back and odd ratios alone', () => {
    assert.ok(!found(split(1 / 2, 12)), 'volume times 12');
    assert.ok(!found(split(1 / 2, 2, 102)), 'back after two bars');
    assert.ok(!found(split(0.58, 1.7)), 'no ratio');
  });
});

describe('unfinished_last_bar', () => {
  it('is one whose session or span ends after the given instant', () => {
    const daily = series('equity_usa', '1d', '2019-01-01', '2019-07-03');
    const at = (text: string) => judgeQuality({ ...daily, now: Date.parse(text) });
    assert.match(finding(at('2019-07-03T16:59Z'), 'unfinished_last_bar').examples[0], /ends 2019-07-03T17:00:00Z/);
    assert.deepEqual(at('2019-07-03T17:00Z').findings, []);
  });
});

describe('judgeQuality', () => {
  it('grades a clean series A and an empty one without a crash', () => {
    for (const name of ['equity_usa', 'forex', 'crypto']) {
      for (const timeframe of ['1h', '1d', '1w'] as const) {
        const clean = series(name, timeframe, '2018-01-01', '2019-12-31');
        assert.deepEqual(judgeQuality(clean), { grade: 'A', findings: [], missing_bars: 0 }, `${name} ${timeframe}`);
        const empty = mapColumns(() => new Float64Array(0));
        assert.deepEqual(judgeQuality({ ...clean, bars: empty }), { grade: 'A', findings: [], missing_bars: 0 });
      }
    }
  });

  it('grades by severity and by the share of bars concerned', () => {
    const clean = series('crypto', '1h', '2019-01-01', '2019-03-01');
    const damaged = (bars: number, change: Partial<Record<keyof Bars, number>>) =>
      judgeQuality({
        ...clean,
        bars: mapColumns((name) =>
          clean.bars[name].map((value, i) => (i > 5 && i <= 5 + bars ? (change[name] ?? value) : value)),
        ),
      }).grade;
    assert.equal(damaged(1, { volume: -1 }), 'B');
    assert.equal(damaged(30, { volume: -1 }), 'C');
    assert.equal(damaged(1, { open: -1, low: -1 }), 'D');
    assert.equal(damaged(30, { open: -1, low: -1 }), 'F');
  });
});
