import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { capacity } from '@stratlab/backtests/capacity.ts';
import { rollingSharpe } from '@stratlab/backtests/rolling-sharpe.ts';
import { moments } from '@stratlab/backtests/statistics/moments.ts';
import { OrderStatistics } from '@stratlab/backtests/statistics/order-statistics.ts';
import { percentile } from '@stratlab/backtests/statistics/percentile.ts';
import type { Trade } from '@stratlab/backtests/trade.ts';
import { excursions, tradeDistribution } from '@stratlab/backtests/trade-distribution.ts';
import fc from 'fast-check';
import { dailyBars } from './market.ts';

const series = fc.array(fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 0.5)), {
  minLength: 1,
  maxLength: 3000,
  size: 'max',
});

test('order statistics asked for in any order are those of the sorted series', () => {
  fc.assert(
    fc.property(series, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }), (values, shares) => {
      const given = Float64Array.from(values);
      const sorted = given.slice().sort();
      const order = new OrderStatistics(given);
      for (const share of shares) {
        assert.ok(Math.abs(order.percentile(share) - percentile(sorted, share)) <= 1e-15);
        const k = Math.floor(share * (values.length - 1));
        assert.equal(order.at(k) + 0, sorted[k] + 0);
        assert.deepEqual(
          order
            .smallest(k)
            .map((value) => value + 0)
            .sort(),
          sorted.subarray(0, k).map((value) => value + 0),
        );
      }
      assert.deepEqual([...given], values, 'the series itself is left as it was');
    }),
    { numRuns: 60 },
  );
});

describe('the rolling Sharpe ratio', () => {
  test('is the Sharpe ratio of each window', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 2, max: 20 }),
        (steps, window) => {
          const returns = Float64Array.from({ length: 20 * steps.length }, (_, i) => steps[i % steps.length] / 10_000);
          const rolling = rollingSharpe(returns, window, 252, 0.0001);
          for (let row = 0; row < returns.length; row++) {
            if (row < window - 1) {
              assert.ok(Number.isNaN(rolling[row]));
              continue;
            }
            const { mean, deviation } = moments(returns.subarray(row - window + 1, row + 1));
            if (deviation === 0) assert.ok(Number.isNaN(rolling[row]), `row ${row}: ${rolling[row]}`);
            else {
              const expected = ((mean - 0.0001) / deviation) * Math.sqrt(252);
              assert.ok(Math.abs(rolling[row] - expected) <= 1e-7 * Math.max(1, Math.abs(expected)), `row ${row}`);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('has no value where rounding alone varies', () => {
    const steady = new Float64Array(2000).fill(0.0001);
    assert.ok(rollingSharpe(steady, 63, 252).every(Number.isNaN));
  });
});

function trade(changes: Partial<Trade>): Trade {
  return {
    symbol: 'TEST',
    direction: 'long',
    entryBar: 0,
    exitBar: 1,
    entryTime: 0,
    exitTime: 1,
    entryPrice: 100,
    exitPrice: 100,
    quantity: 10,
    pnl: 0,
    return: 0,
    commission: 0,
    barsHeld: 1,
    exitReason: 'signal',
    mae: 0,
    mfe: 0,
    ...changes,
  };
}

test('the distribution of trades: quantiles, streaks and exits', () => {
  const pnls = [10, 20, -5, 0, -5, -5, 30];
  const trades = pnls.map((pnl, k) =>
    trade({ pnl, return: pnl / 1000, barsHeld: k + 1, exitReason: pnl < 0 ? 'stop_loss' : 'signal' }),
  );
  const { returns, barsHeld, winning, losing, exits } = tradeDistribution(trades);
  assert.deepEqual([returns?.min, returns?.median, returns?.max], [-0.005, 0, 0.03]);
  assert.deepEqual([barsHeld?.q25, barsHeld?.mean, barsHeld?.q75], [2.5, 4, 5.5]);
  assert.deepEqual(winning, { count: 2, longest: 2, mean: 1.5 });
  assert.deepEqual(losing, { count: 2, longest: 2, mean: 1.5 });
  assert.deepEqual(exits, [
    { reason: 'signal', trades: 4, pnl: 60 },
    { reason: 'stop_loss', trades: 3, pnl: -15 },
  ]);
  assert.deepEqual(tradeDistribution([]), { returns: null, barsHeld: null, winning: null, losing: null, exits: [] });
});

test('excursions of winners and losers, and what was kept of the best price', () => {
  const found = excursions([
    trade({ pnl: 50, exitPrice: 105, mae: -0.02, mfe: 0.1 }),
    trade({ pnl: -20, exitPrice: 98, mae: -0.04, mfe: 0.02 }),
    trade({ direction: 'short', pnl: 40, exitPrice: 96, mae: 0, mfe: 0.04 }),
  ]);
  assert.equal(found.winners?.mfe.max, 0.1);
  assert.equal(found.losers?.mae.min, -0.04);
  assert.ok(Math.abs((found.edgeRatio ?? 0) - 0.16 / 0.06) < 1e-12);
  assert.ok(Math.abs((found.keptOfBest ?? 0) - 0.75) < 1e-12);
  assert.deepEqual(excursions([]), { winners: null, losers: null, edgeRatio: null, keptOfBest: null });
});

describe('the capacity', () => {
  const bars = dailyBars([
    [100, 100, 100, 100, 5000],
    [100, 100, 100, 100, 1000],
    [100, 100, 100, 100, 0],
  ]);
  const run = { equity: Float64Array.of(10_000, 20_000, 20_000), firstBar: 0, initialCapital: 10_000 };

  test('is the equity at which fills would be one per cent of the volume', () => {
    const once = capacity(bars, { ...run, trades: [trade({ entryBar: 0, exitBar: 0, quantity: 10 })] });
    assert.deepEqual(once, { capital: 50_000, fills: 2, medianShare: 0.002, largestShare: 0.002 });
    const two = capacity(bars, { ...run, trades: [trade({ entryBar: 0, exitBar: 1, quantity: 10 })] });
    assert.ok(Math.abs((two.capital ?? 0) - (10_000 + 0.05 * 40_000)) < 1e-9);
    assert.equal(two.largestShare, 0.01);
  });

  test('has no value without trades, nor without volume', () => {
    assert.equal(capacity(bars, { ...run, trades: [] }).undefined, 'there are no closed trades');
    const silent = capacity(bars, { ...run, trades: [trade({ entryBar: 2, exitBar: 2 })] });
    assert.deepEqual([silent.capital, silent.fills], [null, 0]);
  });
});
