import assert from 'node:assert/strict';
import test from 'node:test';
import { type Costs, commissionOf, isFree, marketPrice, resolveCosts } from '@stratlab/backtests/costs.ts';
import { overrideExecution } from '@stratlab/backtests/execution.ts';
import { LabError } from '@stratlab/data/error.ts';
import { assetClasses, guessInstrument } from '@stratlab/data/instrument.ts';

function costs(symbol: string, execution: object = {}, instrument: object = {}): Costs {
  return resolveCosts(overrideExecution(undefined, execution), { ...guessInstrument(symbol), ...instrument });
}

/** Price lost by one unit bought and sold at 100 with market orders, commission included. */
function roundTrip(resolved: Costs, price: number): number {
  const bought = marketPrice(resolved, price, 1, true, 1, 1e9);
  const sold = marketPrice(resolved, price, -1, false, 1, 1e9);
  return bought - sold + commissionOf(resolved, bought, 1) + commissionOf(resolved, sold, 1);
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-3 * expected, `${actual} is not about ${expected}`);
}

test('costs auto: a round trip costs twice what the grammar says of a side', () => {
  assertNear(roundTrip(costs('AAPL'), 100), 2 * 0.02);
  assertNear(roundTrip(costs('SPX'), 100), 2 * 0.02);
  assertNear(roundTrip(costs('EURUSD'), 1.1), 2 * 0.00005);
  assertNear(roundTrip(costs('USDJPY'), 150), 2 * 0.005);
  assertNear(roundTrip(costs('BTCUSDT'), 100), 2 * 0.15);
  assertNear(roundTrip(costs('SYN-A'), 100), 2 * 0.15);
  assertNear(roundTrip(costs('XAUUSD'), 2000), 2 * 0.3);
  assertNear(roundTrip(costs('ES1!', {}, { asset_class: 'future', tick_size: 0.25 }), 5000), 2 * 2.75);
});

test('no asset class trades for nothing', () => {
  for (const asset_class of assetClasses) assert.ok(roundTrip(costs('X', {}, { asset_class }), 100) > 0, asset_class);
});

test('a part that is given replaces that part of the table, and says so', () => {
  const resolved = costs('BTCUSDT', { commission: { percent: 0.0002 } });
  assert.equal(resolved.commission.percent, 0.0002);
  assert.equal(resolved.slippage.percent, 0.0005);
  assert.deepEqual(resolved.source, { commission: 'given', slippage: 'auto: crypto', spread: 'auto: crypto' });
});

test('costs none is free but for what is given', () => {
  assert.equal(roundTrip(costs('AAPL', { costs: 'none' }), 100), 0);
  assertNear(roundTrip(costs('AAPL', { costs: 'none', commission: { fixed: 1 } }), 100), 2);
});

test('the resolved costs are plain JSON', () => {
  const resolved = costs('AAPL', { slippage: { spread_fraction: 0.5 } });
  assert.deepEqual(JSON.parse(JSON.stringify(resolved)), resolved);
  assert.equal(resolved.slippage.percent, 0.0001);
});

test('ticks of an unknown size are refused', () => {
  const refused = () => costs('SYN-A', { slippage: { ticks: 1 } });
  assert.throws(refused, (error) => error instanceof LabError && error.path === 'execution.slippage');
});

test('costs are free only where every part is nothing', () => {
  assert.equal(isFree(costs('SPY', { costs: 'none' })), true);
  assert.equal(isFree(costs('SPY')), false);
  assert.equal(isFree(costs('SPY', { costs: 'none', commission: { minimum: 1 } })), false);
});
