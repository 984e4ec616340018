import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { type Bars, mapColumns } from '@stratlab/data/bars.ts';
import { calendars, getCalendar } from '@stratlab/data/calendars/index.ts';
import { qualityRules } from '@stratlab/data/quality/index.ts';
import { type Finding, type JudgedSeries, type QualityRule, ruleNames } from '@stratlab/data/quality.ts';
import { timeframes } from '@stratlab/data/timeframe.ts';
import fc from 'fast-check';

const price = fc.oneof(fc.double({ min: 0.01, max: 1e5, noNaN: true }), fc.integer({ min: -2, max: 3 }));

/** Bars of any kind that the store accepts: increasing times, finite numbers. */
const anySeries: fc.Arbitrary<JudgedSeries> = fc
  .record({
    calendar: fc.constantFrom(...calendars),
    timeframe: fc.constantFrom(...timeframes),
    start: fc.integer({ min: Date.UTC(1995, 0, 1), max: Date.UTC(2025, 0, 1) }),
    rows: fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), price, price, price, price, price), { maxLength: 60 }),
  })
  .map(({ calendar, timeframe, start, rows }) => {
    let time = Math.floor(start / 86_400_000) * 86_400_000;
    const table = rows.map(([steps, ...prices]) => {
      time += steps * 3_600_000;
      return [time, ...prices];
    });
    const column = (k: number) => Float64Array.from(table, (row) => row[k]);
    const bars: Bars = {
      time: column(0),
      open: column(1),
      high: column(2),
      low: column(3),
      close: column(4),
      volume: column(5),
    };
    return { bars, timeframe, calendar, repairs: [], now: time };
  });

function wellFormed(rule: QualityRule, finding: Finding): void {
  assert.equal(finding.rule, rule.rule);
  assert.ok(['info', 'warning', 'error'].includes(finding.severity));
  assert.ok(Number.isInteger(finding.count) && finding.count > 0);
  assert.ok(finding.first_at === null || /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(finding.first_at));
  assert.ok(finding.examples.length <= 5);
  for (const example of finding.examples) assert.match(example, /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|line \d+): \S/);
  assert.match(finding.hint, /[.)]$/);
}

describe('every quality rule', () => {
  it('is a file of the folder, a name of the contract, and in its order', () => {
    const folder = resolve(import.meta.dirname, '../../data/quality');
    const files = readdirSync(folder).filter((file) => file !== 'index.ts');
    const names = qualityRules.map(({ rule }) => rule);
    assert.deepEqual(files.map((file) => file.replace('.ts', '').replaceAll('-', '_')).sort(), names.toSorted());
    assert.deepEqual(names, [...ruleNames]);
  });

  for (const rule of qualityRules) {
    it(`${rule.rule} states what it looks for and where that comes from`, () => {
      assert.ok(rule.title.length > 10 && rule.source.length > 10);
    });

    it(`${rule.rule} answers any bars with a whole finding or none, twice the same, and changes nothing`, () => {
      fc.assert(
        fc.property(anySeries, (series) => {
          const before = structuredClone(series.bars);
          const finding = rule.check(series);
          assert.deepEqual(rule.check(series), finding);
          assert.deepEqual(series.bars, before);
          if (finding !== null) wellFormed(rule, finding);
        }),
      );
    });

    it(`${rule.rule} fires on its own defect and is silent on a clean series`, () => {
      assert.equal(rule.check(clean), null);
      const finding = rule.check(defects[rule.rule]);
      assert.ok(finding, 'nothing found');
      wellFormed(rule, finding);
    });
  }
});

const calendar = getCalendar('equity_usa');
const time = calendar.expectedBars('1h', Date.UTC(2019, 0, 1), Date.UTC(2019, 5, 30));
const close = time.map((_, i) => 100 + 10 * Math.sin(i / 40) + ((i * 7919) % 101) / 200);
const open = close.map((value, i) => value + (((i * 104729) % 61) - 30.5) / 200);
const clean: JudgedSeries = {
  bars: {
    time,
    open,
    high: close.map((value, i) => Math.max(value, open[i]) + 0.1),
    low: close.map((value, i) => Math.min(value, open[i]) - 0.1),
    close,
    volume: time.map((_, i) => 1000 + (i % 50)),
  },
  timeframe: '1h',
  calendar,
  repairs: [],
  now: Date.UTC(2020, 0, 1),
};

type Change = (value: number, i: number) => number;

function changed(changes: Partial<Record<keyof Bars, Change>>): JudgedSeries {
  const bars = mapColumns((name) => clean.bars[name].map((value, i) => changes[name]?.(value, i) ?? value));
  return { ...clean, bars };
}

const on =
  (bar: number, replacement: number): Change =>
  (value, i) =>
    i === bar ? replacement : value;
const flat: Change = (value, i) => (i > 50 && i < 70 ? close[50] : value);
const halved: Change = (value, i) => (i >= 70 ? value / 2 : value);
const mended = { line: 3, message: 'a repair' };
const winterOnly: Change = (value) => value + (calendar.offsetAt(value) === -4 * 3_600_000 ? 3_600_000 : 0);

const defects: Record<(typeof ruleNames)[number], JudgedSeries> = {
  missing_bars: { ...clean, bars: mapColumns((name) => clean.bars[name].filter((_, i) => i !== 60)) },
  duplicate_timestamps: { ...clean, repairs: [{ rule: 'duplicate_timestamps', ...mended }] },
  out_of_order: { ...clean, repairs: [{ rule: 'out_of_order', ...mended }] },
  ohlc_inconsistent: changed({ high: on(60, 1) }),
  non_positive_price: changed({ low: on(60, 0) }),
  negative_volume: changed({ volume: on(60, -1) }),
  stale_run: changed({ open: flat, high: flat, low: flat, close: flat }),
  likely_split: changed({ open: halved, high: halved, low: halved, close: halved }),
  price_spike: changed({ high: on(60, 1000) }),
  session_drift: changed({ time: winterOnly }),
  open_equals_previous_close: changed({ open: (_, i) => close[Math.max(0, i - 1)] }),
  no_volume: changed({ volume: () => 0 }),
  unfinished_last_bar: { ...clean, now: time[time.length - 1] },
};
