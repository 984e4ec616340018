import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bars, barColumns, mapColumns, sliceBars } from '@stratlab/data/bars.ts';
import { generateBars } from '@stratlab/data/market.ts';
import { noise } from '@stratlab/data/markets/noise.ts';
import { gridStart, resample } from '@stratlab/data/resample.ts';
import { type Timeframe, timeframeMs, timeframes } from '@stratlab/data/timeframe.ts';
import fc from 'fast-check';
import { referenceTable, withoutReference } from '../reference.ts';

const minutes = generateBars(noise, { timeframe: '1m', bars: 12_000, seed: 11, start: Date.UTC(2021, 2, 3, 10, 17) });

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

function withGaps(bars: Bars, kept: boolean[]): Bars {
  return mapColumns((name) => bars[name].filter((_, i) => kept[i % kept.length]));
}

function referenceBars(file: string): Bars {
  const { values } = referenceTable(`data/${file}`);
  return mapColumns((name) => values[name === 'time' ? 'timestamp' : name]);
}

test('a coarser bar has the first open, the extremes, the last close and the sum of volumes', () => {
  const bars: Bars = {
    time: Float64Array.of(...[9, 11, 14, 15, 31].map((minute) => Date.UTC(2024, 0, 1, 10, minute))),
    open: Float64Array.of(1, 2, 3, 4, 5),
    high: Float64Array.of(3, 9, 4, 5, 6),
    low: Float64Array.of(1, 2, 0.5, 4, 5),
    close: Float64Array.of(2, 3, 4, 5, 6),
    volume: Float64Array.of(10, 20, 30, 40, 50),
  };
  const coarse = resample(bars, '1m', '15m');
  assert.deepEqual(
    [...coarse.time],
    [0, 15, 30].map((minute) => Date.UTC(2024, 0, 1, 10, minute)),
  );
  assert.deepEqual([...coarse.open], [1, 4, 5]);
  assert.deepEqual([...coarse.high], [9, 5, 6]);
  assert.deepEqual([...coarse.low], [0.5, 4, 5]);
  assert.deepEqual([...coarse.close], [4, 5, 6]);
  assert.deepEqual([...coarse.volume], [60, 40, 50]);
});

const anyTimeframe = fc.constantFrom<Timeframe>(...timeframes);
const someKept = fc.array(fc.boolean(), { minLength: 1, maxLength: 50 }).filter((kept) => kept.includes(true));

test('resampling in two steps is resampling in one', () => {
  fc.assert(
    fc.property(anyTimeframe, anyTimeframe, someKept, (a, b, kept) => {
      const [middle, last] = timeframeMs(a) <= timeframeMs(b) ? [a, b] : [b, a];
      const bars = withGaps(minutes, kept);
      assert.deepEqual(resample(resample(bars, '1m', middle), middle, last), resample(bars, '1m', last));
    }),
    { numRuns: 40 },
  );
});

test('volume is conserved, extremes are kept, and every bar lies on the grid, once', () => {
  fc.assert(
    fc.property(anyTimeframe, someKept, (timeframe, kept) => {
      const bars = withGaps(minutes, kept);
      const coarse = resample(bars, '1m', timeframe);
      assert.equal(sum(coarse.volume), sum(bars.volume));
      assert.equal(Math.max(...coarse.high), Math.max(...bars.high));
      assert.equal(Math.min(...coarse.low), Math.min(...bars.low));
      assert.ok(
        coarse.time.every(
          (start, i) => gridStart(start, timeframe) === start && (i === 0 || start > coarse.time[i - 1]),
        ),
      );
    }),
    { numRuns: 40 },
  );
});

test('cutting off later bars changes no bar that was finished before', () => {
  fc.assert(
    fc.property(anyTimeframe, fc.integer({ min: 1, max: 11_999 }), (timeframe, cut) => {
      const cutOff = minutes.time[cut];
      const finished = (bars: Bars) => bars.time.filter((start) => start + timeframeMs(timeframe) <= cutOff).length;
      const whole = resample(minutes, '1m', timeframe);
      const part = resample(sliceBars(minutes, 0, cut), '1m', timeframe);
      assert.equal(finished(part), finished(whole));
      assert.deepEqual(sliceBars(part, 0, finished(part)), sliceBars(whole, 0, finished(whole)));
    }),
    { numRuns: 40 },
  );
});

test('a week starts on Monday, before 1970 too', () => {
  assert.equal(gridStart(Date.UTC(2024, 1, 4, 23, 59), '1w'), Date.UTC(2024, 0, 29));
  assert.equal(gridStart(Date.UTC(2024, 1, 5), '1w'), Date.UTC(2024, 1, 5));
  assert.equal(gridStart(Date.UTC(1969, 11, 31, 12), '1w'), Date.UTC(1969, 11, 29));
});

test('a finer target is refused, the same one changes nothing', () => {
  assert.throws(() => resample(minutes, '1h', '15m'), { code: 'invalid_input', message: /1h .* 15m/ });
  assert.equal(resample(minutes, '1m', '1m'), minutes);
});

const newYorkDate = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' });
const newYork = { sessionOf: (instant: number) => Date.parse(`${newYorkDate.format(instant)}T00:00:00Z`) };

test('the hourly bars of SPY make its daily bars exactly, by their New York date', { skip: withoutReference }, () => {
  const daily = resample(referenceBars('SPY_1h.csv.gz'), '1h', '1d', newYork);
  const expected = referenceBars('SPY_1d.csv');
  for (const name of barColumns) assert.deepEqual(daily[name], expected[name], name);
});

test('sessions of a calendar decide days and weeks, not UTC', () => {
  const late = sliceBars(minutes, 0, 3);
  const bars = { ...late, time: Float64Array.of(...[3, 22, 28].map((hour) => Date.UTC(2024, 0, 7, hour))) };
  assert.deepEqual([...resample(bars, '1h', '1d', newYork).time], [Date.UTC(2024, 0, 6), Date.UTC(2024, 0, 7)]);
  assert.deepEqual([...resample(bars, '1h', '1w', newYork).time], [Date.UTC(2024, 0, 1)]);
  assert.deepEqual([...resample(bars, '1h', '1w').time], [Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 8)]);
});
