import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyMemberships,
  applyNormalisation,
  fitNormalisation,
  normalisationSchema,
} from '@stratlab/models/normalisation.ts';
import { fitMembership, membershipSchema } from '@stratlab/models/quantile-partition.ts';
import fc from 'fast-check';

function places(of: number) {
  return Array.from({ length: of }, (_, set) => ({ method: 'partition' as const, set, of }));
}

/** The same column `of` times, as the features of one variable are. */
function repeated(values: ArrayLike<number>, of: number): Float64Array {
  return Float64Array.from({ length: values.length * of }, (_, at) => values[Math.floor(at / of)]);
}

function fitted(values: ArrayLike<number>, of: number) {
  const rows = Int32Array.from({ length: values.length }, (_, row) => row);
  return fitNormalisation(places(of), repeated(values, of), rows);
}

function degreesAt(known: ArrayLike<number>, of: number, x: number): number[] {
  return [...applyNormalisation(fitted(known, of), repeated([x], of))];
}

test('the peaks are at the quantiles in the middle of each share, and each set ends at its neighbours', () => {
  const values = Float64Array.from({ length: 61 }, (_, k) => (k * 37) % 61);
  assert.deepEqual(fitted(values, 3), [
    { method: 'membership', left: null, peak: 10, right: 30 },
    { method: 'membership', left: 10, peak: 30, right: 50 },
    { method: 'membership', left: 30, peak: 50, right: null },
  ]);
  assert.deepEqual(degreesAt(values, 3, 30), [0, 1, 0]);
  assert.deepEqual(degreesAt(values, 3, 15), [0.75, 0.25, 0]);
  assert.deepEqual(degreesAt(values, 3, -1000), [1, 0, 0]);
  assert.deepEqual(degreesAt(values, 3, 1e9), [0, 0, 1]);
  assert.deepEqual(degreesAt([0, 1], 2, 0.5), [0.5, 0.5]);
});

test('tied quantiles give way to those of the distinct values, a constant is in the middle of the sets', () => {
  const often = [...new Array<number>(90).fill(0), 10, 20, 30, 40, 50, 60];
  assert.deepEqual(
    fitted(often, 3).map((set) => set.method === 'membership' && set.peak),
    [10, 30, 50],
  );
  assert.deepEqual(degreesAt(often, 3, 0), [1, 0, 0]);
  assert.deepEqual(degreesAt([7, 7, 7], 3, 7), [0, 1, 0]);
  assert.deepEqual(degreesAt([7, 7, 7], 3, 14), [0, 0, 1]);
  assert.deepEqual(degreesAt([0], 2, 0), [0.5, 0.5]);
});

const value = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0, -0, 5e-324, 1e-300, 1, 1 + Number.EPSILON, 1e15),
);
const of = fc.integer({ min: 2, max: 7 });

test('memberships sum to 1 everywhere and are degrees, whatever the training rows were', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 80 }), of, fc.array(value), (known, count, others) => {
      const columns = fitted(known, count);
      const peaks = columns.map((column) => (column.method === 'membership' ? column.peak : Number.NaN));
      peaks.forEach((peak, k) => {
        assert.ok(Number.isFinite(peak) && (k === 0 || peak > peaks[k - 1]), `peaks ${peaks}`);
      });
      const beside = [...peaks, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.MAX_VALUE];
      const at = [...known, ...others, ...beside];
      const degrees = applyNormalisation(columns, repeated(at, count));
      at.forEach((x, row) => {
        const own = degrees.subarray(row * count, (row + 1) * count);
        assert.ok(
          own.every((degree) => degree >= 0 && degree <= 1),
          `${x}: ${own}`,
        );
        assert.ok(Math.abs(own.reduce((sum, degree) => sum + degree) - 1) <= 1e-12, `${x}: ${own}`);
        assert.ok(own.filter((degree) => degree > 0).length <= 2);
      });
      peaks.forEach((peak, k) => {
        assert.deepEqual(
          [...applyNormalisation(columns, repeated([peak], count))],
          peaks.map((_, j) => Number(j === k)),
        );
      });
    }),
    { numRuns: 400, seed: 5 },
  );
});

test('an unknown value has an unknown degree in every set', () => {
  assert.deepEqual(degreesAt([1, 2, 3], 4, Number.NaN), new Array<number>(4).fill(Number.NaN));
});

test('nothing but the training rows decides, and what was fitted survives JSON to the last bit', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), fc.array(fc.double()), of, (known, later, count) => {
      const rows = Int32Array.from(known.keys());
      const columns = fitNormalisation(places(count), repeated([...known, ...later], count), rows);
      assert.deepEqual(columns, fitted(known, count));
      const read = normalisationSchema.parse(JSON.parse(JSON.stringify(columns)));
      const all = repeated([...known, ...later], count);
      assert.deepEqual(applyNormalisation(read, all), applyNormalisation(columns, all));
    }),
    { numRuns: 100, seed: 6 },
  );
});

test('each column is fitted on its own values, in its place', () => {
  const features = Float64Array.of(0, 10, 5, 1, 30, 6, 2, 50, 7, 3, 70, 8);
  const columns = fitNormalisation(
    [{ method: 'partition', set: 0, of: 2 }, 'minmax', 'none'],
    features,
    Int32Array.of(0, 1, 2),
  );
  assert.deepEqual(
    [...applyMemberships(columns, features)].map((x) => Number(x.toFixed(9))),
    [1, 10, 5, 0.5, 30, 6, 0, 50, 7, 0, 70, 8],
    'an explanation reads degrees beside columns in their own unit',
  );
});

test('sets that cannot be are not read', () => {
  const good = fitMembership(Float64Array.of(1, 2, 3), 1, 3);
  assert.ok(membershipSchema.safeParse(good).success);
  for (const bad of [
    { ...good, left: good.peak },
    { ...good, right: 0 },
    { ...good, peak: null },
    { ...good, width: 1 },
  ]) {
    assert.ok(!membershipSchema.safeParse(bad).success, JSON.stringify(bad));
  }
});
