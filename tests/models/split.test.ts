import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdoutSplit } from '@stratlab/models/split.ts';
import fc from 'fast-check';

const fractions = { train: 0.7, validation: 0.15, test: 0.15 };

/** Rows `from`…`to - 1` of labels that each look `span` bars ahead. */
function looking(span: number, from: number, to: number) {
  return {
    ends: Int32Array.from({ length: to }, (_, row) => row + span),
    rows: Int32Array.from({ length: to - from }, (_, i) => from + i),
  };
}

test('the parts follow one another in time and have the sizes asked for', () => {
  const { ends, rows } = looking(0, 40, 140);
  const { train, validation, test: last, purged } = holdoutSplit(ends, rows, fractions);
  assert.deepEqual([train.length, validation.length, last.length], [70, 15, 15]);
  assert.deepEqual(
    [train[0], train[69], validation[0], validation[14], last[0], last[14]],
    [40, 109, 110, 124, 125, 139],
  );
  assert.deepEqual(purged, { train: 0, validation: 0 });
});

test('rows whose label reaches into a later part are purged and counted', () => {
  const { ends, rows } = looking(5, 0, 100);
  const { train, validation, test: last, purged } = holdoutSplit(ends, rows, fractions);
  assert.deepEqual([train.at(-1), validation[0], validation.at(-1), last[0]], [64, 70, 79, 85]);
  assert.deepEqual(purged, { train: 5, validation: 5 });
});

test('without a validation part the training rows are purged against the test part', () => {
  const { ends, rows } = looking(3, 0, 100);
  const split = holdoutSplit(ends, rows, { train: 0.8, validation: 0, test: 0.2 });
  assert.deepEqual([split.train.at(-1), split.validation.length, split.test[0]], [76, 0, 80]);
});

test('whatever the labels, no row of a part ends in or after a later part, and no row is in two', () => {
  const spans = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 60, maxLength: 120 });
  fc.assert(
    fc.property(spans, (reach) => {
      const ends = Int32Array.from(reach, (span, row) => row + span);
      const rows = Int32Array.from(reach.keys()).filter((row) => row % 7 !== 3);
      const split = holdoutSplit(ends, rows, { train: 0.6, validation: 0.25, test: 0.15 });
      assert.ok(split.train.every((row) => ends[row] < split.validation[0]));
      assert.ok(split.validation.every((row) => ends[row] < split.test[0]));
      const kept = split.train.length + split.validation.length + split.test.length;
      assert.equal(kept + split.purged.train + split.purged.validation, rows.length);
    }),
  );
});

test('fractions that are no split are refused with their values', () => {
  const { ends, rows } = looking(0, 0, 100);
  for (const [train, validation, last] of [
    [0, 0.5, 0.5],
    [0.7, 0.3, 0.3],
    [0.9, -0.1, 0.2],
    [Number.NaN, 0.5, 0.5],
  ]) {
    assert.throws(() => holdoutSplit(ends, rows, { train, validation, test: last }), {
      code: 'invalid_input',
      message: /are no split/,
    });
  }
});

test('a part that ends up empty is an error that names it', () => {
  const few = looking(0, 0, 3);
  assert.throws(() => holdoutSplit(few.ends, few.rows, fractions), /No rows are left for validation: 3 usable rows/);
  const long = looking(90, 0, 100);
  assert.throws(() => holdoutSplit(long.ends, long.rows, fractions), {
    code: 'insufficient_data',
    message: /No rows are left for train/,
  });
});
