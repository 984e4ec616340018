import assert from 'node:assert/strict';
import test from 'node:test';
import { executionSchema, overrideExecution } from '@stratlab/backtests/execution.ts';
import { LabError } from '@stratlab/data/error.ts';

function refused(override: unknown, strategy?: unknown): LabError {
  try {
    overrideExecution(strategy, override);
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  return assert.fail(`accepted ${JSON.stringify(override)}`);
}

test('without an execution block the defaults of the grammar hold', () => {
  assert.deepEqual(overrideExecution(undefined, undefined), {
    fill: 'next_open',
    costs: 'auto',
    commission: null,
    slippage: null,
    spread: null,
    quotes: null,
    volume_limit: null,
    entry: { order: 'market', valid_bars: 1 },
    limit_fill: 'through',
    intrabar: 'pessimistic',
    sizing: { method: 'percent_of_equity', value: 0.95 },
    quantity_step: 'auto',
    leverage: 1,
    stop_loss: null,
    take_profit: null,
    trailing_stop: null,
    max_holding_bars: null,
    financing: { short_borrow_annual: 0, cash_annual: 0, margin_annual: 0 },
    at_end: 'close_at_last_close',
  });
});

test("the grammar's own example is accepted whole", () => {
  const execution = overrideExecution(undefined, {
    fill: 'next_open',
    costs: 'auto',
    commission: { percent: 0.001, per_unit: 0, fixed: 0, minimum: 0 },
    slippage: { percent: 0.0005 },
    spread: { percent: 0 },
    entry: { order: 'market' },
    limit_fill: 'through',
    intrabar: 'pessimistic',
    sizing: { method: 'percent_of_equity', value: 0.95 },
    quantity_step: 'auto',
    leverage: 1,
    stop_loss: { atr: 2 },
    take_profit: [
      { atr: 2, fraction: 0.5 },
      { atr: 4, fraction: 0.5 },
    ],
    trailing_stop: null,
    max_holding_bars: 48,
    financing: { short_borrow_annual: 0.01, cash_annual: 0 },
    at_end: 'close_at_last_close',
  });
  assert.equal(execution.max_holding_bars, 48);
  assert.deepEqual(overrideExecution(execution, undefined), execution);
});

test('an override replaces a whole key and leaves the others to the strategy', () => {
  const strategy = { commission: { percent: 0.001, fixed: 2 }, stop_loss: { percent: 0.1 }, max_holding_bars: 5 };
  const execution = overrideExecution(strategy, { commission: { percent: 0.002 }, max_holding_bars: undefined });
  assert.deepEqual(execution.commission, { percent: 0.002, per_unit: 0, fixed: 0, minimum: 0 });
  assert.deepEqual(execution.stop_loss, { percent: 0.1 });
  assert.equal(execution.max_holding_bars, 5);
});

test('null switches a stop off', () => {
  const strategy = {
    stop_loss: { percent: 0.1 },
    trailing_stop: { atr: 3 },
    take_profit: { atr: 2 },
    max_holding_bars: 9,
  };
  const off = { stop_loss: null, trailing_stop: null, take_profit: null, max_holding_bars: null };
  assert.deepEqual(overrideExecution(strategy, off), overrideExecution(undefined, undefined));
});

test('one target is a list of one that closes everything', () => {
  assert.deepEqual(overrideExecution({ take_profit: { atr: 2 } }, {}).take_profit, [{ atr: 2, fraction: 1 }]);
});

test('an unknown key is an error that names the nearest known one', () => {
  const error = refused({ stop_los: { atr: 2 } });
  assert.equal(error.code, 'invalid_input');
  assert.equal(error.path, 'execution.stop_los');
  assert.match(error.hint ?? '', /"stop_loss"/);
  assert.equal(refused({ commission: { percnt: 0.1 } }).path, 'execution.commission.percnt');
  assert.match(refused({ commission: { percnt: 0.1 } }).hint ?? '', /"percent"/);
  assert.equal(refused({ take_profit: [{ atr: 1, fracton: 1 }] }).path, 'execution.take_profit.0.fracton');
});

test('every fault is reported at once', () => {
  const error = refused({ fill: 'now', leverage: 0, trailing: 1 });
  const paths = error.problems?.map(({ path }) => path).toSorted();
  assert.deepEqual(paths, ['execution.fill', 'execution.leverage', 'execution.trailing']);
});

const faults: [string, unknown][] = [
  ['execution.stop_loss', { stop_loss: { atr: 2, percent: 0.1 } }],
  ['execution.stop_loss', { stop_loss: {} }],
  ['execution.stop_loss.percent', { stop_loss: { percent: 5 } }],
  ['execution.slippage', { slippage: { percent: 0.1, ticks: 1 } }],
  ['execution.sizing.method', { sizing: { method: 'martingale' } }],
  ['execution.sizing', { sizing: { method: 'percent_of_equity', value: 1.5 } }],
  ['execution.sizing', { sizing: { method: 'volatility_target', annual: 0.1, max_leverage: 3 }, leverage: 2 }],
  ['execution.take_profit', { take_profit: [{ atr: 1 }, { atr: 2 }] }],
  ['execution.entry.price', { entry: { order: 'limit' } }],
  ['execution.entry.price', { entry: { order: 'market', price: 'close' } }],
  ['execution.entry.limit_price', { entry: { order: 'stop_limit', price: 'high' } }],
  ['execution.commission.percent', { commission: { percent: -0.1 } }],
  ['execution.leverage', { leverage: null }],
  ['execution.max_holding_bars', { max_holding_bars: 1.5 }],
  ['execution.volume_limit', { volume_limit: 0 }],
  ['execution.volume_limit', { volume_limit: 1.5 }],
  ['execution.quotes.ask', { quotes: { bid: 'eurusd_bid', ask: 'EURUSD_BID' } }],
  ['execution.quotes.ask', { quotes: { bid: 'EURUSD_BID' } }],
  ['execution.slippage.spread_fraction', { quotes: { bid: 'B', ask: 'A' }, slippage: { spread_fraction: 0.5 } }],
  ['execution', 'next_open'],
];

test('quotes name two series, in upper case as they are stored', () => {
  const { quotes } = overrideExecution({ quotes: { bid: 'eurusd_bid', ask: 'eurusd_ask' } }, undefined);
  assert.deepEqual(quotes, { bid: 'EURUSD_BID', ask: 'EURUSD_ASK' });
});

test('what cannot be honoured is refused with its path', async (t) => {
  for (const [path, override] of faults) {
    await t.test(JSON.stringify(override), () => assert.equal(refused(override).path, path));
  }
});

test('a fault of the strategy itself is reported, an override of that key repairs it', () => {
  assert.equal(refused(undefined, { fill: 'now' }).path, 'execution.fill');
  assert.equal(overrideExecution({ fill: 'now' }, { fill: 'next_close' }).fill, 'next_close');
});

test('the schema can be shown as JSON Schema', () => {
  const shown = executionSchema.toJSONSchema({ io: 'input' });
  assert.equal(Object.keys(shown.properties ?? {}).length, Object.keys(executionSchema.shape).length);
});
