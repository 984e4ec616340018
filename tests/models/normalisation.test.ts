import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyNormalisation,
  fitNormalisation,
  type NormalisationMethod,
  normalisationMethods,
  normalisationSchema,
} from '@stratlab/models/normalisation.ts';
import fc from 'fast-check';

/** One column, fitted on its first `fitted` rows. */
function normalised(method: NormalisationMethod, values: number[], fitted = values.length): number[] {
  const column = Float64Array.from(values);
  const rows = Int32Array.from({ length: fitted }, (_, i) => i);
  return [...applyNormalisation(fitNormalisation([method], column, rows), column)];
}

test('minmax spans the training rows and goes beyond them unclipped', () => {
  assert.deepEqual(normalised('minmax', [10, 20, 15, 30, 5], 3), [0, 1, 0.5, 2, -0.5]);
});

test('zscore has mean 0 and sd 1 on the training rows', () => {
  assert.deepEqual(
    normalised('zscore', [2, 4, 6, 8, 5], 4).map((z) => Math.round(z * 1e6) / 1e6),
    [-1.341641, -0.447214, 0.447214, 1.341641, 0],
  );
});

test('rank is the place among the training rows, ties in the middle, clipped to [0, 1]', () => {
  assert.deepEqual(normalised('rank', [10, 20, 40, 15, 5, 99], 3), [0, 0.5, 1, 0.25, 0, 1]);
  assert.deepEqual(normalised('rank', [1, 1, 1, 2, 3], 5), [0.25, 0.25, 0.25, 0.75, 1]);
});

test('a constant column becomes 0, or the middle rank, and never NaN', () => {
  assert.deepEqual(normalised('minmax', [0.1, 0.1, 0.1]), [0, 0, 0]);
  assert.deepEqual(normalised('zscore', [0.1, 0.1, 0.1]), [0, 0, 0]);
  assert.deepEqual(normalised('rank', [0.1, 0.1, 0.1]), [0.5, 0.5, 0.5]);
  assert.deepEqual(normalised('rank', [3, 2, 3, 4], 1), [0.5, 0, 0.5, 1]);
});

test('columns are normalised each by its own method, and none leaves a column as it is', () => {
  const features = Float64Array.of(1, 10, 3, 30);
  const columns = fitNormalisation(['none', 'minmax'], features, Int32Array.of(0, 1));
  assert.deepEqual([...applyNormalisation(columns, features)], [1, 0, 3, 1]);
  assert.deepEqual([...features], [1, 10, 3, 30]);
});

for (const method of normalisationMethods) {
  test(`${method} depends on the training rows alone, keeps order and NaN, and survives JSON`, () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 600 }), fc.array(finite), (known, later) => {
        const rows = Int32Array.from(known.keys());
        const columns = fitNormalisation([method], Float64Array.from([...known, ...later]), rows);
        assert.deepEqual(columns, fitNormalisation([method], Float64Array.from(known), rows));
        assert.deepEqual(normalisationSchema.parse(JSON.parse(JSON.stringify(columns))), columns);
        const sorted = Float64Array.from([...known, ...later]).toSorted();
        const images = applyNormalisation(columns, sorted);
        for (let i = 1; i < images.length; i++) assert.ok(images[i] >= images[i - 1] - 1e-12);
        assert.ok(Number.isNaN(applyNormalisation(columns, Float64Array.of(Number.NaN))[0]));
      }),
      { numRuns: 60, seed: 3 },
    );
  });
}

test('rank of many values keeps to the true rank within a quarter of a percent', () => {
  const values = Float64Array.from({ length: 5000 }, (_, i) => ((i * 7919) % 5000) ** 2);
  const ranks = applyNormalisation(fitNormalisation(['rank'], values, Int32Array.from(values.keys())), values);
  ranks.forEach((rank, i) => {
    assert.ok(Math.abs(rank - ((i * 7919) % 5000) / 4999) < 0.0025);
  });
});
