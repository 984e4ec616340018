import assert from 'node:assert/strict';
import test from 'node:test';
import { readOrderDocument } from '@stratlab/backtests/order-document.ts';
import { type Replay, replayEngineSchema, replayOrders } from '@stratlab/backtests/replay.ts';
import { LabError } from '@stratlab/data/error.ts';
import { dailyBars, type Row } from './market.ts';

const calm: Row = [100, 101, 99, 100];

interface Order {
  issued_on_bar: number;
  kind?: string;
  [field: string]: unknown;
}

function replayed(rows: Row[], orders: Order[], engine: object = {}): Replay {
  const request = readOrderDocument({ orders: orders.map((order) => ({ kind: 'entry', ...order })), engine });
  return replayOrders(dailyBars(rows), request.orders, request.engine ?? replayEngineSchema.parse({}));
}

function written({ trades }: Replay): string[] {
  return trades.map(
    (trade) => `${trade.size} ${trade.entry_bar}@${trade.entry_price} -> ${trade.exit_bar}@${trade.exit_price}`,
  );
}

test('a list of orders is read as objects, or as arrays under order_fields', () => {
  const order = { issued_on_bar: 3, kind: 'entry', size: 2, limit: 99, stop: null, sl: null, tp: null };
  const asObject = readOrderDocument({ orders: [{ issued_on_bar: 3, kind: 'entry', size: 2, limit: 99 }] });
  const asArray = readOrderDocument({
    orders: [['entry', 3, 2, 99]],
    order_fields: ['kind', 'issued_on_bar', 'size', 'limit'],
  });
  const absent = { entry_bar_of_trade: null, valid_bars: null, price: null, fees: null };
  assert.deepEqual(asObject, { orders: [{ ...order, ...absent }], engine: null, execution: null });
  assert.deepEqual(asArray, asObject);
});

test('a recorded run is read by its result, its outcomes left aside', () => {
  const result = { orders: [[1, 'entry', 1, null, null, null, null, null]], trades: 'ignored', equity: 'ignored' };
  const { orders, engine } = readOrderDocument({ id: 'x', engine: { cash: 500, commission: [5, 0.001] }, result });
  assert.equal(orders.length, 1);
  assert.deepEqual([engine?.cash, engine?.commission, engine?.margin], [500, [5, 0.001], 1]);
});

test('a row that cannot be read is refused by its number', () => {
  const refused = (orders: unknown) => (error: unknown) =>
    error instanceof LabError && error.code === 'invalid_input' && error.path === orders;
  assert.throws(
    () => readOrderDocument({ orders: [{ issued_on_bar: 1, kind: 'buy', size: 1 }] }),
    refused('orders.0.kind'),
  );
  assert.throws(() => readOrderDocument({ orders: 3 }), LabError);
  assert.throws(() => replayed([calm], [{ issued_on_bar: 7, size: 2 }]), LabError);
  assert.throws(
    () => replayed([calm, calm], [{ issued_on_bar: 0, kind: 'close', size: -2, entry_bar_of_trade: 9 }]),
    LabError,
  );
});

test('orders fill at the next open, with a bracket checked in the entry bar', () => {
  const replay = replayed([calm, [100, 101, 89, 95], calm], [{ issued_on_bar: 0, size: 10, sl: 90, tp: 120 }]);
  assert.deepEqual(written(replay), ['10 1@100 -> 1@90']);
  assert.deepEqual([...replay.equity], [10_000, 9_900, 9_900]);
  assert.equal(replay.final_equity, 9_900);
});

test('the bracket of a limit entry waits for the next bar', () => {
  const replay = replayed(
    [calm, [100, 101, 85, 95], [95, 96, 88, 90]],
    [{ issued_on_bar: 0, size: 10, limit: 95, sl: 90 }],
  );
  assert.deepEqual(written(replay), ['10 1@95 -> 2@90']);
});

test('an opposite order closes first in, first out; the rest opens a trade', () => {
  const orders = [
    { issued_on_bar: 0, size: 5 },
    { issued_on_bar: 1, size: 5 },
    { issued_on_bar: 2, size: -12 },
  ];
  const replay = replayed([calm, calm, calm, calm, calm], orders, { finalize_trades: true });
  assert.deepEqual(written(replay), ['5 1@100 -> 3@100', '5 2@100 -> 3@100', '-2 3@100 -> 4@100']);
});

test('hedging keeps both sides open', () => {
  const orders = [
    { issued_on_bar: 0, size: 5 },
    { issued_on_bar: 0, size: -5 },
  ];
  const replay = replayed([calm, calm, [110, 110, 110, 110]], orders, { hedging: true, finalize_trades: true });
  assert.deepEqual(written(replay), ['5 1@100 -> 2@110', '-5 1@100 -> 2@110']);
});

test('what a recorded list names of an exclusive engine is not done twice', () => {
  const orders = [
    { issued_on_bar: 0, size: 5 },
    { issued_on_bar: 1, size: 7 },
    { issued_on_bar: 1, kind: 'close', size: -5, entry_bar_of_trade: 1 },
    { issued_on_bar: 1, size: -7 },
    { issued_on_bar: 1, kind: 'close', size: -5, entry_bar_of_trade: 1 },
  ];
  const exclusive = { exclusive_orders: true, finalize_trades: true };
  const listed = written(replayed([calm, calm, calm], orders, exclusive));
  const bare = orders.filter(({ kind }) => kind !== 'close');
  assert.deepEqual(listed, written(replayed([calm, calm, calm], bare, exclusive)));
  assert.equal(listed[0], '5 1@100 -> 2@100');
});

test('two trades of one bar and size are closed by one order each', () => {
  const close = { issued_on_bar: 1, kind: 'close', size: -5, entry_bar_of_trade: 1 };
  const orders = [{ issued_on_bar: 0, size: 5 }, { issued_on_bar: 0, size: 5 }, close, close];
  assert.deepEqual(written(replayed([calm, calm, calm], orders)), ['5 1@100 -> 2@100', '5 1@100 -> 2@100']);
});

test('what stays open is told apart, and its costs are counted', () => {
  const replay = replayed([calm, calm, [110, 110, 110, 110]], [{ issued_on_bar: 0, size: 5 }], { commission: 0.01 });
  assert.deepEqual(replay.trades, []);
  assert.deepEqual(
    replay.open_trades.map(({ size, exit_bar, pnl }) => [size, exit_bar, pnl]),
    [[5, 2, 45]],
  );
  assert.deepEqual([replay.costs_paid, replay.traded_notional, [...replay.position]], [5, 500, [0, 5, 5]]);
});

test('a recorded fill is no order of that engine', () => {
  const fill = { issued_on_bar: 0, kind: 'fill', size: 5, price: 100 };
  assert.throws(() => replayed([calm], [fill]), LabError);
});

test('an order that cannot be afforded is dropped, ruin ends the run at zero', () => {
  assert.deepEqual(written(replayed([calm, calm], [{ issued_on_bar: 0, size: 101 }], { finalize_trades: true })), []);
  const crash: Row = [100, 100, 10, 10];
  const ruined = replayed([calm, calm, crash, calm], [{ issued_on_bar: 0, size: 190 }], { margin: 0.5 });
  assert.deepEqual([...ruined.equity], [10_000, 10_000, 0, 0]);
});
