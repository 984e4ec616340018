import assert from 'node:assert/strict';
import test from 'node:test';
import { annualVolatility, kelly } from '@stratlab/backtests/simulation/sizing.ts';
import { LabError } from '@stratlab/data/error.ts';
import { dailyBars, type Row, rounded, simulated } from './market.ts';

const calm: Row = [100, 101, 99, 100];
const flatAt = (price: number): Row => [price, price, price, price];

function refusal(action: () => unknown): LabError {
  try {
    action();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  return assert.fail('nothing was refused');
}

test('equity is marked at every close, and the entry commission is gone at the close of the entry bar', () => {
  const { equity, position, time } = simulated({
    rows: [calm, [100, 105, 99, 104], [104, 106, 103, 105], calm],
    long: [0],
    exitLong: [2],
    execution: { sizing: { method: 'units', value: 10 }, commission: { fixed: 3 } },
  });
  assert.deepEqual([...equity], [10_000, 10_037, 10_047, 9_994]);
  assert.deepEqual([...position], [0, 10, 10, 0]);
  assert.equal(time[0], Date.UTC(2020, 0, 1));
});

test('the result begins at firstBar; the warm-up is no part of it', () => {
  const rows = [calm, calm, calm, calm, flatAt(110)];
  const simulation = simulated({ rows, long: [0, 2], decisions: { firstBar: 2 } });
  assert.equal(simulation.firstBar, 2);
  assert.equal(simulation.equity.length, 3);
  assert.equal(simulation.time[0], dailyBars(rows).time[2]);
  assert.equal(simulation.trades[0].entryBar, 3);
});

test('nothing after endBar is read, not even a price that cannot be traded', () => {
  const rows = [calm, calm, flatAt(110), flatAt(Number.NaN)];
  const { trades, equity } = simulated({ rows, long: [0], decisions: { endBar: 3 } });
  assert.equal(trades[0].exitPrice, 110);
  assert.equal(equity.length, 3);
});

test('commission: the parts add up, the minimum holds, both sides are in the trade', () => {
  const rows = [calm, flatAt(100), flatAt(100), calm];
  const execution = (commission: object) => ({ sizing: { method: 'units', value: 10 }, commission });
  const paid = (commission: object) => simulated({ rows, long: [0], exitLong: [1], execution: execution(commission) });
  assert.equal(rounded(paid({ percent: 0.001, per_unit: 0.1, fixed: 2 }).trades[0].commission), 8);
  assert.equal(paid({ percent: 0.001, minimum: 5 }).trades[0].commission, 10);
  assert.equal(paid({ percent: 0.001, minimum: 5 }).commissionPaid, 10);
  assert.equal(paid({ percent: 0.001, minimum: 5 }).trades[0].pnl, -10);
});

test('partial exits share the entry commission by quantity and add up to what was paid', () => {
  const { trades, commissionPaid } = simulated({
    rows: [calm, flatAt(100), [100, 120, 99, 100], flatAt(100)],
    long: [0],
    execution: {
      sizing: { method: 'units', value: 10 },
      commission: { fixed: 4 },
      take_profit: { percent: 0.1, fraction: 0.25 },
    },
  });
  assert.deepEqual(
    trades.map(({ commission }) => commission),
    [5, 7],
  );
  assert.equal(commissionPaid, 12);
});

test('money is P&L through the multiplier', () => {
  const { trades, equity, tradedNotional } = simulated({
    rows: [calm, flatAt(100), flatAt(102), calm],
    short: [0],
    exitShort: [1],
    instrument: { multiplier: 50 },
    execution: { leverage: 1 },
  });
  assert.equal(trades[0].pnl, -100);
  assert.equal(trades[0].return, -0.02);
  assert.equal(equity[3], 9_900);
  assert.equal(tradedNotional, 10_100);
});

test('excursions cover the bars held and the exit price, not what an exit bar did beyond it', () => {
  const [long] = simulated({
    rows: [calm, [100, 104, 98, 100], [100, 108, 95, 100], [100, 130, 89, 100]],
    long: [0],
    execution: { stop_loss: { percent: 0.1 } },
  }).trades;
  assert.deepEqual([rounded(long.mae), rounded(long.mfe)], [-0.1, 0.08]);
  const [short] = simulated({
    rows: [calm, [100, 104, 98, 100], [100, 108, 95, 100], flatAt(97)],
    short: [0],
    exitShort: [2],
  }).trades;
  assert.deepEqual([rounded(short.mae), rounded(short.mfe)], [-0.08, 0.05]);
});

test('slippagePaid is what spread and slippage took, in money', () => {
  const { slippagePaid } = simulated({
    rows: [calm, flatAt(100), flatAt(110), calm],
    long: [0],
    exitLong: [1],
    execution: { sizing: { method: 'units', value: 10 }, spread: { percent: 0.01 }, slippage: { percent: 0.001 } },
  });
  assert.equal(rounded(slippagePaid), 10 + 1 + 1.1);
});

test('at_end mark: the open position is in the equity and in openTrade, not in the trades', () => {
  const { trades, openTrade, equity, position } = simulated({
    rows: [calm, flatAt(100), flatAt(110)],
    long: [0],
    execution: { at_end: 'mark', commission: { fixed: 1 } },
  });
  assert.equal(trades.length, 0);
  assert.deepEqual([openTrade?.pnl, openTrade?.commission, openTrade?.exitReason], [9, 1, 'end_of_data']);
  assert.equal(equity[2], 10_009);
  assert.equal(position[2], 1);
});

test('financing accrues for the time between bars: borrow on shorts, interest on free and on borrowed cash', () => {
  const year = (execution: object, side: 'long' | 'short', capital = 10_000) =>
    simulated({
      rows: Array.from({ length: 367 }, () => flatAt(100)),
      [side]: [0],
      capital,
      execution: { sizing: { method: 'units', value: 100 }, ...execution },
    });
  const short = year({ financing: { short_borrow_annual: 0.05 } }, 'short');
  assert.equal(rounded(short.financingPaid), 500);
  assert.equal(rounded(short.equity[366]), 9_500);
  const idle = year({ financing: { cash_annual: 0.0365 }, sizing: { method: 'units', value: 1e-9 } }, 'long');
  assert.ok(Math.abs(idle.equity[365] - 10_000 * (1 + 0.0365 / 365) ** 365) < 1e-3);
  const margin = year({ financing: { margin_annual: 0.1 }, leverage: 2 }, 'long', 6_000);
  assert.ok(margin.financingPaid > 400 && margin.financingPaid < 425);
});

test('kelly is W / average loss - (1 - W) / average win', () => {
  assert.equal(rounded(kelly({ wins: 60, won: 6, losses: 40, lost: 4 })), 2);
  assert.equal(kelly({ wins: 0, won: 0, losses: 3, lost: 1 }), 0);
  assert.equal(kelly({ wins: 4, won: 1, losses: 4, lost: 2 }), 0);
});

test('annualVolatility of daily bars is the sample deviation times the root of 365.25', () => {
  const closes = [100, 110, 100, 110, 100];
  const { time, close } = dailyBars(closes.map(flatAt));
  const record = { wins: 0, won: 0, losses: 0, lost: 0 };
  const step = Math.log(1.1);
  const expected = Math.sqrt((4 * step ** 2) / 3) * Math.sqrt(365.25);
  const actual = annualVolatility({ time, close, decisionBar: 4, strength: Number.NaN, record }, 4);
  assert.ok(Math.abs(actual - expected) < 1e-12);
});

test('volatility_target holds annual / volatility of the equity', () => {
  const closes = [100, 110, 100, 110, 100, 100, 100];
  const sizing = { method: 'volatility_target', annual: 0.2, lookback: 4, max_leverage: 1 };
  const [trade] = simulated({ rows: closes.map(flatAt), long: [4], execution: { sizing } }).trades;
  const volatility = Math.sqrt((4 * Math.log(1.1) ** 2) / 3) * Math.sqrt(365.25);
  assert.equal(rounded(trade.quantity), rounded((10_000 * 0.2) / volatility / 100));
});

test('bars that cannot be traded are refused by name', () => {
  for (const price of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
    const error = refusal(() => simulated({ rows: [calm, [100, 101, price, 100]] }));
    assert.equal(error.code, 'invalid_input');
    assert.match(error.message, /Bar 1 \(2020-01-02T00:00:00Z\) cannot be traded/);
  }
});

test('what the decisions do not support is refused', () => {
  const rows = [calm, calm];
  const code = (market: Parameters<typeof simulated>[0]) => refusal(() => simulated(market));
  assert.equal(code({ rows, execution: { sizing: { method: 'confidence' } } }).path, 'execution.sizing');
  assert.equal(code({ rows, execution: { leverage: 3 }, instrument: { margin: 0.5 } }).path, 'execution.leverage');
  assert.equal(code({ rows, capital: 0 }).path, 'initial_capital');
  assert.equal(code({ rows, decisions: { firstBar: 2 } }).code, 'insufficient_data');
  assert.equal(code({ rows, execution: { stop_loss: { price: 'low' } } }).code, 'internal');
});
