import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { computeAll } from '@stratlab/backtests/compute-metrics.ts';
import { measure, simulationSample } from '@stratlab/backtests/measure.ts';
import type { Simulation, Trade } from '@stratlab/backtests/trade.ts';

const day = 86_400_000;

function trade(entryBar: number, exitBar: number, pnl: number): Trade {
  return {
    symbol: 'TEST',
    direction: 'long',
    entryBar,
    exitBar,
    entryTime: entryBar * day,
    exitTime: exitBar * day,
    entryPrice: 100,
    exitPrice: 100 + pnl,
    quantity: 1,
    pnl,
    return: pnl / 100,
    commission: 0,
    barsHeld: exitBar - entryBar,
    exitReason: 'signal',
    mae: 0,
    mfe: 0,
  };
}

/** Five daily bars after a warm-up of ten, two trades, the second within one bar. */
const run: Simulation = {
  firstBar: 10,
  time: Float64Array.from({ length: 5 }, (_, i) => (10 + i) * day),
  equity: Float64Array.of(1000, 1010, 1030, 1030, 1015),
  position: Float64Array.of(0, 1, 0, 0, 0),
  trades: [trade(11, 12, 30), trade(14, 14, -15)],
  openTrade: null,
  initialCapital: 1000,
  commissionPaid: 2,
  slippagePaid: 3,
  financingPaid: 0.5,
  tradedNotional: 2000,
  ambiguousExits: 0,
  rejectedOrders: 0,
};
const returns = Float64Array.of(0, 0.01, 1030 / 1010 - 1, 0, 1015 / 1030 - 1);

describe('the measures of a run', () => {
  const { values, undefined: reasons } = measure(simulationSample(run, { returns, periodsPerYear: 252 }));

  test('are what a hand finds', () => {
    const expected = {
      total_return: 0.015,
      final_equity: 1015,
      trades: 2,
      win_rate: 0.5,
      profit_factor: 2,
      expectancy: 7.5,
      average_win: 30,
      average_loss: -15,
      kelly: 0.5 - 0.5 / 2,
      average_bars_held: 0.5,
      costs_paid: 5.5,
      periods_per_year: 252,
      max_drawdown: 1015 / 1030 - 1,
      max_drawdown_days: 1,
    };
    for (const [name, value] of Object.entries(expected)) {
      assert.ok(Math.abs((values[name] ?? Number.NaN) - value) < 1e-12, `${name}: ${values[name]}`);
    }
    assert.deepEqual(reasons, {});
  });

  test('count the bars of entry and exit as exposed, and a trade within one bar', () => {
    assert.equal(values.exposure, 3 / 5);
  });

  test('take turnover one-way a year', () => {
    const meanEquity = (1000 + 1000 + 1010 + 1030 + 1030 + 1015) / 6;
    assert.ok(Math.abs((values.turnover ?? 0) - 2000 / 2 / meanEquity / (5 / 252)) < 1e-9);
  });

  test('take the Sharpe ratio over cash', () => {
    const costly = measure(simulationSample(run, { returns, periodsPerYear: 252, cashRate: 0.001 })).values;
    const gap = ((values.sharpe ?? 0) - (costly.sharpe ?? 0)) * (values.volatility ?? 0);
    assert.ok(Math.abs(gap - 0.252) < 1e-12);
  });

  test('of a run without trades name what is missing', () => {
    const idle = { ...run, trades: [], equity: new Float64Array(5).fill(1000), position: new Float64Array(5) };
    const answer = measure(simulationSample(idle, { returns: new Float64Array(5), periodsPerYear: 252 }));
    assert.equal(answer.values.trades, 0);
    assert.equal(answer.values.exposure, 0);
    assert.equal(answer.values.total_return, 0);
    assert.equal(answer.values.win_rate, null);
    assert.equal(answer.undefined.win_rate, 'there are no closed trades');
    assert.equal(answer.undefined.sharpe, 'the returns do not vary');
    assert.equal(answer.undefined.calmar, 'there was no drawdown');
  });
});

describe('metrics of bare returns', () => {
  test('say what they lack, and never guess it', () => {
    const answer = computeAll({
      returns: Float64Array.of(0.01, -0.02, 0.03),
      periodsPerYear: 12,
      trades: [{ pnl: 5 }, { pnl: -3 }],
    });
    assert.equal(answer.values.profit_factor, 5 / 3);
    for (const name of ['exposure', 'turnover_per_year_oneway', 'avg_bars_held', 'expectancy_return', 'beta']) {
      assert.equal(answer.values[name], null, name);
      assert.ok(answer.undefined[name].length > 0, name);
    }
    assert.ok(!('costs_paid' in answer.values));
  });

  test('know the capital from the trades, or from the caller', () => {
    const given = { returns: Float64Array.of(0.1, 0.1), periodsPerYear: 12, trades: [{ pnl: 210 }] };
    assert.ok(Math.abs((computeAll(given).values.final_equity ?? 0) - 1210) < 1e-9);
    assert.ok(Math.abs((computeAll({ ...given, initialCapital: 100 }).values.final_equity ?? 0) - 121) < 1e-9);
  });

  test('of nothing are all undefined but the counts', () => {
    const { values } = computeAll({ returns: new Float64Array(0), periodsPerYear: 252 });
    const known = Object.entries(values).filter(([, value]) => value !== null && value !== 0);
    assert.deepEqual(Object.fromEntries(known), { final_equity: 1, periods_per_year: 252 });
  });
});
