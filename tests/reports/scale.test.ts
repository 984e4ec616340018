import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayMs } from '@stratlab/data/instant.ts';
import { keepExtremes } from '@stratlab/reports/downsample.ts';
import { percentTick, tickLabel } from '@stratlab/reports/format.ts';
import { histogram } from '@stratlab/reports/histogram.ts';
import { type Axis, extent, linearAxis, logAxis, rowAxis, timeAxis } from '@stratlab/reports/scale.ts';
import fc from 'fast-check';

const labels = (axis: Axis, count: number) => axis.ticks(count).map(({ label }) => label);

test('linear ticks are round, and their labels tell them apart', () => {
  assert.deepEqual(labels(linearAxis([0, 1], tickLabel), 5), ['0', '0.2', '0.4', '0.6', '0.8', '1.0']);
  assert.deepEqual(labels(linearAxis([-0.07, 0.31], percentTick), 4), ['0%', '10%', '20%', '30%']);
  assert.deepEqual(labels(linearAxis([95_000, 131_000], tickLabel), 4), ['100k', '110k', '120k', '130k']);
  assert.deepEqual(labels(linearAxis([1.0812, 1.0838], tickLabel), 3), ['1.082', '1.083']);
});

test('log ticks keep their ratios', () => {
  assert.deepEqual(labels(logAxis([8, 1200], tickLabel), 4), ['10', '100', '1,000']);
  assert.deepEqual(labels(logAxis([90_000, 600_000], tickLabel), 4), ['100k', '200k', '500k']);
  const axis = logAxis([1, 100], tickLabel);
  assert.ok(Math.abs(axis.at(10) - 0.5) < 1e-12);
});

test('time ticks fall on round UTC times, labelled as coarsely as they lie', () => {
  const from = (text: string, to: string, count: number) => labels(timeAxis([Date.parse(text), Date.parse(to)]), count);
  assert.deepEqual(from('2000-01-03Z', '2020-04-01Z', 5), ['2000', '2005', '2010', '2015', '2020'].slice(1));
  assert.deepEqual(from('2020-01-15Z', '2020-07-10Z', 4), ['Mar 2020', 'May 2020', 'Jul 2020']);
  assert.deepEqual(from('2020-01-01Z', '2020-01-21Z', 3), ['2020-01-06', '2020-01-13', '2020-01-20']);
  assert.deepEqual(from('2020-01-01T20:30Z', '2020-01-02T08:00Z', 4), ['2020-01-01', '2020-01-02', '03:00', '06:00']);
});

test('rows are labelled with their own times, also over a weekend', () => {
  const friday = Date.parse('2020-01-03T14:00Z');
  const hours = [0, 1, 2, 3, 72, 73, 74, 75].map((hour) => friday + hour * 3_600_000);
  const ticks = rowAxis(hours).ticks(8);
  assert.equal(ticks.find(({ value }) => value === 4)?.label, '2020-01-06');
  assert.ok(ticks.every(({ value }) => value >= 0 && value < 8));
});

test('ticks of any axis ascend, lie within its ends and are not many more than asked for', () => {
  const size = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(
      size,
      fc.double({ min: 1e-4, max: 1e3, noNaN: true }),
      fc.integer({ min: 2, max: 15 }),
      (low, span, count) => {
        const domain = [low, low * (1 + span)] as const;
        const instants = [low * 1000, low * 1000 + span * 40 * dayMs] as const;
        for (const axis of [linearAxis(domain, tickLabel), logAxis(domain, tickLabel), timeAxis(instants)]) {
          const ticks = axis.ticks(count);
          assert.ok(ticks.length <= count + 2, `${ticks.length} ticks for ${count}`);
          ticks.forEach(({ value }, k) => {
            assert.ok(axis.at(value) > -1e-6 && axis.at(value) < 1 + 1e-6);
            assert.ok(k === 0 || value > ticks[k - 1].value);
          });
        }
      },
    ),
  );
});

const cell = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);

test('down-sampling keeps the lowest and highest value of every column, the first and the last', () => {
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 400 }), fc.integer({ min: 1, max: 60 }), (values, columns) => {
      const at = (row: number) => row / values.length;
      const kept = keepExtremes(values, at, columns);
      assert.deepEqual(
        kept,
        [...new Set(kept)].sort((a, b) => a - b),
      );
      const rows = values.map((_, row) => row).filter((row) => Number.isFinite(values[row]));
      assert.deepEqual([kept.at(0), kept.at(-1)], [rows.at(0), rows.at(-1)]);
      for (let column = 0; column < columns; column++) {
        const inside = (row: number) => Math.floor(at(row) * columns) === column;
        const range = (of: number[]) => extent(of.filter(inside).map((row) => values[row]));
        assert.deepEqual(range(kept), range(rows));
      }
      assert.ok(kept.length <= Math.max(2 * columns, 2) + 2);
    }),
  );
});

test('a histogram counts every known value once, and zero is an edge', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 200 }), (values) => {
      const bins = histogram(values, 20);
      const known = values.filter(Number.isFinite);
      if (bins === null) return assert.equal(known.length, 0);
      assert.equal(
        bins.counts.reduce((sum, count) => sum + count, 0),
        known.length,
      );
      const [low, high] = [bins.edges[0], bins.edges[bins.edges.length - 1]];
      assert.ok(low >= 0 || high <= 0 || bins.edges.includes(0));
    }),
  );
});
