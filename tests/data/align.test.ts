import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignRows } from '@stratlab/data/align.ts';
import { type Timeframe, timeframeMs, timeframes } from '@stratlab/data/timeframe.ts';
import fc from 'fast-check';

const at = (text: string) => Date.parse(`2024-01-${text}Z`);
const times = (...texts: string[]) => Float64Array.from(texts, at);

test('a four-hour bar is seen by the hourly bar that closes with it, not before', () => {
  const hours = times('01T02:00', '01T03:00', '01T04:00', '01T07:00', '01T08:00');
  assert.deepEqual([...alignRows(hours, '1h', times('01T00:00', '01T04:00'), '4h')], [-1, 0, 0, 1, 1]);
});

test('a daily bar is seen at the end of its UTC day, a weekly bar seven days after its Monday', () => {
  const hours = times('01T22:00', '01T23:00', '02T00:00', '07T23:00', '08T00:00');
  assert.deepEqual([...alignRows(hours, '1h', times('01T00:00'), '1d')], [-1, 0, 0, 0, 0]);
  assert.deepEqual([...alignRows(hours, '1h', times('01T00:00'), '1w')], [-1, -1, -1, 0, 0]);
});

test('a market that closes earlier in the day is seen from its own close', () => {
  const hours = times('02T19:00', '02T20:00', '02T21:00');
  const closesAt = (start: number) => start + 21 * 3_600_000;
  assert.deepEqual([...alignRows(hours, '1h', times('01T00:00', '02T00:00'), '1d', closesAt)], [0, 1, 1]);
});

test('a daily bar sees the hours of its day', () => {
  const hours = times('01T22:00', '01T23:00', '02T00:00');
  assert.deepEqual([...alignRows(times('01T00:00', '02T00:00'), '1d', hours, '1h')], [1, 2]);
});

const anyTimes = (timeframe: Timeframe) =>
  fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 60 }).map((steps) =>
    Float64Array.from(
      [...new Set(steps)].sort((a, b) => a - b),
      (step) => step * timeframeMs(timeframe),
    ),
  );
const anySeries = fc
  .constantFrom<Timeframe>(...timeframes)
  .chain((timeframe) => fc.record({ timeframe: fc.constant(timeframe), time: anyTimes(timeframe) }));

test('a bar is never seen before its close, and the last closed one always is', () => {
  fc.assert(
    fc.property(anySeries, anySeries, (base, other) => {
      const rows = alignRows(base.time, base.timeframe, other.time, other.timeframe);
      assert.equal(rows.length, base.time.length);
      rows.forEach((row, i) => {
        const now = base.time[i] + timeframeMs(base.timeframe);
        const closed = [...other.time].filter((start) => start + timeframeMs(other.timeframe) <= now);
        assert.equal(row, closed.length - 1);
      });
    }),
  );
});

test('a series sees itself row by row', () => {
  const days = times('01T00:00', '02T00:00', '05T00:00');
  assert.deepEqual([...alignRows(days, '1d', days, '1d')], [0, 1, 2]);
});
