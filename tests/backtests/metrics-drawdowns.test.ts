import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deepest, drawdownTable, findDrawdowns } from '@stratlab/backtests/drawdowns.ts';
import fc from 'fast-check';

const day = 86_400_000;

describe('drawdowns of a curve', () => {
  test('run from the last row of the peak to the first row back at it', () => {
    const found = findDrawdowns(Float64Array.of(100, 110, 110, 99, 88, 105, 110, 120, 60));
    assert.deepEqual(found, [
      { peak: 2, trough: 4, recovery: 6, depth: 88 / 110 - 1 },
      { peak: 7, trough: 8, recovery: null, depth: -0.5 },
    ]);
    assert.equal(deepest(found), found[1]);
  });

  test('are none for a curve that never falls, or only by rounding', () => {
    assert.deepEqual(findDrawdowns(Float64Array.of(1, 1, 2)), []);
    assert.deepEqual(findDrawdowns(Float64Array.of(0.3, 0.1 + 0.2, 0.3)), []);
    assert.deepEqual(findDrawdowns(new Float64Array(0)), []);
  });

  test('do not overlap, lie below their peak, and contain every row that does', () => {
    const levels = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(levels, (values) => {
        const curve = Float64Array.from(values);
        const inside = new Set<number>();
        for (const { peak, trough, recovery, depth } of findDrawdowns(curve)) {
          const rows = curve.subarray(peak + 1, recovery ?? curve.length);
          assert.equal(depth, Math.min(...rows) / curve[peak] - 1);
          assert.equal(curve[trough] / curve[peak] - 1, depth);
          for (let row = peak + 1; row < (recovery ?? curve.length); row++) {
            assert.ok(curve[row] < curve[peak] && !inside.has(row));
            inside.add(row);
          }
        }
        const below = values.filter((value, row) => value < Math.max(...values.slice(0, row + 1)));
        assert.equal(below.length, inside.size);
      }),
    );
  });
});

test('the table tells times and days, deepest first, the unfinished one up to the last bar', () => {
  const time = Float64Array.from({ length: 6 }, (_, i) => i * day);
  const equity = Float64Array.of(95, 100, 120, 60, 120, 110);
  assert.deepEqual(drawdownTable(time, equity, 100), [
    { peakTime: 2 * day, troughTime: 3 * day, recoveryTime: 4 * day, depth: -0.5, lengthDays: 2 },
    { peakTime: 4 * day, troughTime: 5 * day, recoveryTime: null, depth: 110 / 120 - 1, lengthDays: 1 },
    { peakTime: 0, troughTime: 0, recoveryTime: 1 * day, depth: 95 / 100 - 1, lengthDays: 1 },
  ]);
  assert.equal(drawdownTable(time, equity, 100, 1).length, 1);
});
