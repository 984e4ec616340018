import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fold, Rows } from '@stratlab/models/split.ts';
import { combinatorialPaths, rowGroups } from '@stratlab/models/splits/combinatorial.ts';
import { folds } from '@stratlab/models/splits/folds.ts';
import { type Validation, validationSchema } from '@stratlab/models/splits/schema.ts';
import fc from 'fast-check';

/** Rows 0…count - 1 whose labels each look `span` rows ahead, as far as there are rows. */
function looking(span: number, count: number): Rows {
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  return { rows, ends: rows.map((row) => Math.min(row + span, count - 1)) };
}

const method = (given: Record<string, unknown>): Validation => validationSchema.parse(given);

test('walk_forward tests equal blocks one after another, each after all it was learnt from', () => {
  const found = folds(method({ method: 'walk_forward', folds: 4, train: 0.2, validation: 0 }), looking(2, 100));
  assert.deepEqual(
    found.map(({ train, test: tested }) => [train[0], train.at(-1), tested[0], tested.at(-1)]),
    [
      [0, 17, 20, 39],
      [0, 37, 40, 59],
      [0, 57, 60, 79],
      [0, 77, 80, 99],
    ],
  );
  assert.deepEqual(found[0].purged, { train: 2, validation: 0 });
});

test('without an anchor the training window keeps the length of the first', () => {
  const rolling = { method: 'walk_forward', folds: 4, train: 0.2, anchored: false, validation: 0.25 };
  const found = folds(method(rolling), looking(0, 100));
  assert.deepEqual(
    found.map(({ train, validation }) => [train[0], train.length, validation[0], validation.length]),
    [
      [0, 15, 15, 5],
      [20, 15, 35, 5],
      [40, 15, 55, 5],
      [60, 15, 75, 5],
    ],
  );
});

test('validation rows are the last of the training part and purged against it', () => {
  const [first] = folds(method({ method: 'walk_forward', folds: 1, train: 0.5, validation: 0.2 }), looking(3, 100));
  assert.deepEqual([first.train.at(-1), first.validation[0], first.validation.at(-1), first.test[0]], [34, 38, 46, 50]);
  assert.deepEqual(first.purged, { train: 6, validation: 0 });
});

test('purged_kfold learns on both sides of the test block, less what overlaps and the embargo', () => {
  const kfold = method({ method: 'purged_kfold', folds: 4, embargo_bars: 5, validation: 0 });
  const [, second] = folds(kfold, looking(2, 80));
  const { train } = second;
  assert.deepEqual([second.test[0], second.test.at(-1)], [20, 39]);
  // Labels of the test block reach row 41, the embargo row 46.
  assert.deepEqual([...train.subarray(16, 20)], [16, 17, 47, 48]);
  assert.equal(second.purged.train, 2 + 7);
});

test('cpcv has a split per choice of test groups, and every path crosses every group once', () => {
  const found = folds(method({ method: 'cpcv' }), looking(3, 600));
  const paths = combinatorialPaths(6, 2);
  const groups = rowGroups(looking(3, 600), 6);
  assert.deepEqual([found.length, paths.length], [15, 5]);
  for (const path of paths) {
    path.forEach((split, group) => {
      const tested = new Set(found[split].test);
      assert.ok(groups[group].every((row) => tested.has(row)));
    });
  }
  assert.equal(new Set(paths.flatMap((path) => path.map((split, group) => `${split} ${group}`))).size, 30);
});

/** Any labels of up to 9 rows' reach on a clock on which up to three rows share an instant, some rows unusable. */
const samples = fc
  .array(fc.record({ reach: fc.nat(9), apart: fc.boolean(), used: fc.integer({ min: 0, max: 5 }) }), {
    minLength: 240,
    maxLength: 320,
  })
  .map((rows): Rows & { time: Float64Array } => {
    const time = new Float64Array(rows.length);
    for (let row = 1; row < rows.length; row++) {
      const third = row > 2 && time[row - 1] === time[row - 3];
      time[row] = time[row - 1] + (rows[row].apart || third ? 1 : 0);
    }
    const lastOf = (row: number) => time.lastIndexOf(time[Math.min(row, rows.length - 1)]);
    return {
      time,
      ends: Int32Array.from(rows, ({ reach }, row) => lastOf(row + reach)),
      rows: Int32Array.from(rows.keys()).filter((row) => rows[row].used > 0),
    };
  });

const everyMethod: Record<string, unknown>[] = [
  { method: 'holdout' },
  { method: 'walk_forward', folds: 3 },
  { method: 'walk_forward', folds: 2, anchored: false, train: 0.4, validation: 0 },
  { method: 'purged_kfold', folds: 4, embargo_bars: 3 },
  { method: 'cpcv', groups: 5, test_groups: 2, embargo_bars: 2 },
  { method: 'cpcv', groups: 5, test_groups: 3, validation: 0 },
];

for (const given of everyMethod) {
  const named = JSON.stringify(given);

  test(`${named}: no label of a part meets one of another, no instant is in two, whatever the labels`, () => {
    fc.assert(
      fc.property(samples, (sample) => {
        for (const { train, validation, test: tested } of folds(method(given), sample)) {
          assertApart(sample, train, tested);
          assertApart(sample, train, validation);
          assertApart(sample, validation, tested);
        }
      }),
      { numRuns: 60, seed: 11 },
    );
  });

  test(`${named}: rows are ascending, usable, and all accounted for`, () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const usable = new Set(sample.rows);
        for (const fold of folds(method(given), sample)) {
          for (const part of [fold.train, fold.validation, fold.test]) {
            assert.ok(part.every((row, i) => usable.has(row) && (i === 0 || row > part[i - 1])));
          }
          if (given.method !== 'walk_forward') assert.equal(rowsOf(fold), sample.rows.length);
        }
      }),
      { numRuns: 60, seed: 12 },
    );
  });
}

test('every usable row is tested once by purged_kfold, C(n-1, k-1) times by cpcv, and once after the first part by walk_forward', () => {
  const times = (given: Record<string, unknown>, sample: Rows) => {
    const counts = new Map<number, number>();
    for (const { test: tested } of folds(method(given), sample)) {
      for (const row of tested) counts.set(row, (counts.get(row) ?? 0) + 1);
    }
    return sample.rows.subarray(sample.rows.length - counts.size).every((row) => counts.has(row))
      ? [counts.size, [...new Set(counts.values())]]
      : null;
  };
  fc.assert(
    fc.property(samples, (sample) => {
      const { length } = sample.rows;
      assert.deepEqual(times({ method: 'purged_kfold', folds: 4 }, sample), [length, [1]]);
      assert.deepEqual(times({ method: 'cpcv', groups: 5, test_groups: 2 }, sample), [length, [4]]);
      assert.deepEqual(times({ method: 'cpcv', groups: 5, test_groups: 3 }, sample), [length, [6]]);
      const walked = times({ method: 'walk_forward', folds: 3, train: 0.4 }, { ...sample, time: undefined });
      assert.deepEqual(walked, [length - Math.floor(0.4 * length + 1e-9), [1]]);
    }),
    { numRuns: 40, seed: 13 },
  );
});

test('walk_forward tests are after all training and validation', () => {
  fc.assert(
    fc.property(samples, fc.boolean(), (sample, anchored) => {
      for (const fold of folds(method({ method: 'walk_forward', folds: 3, anchored }), sample)) {
        const learnt = [...fold.train, ...fold.validation];
        assert.ok(Math.max(...learnt.map((row) => sample.time[row])) < sample.time[fold.test[0]]);
      }
    }),
    { numRuns: 40, seed: 14 },
  );
});

test('the embargo is counted in instants, not in rows, where several symbols share a clock', () => {
  const time = Float64Array.from({ length: 120 }, (_, row) => Math.floor(row / 2));
  const rows = Int32Array.from(time.keys());
  const kfold = method({ method: 'purged_kfold', folds: 3, embargo_bars: 4, validation: 0 });
  const [first] = folds(kfold, { rows, time, ends: rows.map((row) => row | 1) });
  assert.deepEqual([time[first.test.at(-1) ?? 0], time[first.train[0]]], [19, 24]);
});

test('the instant at which validation would be cut belongs to it whole', () => {
  const time = Float64Array.from({ length: 90 }, (_, row) => Math.floor(row / 3));
  const rows = Int32Array.from(time.keys());
  const walk = method({ method: 'walk_forward', folds: 1, train: 0.5, validation: 0.1 });
  const [fold] = folds(walk, { rows, time, ends: rows.map((row) => row - (row % 3) + 2) });
  assert.deepEqual([fold.train.at(-1), fold.validation[0], fold.validation.at(-1)], [38, 39, 44]);
  assert.equal(fold.purged.train, 0);
  const [uncut] = folds(walk, { rows, ends: rows.map((row) => row - (row % 3) + 2) });
  assert.deepEqual([uncut.train.at(-1), uncut.validation[0], uncut.purged.train], [38, 41, 2]);
});

test('without cutting at instants symbols of one instant are purged instead', () => {
  const time = Float64Array.from({ length: 90 }, (_, row) => Math.floor(row / 3));
  const rows = Int32Array.from(time.keys()).subarray(1);
  const ends = Int32Array.from(time, (_, row) => row - (row % 3) + 2);
  const halves = method({ method: 'holdout', train: 0.52, validation: 0, test: 0.48 });
  const [cut] = folds(halves, { rows, ends, time });
  const [uncut] = folds(halves, { rows, ends });
  assert.deepEqual([cut.train.at(-1), cut.test[0], cut.purged.train], [44, 45, 0]);
  assert.deepEqual([uncut.train.at(-1), uncut.test[0], uncut.purged.train], [44, 47, 2]);
});

test('a part that ends up empty is an error with its fold and numbers', () => {
  const wide = looking(40, 60);
  assert.throws(() => folds(method({ method: 'purged_kfold', folds: 3, validation: 0 }), wide), {
    code: 'insufficient_data',
    message:
      'No rows are left for train: 60 usable rows before the split (purged_kfold, fold 1 of 3), 40 of them purged.',
  });
  assert.throws(() => folds(method({ method: 'walk_forward', folds: 5 }), looking(0, 4)), {
    code: 'insufficient_data',
    message: /No rows are left for test: 4 usable rows before the split \(walk_forward, fold 1 of 5\)/,
  });
  assert.throws(() => folds(method({ method: 'cpcv', groups: 8 }), looking(0, 5)), {
    code: 'insufficient_data',
    message: /5 usable rows before the split \(cpcv\), group 1 of 8 is empty/,
  });
});

test('the validation block of a document is read with its defaults; the method decides its keys', () => {
  assert.deepEqual(method({}), { method: 'holdout', train: 0.7, validation: 0.15, test: 0.15 });
  assert.deepEqual(method({ method: 'data_split' }), method({}));
  assert.deepEqual(method({ method: 'purged_kfold' }), {
    method: 'purged_kfold',
    folds: 5,
    embargo_bars: 0,
    validation: 0.15,
  });
  assert.deepEqual(method({ method: 'walk_forward', folds: 3 }), {
    method: 'walk_forward',
    folds: 3,
    anchored: true,
    train: 0.5,
    validation: 0.15,
  });
});

test('what is no validation is refused at its place', () => {
  const refused = (given: unknown) => validationSchema.safeParse(given).error?.issues.map(({ path }) => path.join('.'));
  assert.deepEqual(refused({ method: 'cpcv', groups: 3, test_groups: 3 }), ['test_groups']);
  assert.deepEqual(refused({ method: 'cpcv', groups: 16, test_groups: 8 }), ['groups']);
  assert.deepEqual(refused({ method: 'purged_kfold', train: 0.5 }), ['']);
  assert.deepEqual(refused({ method: 'walk_forward', train: 0 }), ['train']);
  assert.deepEqual(refused({ train: 0.9 }), ['']);
  const { error } = validationSchema.safeParse({ method: 'kfold' });
  assert.match(error?.issues[0].message ?? '', /"kfold" is not a validation method\. Known: holdout, walk_forward/);
});

function rowsOf({ train, validation, test: tested, purged }: Fold): number {
  return train.length + validation.length + tested.length + purged.train + purged.validation;
}

/** No span [row, end] of one meets a span of the other, and none of their rows share an instant. */
function assertApart({ ends, time }: Rows & { time: Float64Array }, some: Int32Array, others: Int32Array): void {
  for (const a of some) {
    for (const b of others) {
      assert.ok(ends[a] < b || ends[b] < a, `${a} to ${ends[a]} meets ${b} to ${ends[b]}`);
      assert.notEqual(time[a], time[b]);
    }
  }
}
