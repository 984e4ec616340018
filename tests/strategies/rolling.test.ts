import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import {
  rollingComoments,
  rollingMax,
  rollingMaxRow,
  rollingMean,
  rollingMin,
  rollingMinRow,
  rollingMoments,
  rollingSlope,
  rollingSum,
  rollingWeightedMean,
} from '@stratlab/strategies/rolling.ts';
import fc from 'fast-check';

type Window = number[];

const mean = (window: Window) => window.reduce((a, b) => a + b, 0) / window.length;
const centred = (x: Window, y: Window) => {
  const [a, b] = [x, y].map((values) => values.map((value) => value - values[0]));
  const [ma, mb] = [mean(a), mean(b)];
  return a.reduce((sum, value, k) => sum + (value - ma) * (b[k] - mb), 0);
};

/** `statistic` of every window, each computed from nothing. */
function eachWindow(values: Float64Array, period: number, statistic: (window: Window) => number): Float64Array {
  return values.map((_, row) =>
    row < period - 1 ? Number.NaN : statistic([...values.subarray(row - period + 1, row + 1)]),
  );
}

function assertNear(actual: Float64Array, expected: Float64Array, allowed: (row: number) => number) {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, row) => {
    const near = Number.isNaN(value) ? Number.isNaN(actual[row]) : Math.abs(actual[row] - value) <= allowed(row);
    assert.ok(near, `row ${row}: ${actual[row]} instead of ${value}`);
  });
}

function series(next: (row: number, random: () => number) => number, rows = 3000): Float64Array {
  const random = seededRandom(5);
  return Float64Array.from({ length: rows }, (_, row) => next(row, random));
}

let level = 1.1;
const walk = series((_, random) => (level *= Math.exp(0.001 * normal(random))));
const rolling = [
  ['a currency', walk],
  ['an index far from zero', walk.map((value) => 1e6 + value)],
  ['calm after a spike', walk.map((value, row) => (row % 700 === 350 ? 1000 * value : value))],
  ['a steep trend', walk.map((value, row) => value + row)],
] as const;

for (const [name, values] of rolling) {
  describe(name, () => {
    for (const period of [2, 5, 20, 700]) {
      const size = (row: number) => Math.abs(values[row]);
      const largest = rollingMax(values, values.length)[values.length - 1];

      test(`sum, mean, weighted mean over ${period}`, () => {
        assertNear(
          rollingSum(values, period),
          eachWindow(values, period, (w) => period * mean(w)),
          (row) => 1e-9 * period * size(row),
        );
        assertNear(rollingMean(values, period), eachWindow(values, period, mean), (row) => 1e-9 * size(row));
        const weighted = (w: Window) => w.reduce((sum, x, k) => sum + (k + 1) * x, 0) / ((period * (period + 1)) / 2);
        assertNear(
          rollingWeightedMean(values, period),
          eachWindow(values, period, weighted),
          (row) => 1e-9 * size(row),
        );
      });

      test(`standard deviation over ${period} agrees with two passes`, () => {
        for (const ddof of [0, 1]) {
          const exact = eachWindow(values, period, (w) => Math.sqrt(centred(w, w) / (period - ddof)));
          assertNear(rollingMoments(values, period, ddof).deviation, exact, (row) => 1e-9 * exact[row]);
        }
      });

      test(`slope over ${period}`, () => {
        const rows = Array.from({ length: period }, (_, k) => k);
        const exact = eachWindow(values, period, (w) => centred(rows, w) / centred(rows, rows));
        assertNear(rollingSlope(values, period), exact, (row) => 1e-9 * Math.abs(exact[row]) + 1e-13 * largest);
      });
    }
  });
}

test('centred sums of pairs agree with two passes', () => {
  const [x, y] = [walk, walk.map((value, row) => 3 * value + Math.sin(row))];
  for (const period of [2, 30, 600]) {
    const { xx, xy, yy } = rollingComoments(x, y, period);
    for (const row of [period - 1, 511, 512, 700, 1500, 2999].filter((row) => row >= period - 1)) {
      const [a, b] = [x, y].map((values) => [...values.subarray(row - period + 1, row + 1)]);
      const bound = 1e-9 * Math.sqrt(centred(a, a) * centred(b, b));
      assert.ok(Math.abs(xx[row] - centred(a, a)) <= 1e-9 * centred(a, a));
      assert.ok(Math.abs(yy[row] - centred(b, b)) <= 1e-9 * centred(b, b));
      assert.ok(Math.abs(xy[row] - centred(a, b)) <= bound);
    }
  }
});

test('a window of equal values has no spread and no slope, exactly, whatever came before', () => {
  const values = series((row, random) => (row < 100 ? 1000 * random() : 0.1), 300);
  const { mean, deviation } = rollingMoments(values, 20, 0);
  const { xx, xy, yy } = rollingComoments(values, values, 20);
  for (const zeros of [deviation, xx, xy, yy]) assert.ok(zeros.subarray(119).every((value) => value === 0));
  assert.ok(mean.subarray(119).every((value) => value === 0.1));
  assert.ok(
    rollingSum(
      values.map((value) => value - 0.1),
      20,
    )
      .subarray(119)
      .every((value) => value === 0),
  );
});

test('extremes are those of each window, the latest of equals', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      (list, period) => {
        const values = Float64Array.from(list);
        assert.deepEqual(
          rollingMax(values, period),
          eachWindow(values, period, (w) => Math.max(...w)),
        );
        assert.deepEqual(
          rollingMin(values, period),
          eachWindow(values, period, (w) => Math.min(...w)),
        );
        const latest = (pick: (...values: number[]) => number) =>
          values.map((_, row) =>
            row < period - 1 ? -1 : list.lastIndexOf(pick(...list.slice(row - period + 1, row + 1)), row),
          );
        assert.deepEqual([...rollingMaxRow(values, period)], [...latest(Math.max)]);
        assert.deepEqual([...rollingMinRow(values, period)], [...latest(Math.min)]);
      },
    ),
  );
});

test('values that begin later are taken from where they begin', () => {
  const late = walk.slice();
  late.fill(Number.NaN, 0, 7);
  const shifted = (values: Float64Array) => Float64Array.from([...new Float64Array(7).fill(Number.NaN), ...values]);
  assert.deepEqual(rollingMean(late, 5, 7), shifted(rollingMean(walk.subarray(7), 5)));
  assert.deepEqual(rollingMax(late, 5, 7), shifted(rollingMax(walk.subarray(7), 5)));
});

test('a window longer than the values is undefined throughout', () => {
  const values = Float64Array.of(1, 2, 3);
  const { mean, deviation } = rollingMoments(values, 9, 1);
  const { xx, xy, yy } = rollingComoments(values, values, 9);
  const all = [rollingSum(values, 9), rollingMean(values, 9), rollingWeightedMean(values, 9), rollingSlope(values, 9)];
  for (const output of [...all, rollingMax(values, 9), mean, deviation, xx, xy, yy]) {
    assert.deepEqual(output, new Float64Array(3).fill(Number.NaN));
  }
});
