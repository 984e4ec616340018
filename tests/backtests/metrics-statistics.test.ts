import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { averageCorrelation, effectiveTrials } from '@stratlab/backtests/statistics/effective-trials.ts';
import { expectedMaximum } from '@stratlab/backtests/statistics/expected-maximum.ts';
import { minimumTrackRecord } from '@stratlab/backtests/statistics/minimum-track-record.ts';
import { moments } from '@stratlab/backtests/statistics/moments.ts';
import { automaticLag, longRunVariance, serialInflation } from '@stratlab/backtests/statistics/newey-west.ts';
import { normalCdf, normalQuantile } from '@stratlab/backtests/statistics/normal.ts';
import { percentile } from '@stratlab/backtests/statistics/percentile.ts';
import { sidak } from '@stratlab/backtests/statistics/sidak.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import fc from 'fast-check';

function noise(seed: number, rows: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: rows }, () => normal(random));
}

function relativeError(actual: number, expected: number): number {
  return Math.abs(actual / expected - 1);
}

describe('the normal distribution', () => {
  test('the distribution function is right to 1e-13 far into the left tail', () => {
    // Phi by the complementary error function of a C library, corrected for the rounding of its argument.
    const known: [number, number][] = [
      [-37, 5.725571222524577e-300],
      [-20, 2.7536241186062337e-89],
      [-10, 7.619853024160525e-24],
      [-6, 9.86587645037698e-10],
      [-5, 2.866515718791939e-7],
      [-3, 0.0013498980316300946],
      [-1, 0.15865525393145705],
      [-0.5, 0.3085375387259869],
      [0, 0.5],
      [0.5, 0.6914624612740131],
      [2, 0.9772498680518208],
    ];
    for (const [x, expected] of known) assert.ok(relativeError(normalCdf(x), expected) < 1e-13, `Phi(${x})`);
  });

  test('the quantile undoes the distribution function', () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 5, noNaN: true }), (x) => {
        assert.ok(Math.abs(normalQuantile(normalCdf(x)) - x) < 1e-9 * Math.max(1, Math.abs(x)));
      }),
    );
  });

  test('it is symmetric, and its ends are infinite', () => {
    assert.ok(Math.abs(normalCdf(1.3) + normalCdf(-1.3) - 1) < 1e-15);
    assert.equal(normalQuantile(0.5), 0);
    assert.equal(normalQuantile(0), -Infinity);
    assert.equal(normalQuantile(1), Infinity);
    assert.ok(Number.isNaN(normalQuantile(1.1)));
    assert.ok(relativeError(normalQuantile(0.975), 1.959963984540054) < 1e-15);
  });
});

describe('moments', () => {
  test('a constant series has a deviation of exactly 0, whatever its rounding', () => {
    for (const value of [0.1, 1e-6, 0, -0.03, 12345.678]) {
      const found = moments(new Float64Array(1000).fill(value));
      assert.equal(found.deviation, 0);
      assert.ok(Number.isNaN(found.skew));
    }
  });

  test('a small spread about a large mean is kept', () => {
    const found = moments(Float64Array.from({ length: 1000 }, (_, i) => 1 + (i % 2) * 1e-6));
    assert.ok(relativeError(found.deviation, 5e-7 * Math.sqrt(1000 / 999)) < 1e-6);
  });
});

test('a percentile lies between neighbours as numpy has it', () => {
  const sorted = Float64Array.of(1, 2, 3, 10);
  assert.equal(percentile(sorted, 0), 1);
  assert.equal(percentile(sorted, 0.5), 2.5);
  assert.equal(percentile(sorted, 1), 10);
  assert.equal(percentile(Float64Array.of(7), 0.05), 7);
});

describe('many trials', () => {
  test('the expected maximum is 0 for one trial, and grows with their number', () => {
    assert.equal(expectedMaximum(1), 0);
    let last = 0;
    for (const trials of [1.5, 2, 3.7, 10, 100, 1000]) {
      assert.ok(expectedMaximum(trials) > last);
      last = expectedMaximum(trials);
    }
  });

  test('the expected maximum of 20 agrees with a simulation', () => {
    const random = seededRandom(4);
    let total = 0;
    for (let run = 0; run < 20_000; run++) {
      let best = -Infinity;
      for (let k = 0; k < 20; k++) best = Math.max(best, normal(random));
      total += best;
    }
    assert.ok(Math.abs(total / 20_000 - expectedMaximum(20)) < 0.04);
  });

  test('Šidák keeps a single p-value, and small ones to their last digits', () => {
    assert.equal(sidak(0.03, 1), 0.03);
    assert.ok(relativeError(sidak(1e-15, 100), 1e-13) < 1e-12);
    assert.equal(sidak(1, 5), 1);
  });

  test('copies count as one trial and independent ones in full', () => {
    const one = noise(1, 500);
    assert.ok(Math.abs(effectiveTrials([one, one.slice(), one.map((x) => 2 * x + 1)]) - 1) < 1e-12);
    const ten = Array.from({ length: 10 }, (_, k) => noise(k, 4000));
    assert.ok(effectiveTrials(ten) > 9.8);
    assert.equal(effectiveTrials([]), 0);
    assert.equal(effectiveTrials([one]), 1);
  });

  test('the average correlation is that of all pairs', () => {
    const [a, b] = [noise(1, 300), noise(2, 300)];
    const mixed = a.map((x, i) => 0.6 * x + 0.8 * b[i]);
    const pair = (x: Float64Array, y: Float64Array) => averageCorrelation([x, y]);
    const expected = (pair(a, b) + pair(a, mixed) + pair(b, mixed)) / 3;
    assert.ok(Math.abs(averageCorrelation([a, b, mixed]) - expected) < 1e-12);
    assert.throws(() => averageCorrelation([a, b.slice(1)]), /not aligned/);
  });

  test('a trial that never traded is correlated with none', () => {
    const flat = new Float64Array(300);
    assert.ok(Math.abs(averageCorrelation([noise(1, 300), flat])) < 1e-12);
    assert.equal(averageCorrelation([flat, flat]), 0);
  });
});

describe('serial correlation', () => {
  test('an AR(1) series widens the error about as theory says, reversal not at all', () => {
    const shocks = noise(3, 50_000);
    const recursion = (phi: number) => {
      let last = 0;
      return shocks.map((shock) => {
        last = phi * last + shock;
        return last;
      });
    };
    assert.ok(Math.abs(serialInflation(recursion(0.3)) - Math.sqrt(1.3 / 0.7)) < 0.06);
    assert.equal(serialInflation(recursion(-0.3)), 1);
  });

  test('lag 0 is the plain variance, and the automatic lag grows slowly', () => {
    assert.equal(longRunVariance(Float64Array.of(1, 3), 0), 1);
    assert.equal(automaticLag(100), 4);
    assert.equal(automaticLag(1000), 6);
  });
});

test('a Sharpe ratio at or below the benchmark never gets a long enough record', () => {
  assert.equal(minimumTrackRecord({ sharpe: 0, skew: 0, kurtosis: 3 }), Infinity);
  assert.equal(minimumTrackRecord({ sharpe: 0.1, skew: 0, kurtosis: 3 }, 0.1), Infinity);
});
