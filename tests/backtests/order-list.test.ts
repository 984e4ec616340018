import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noDecisions } from '@stratlab/backtests/decisions.ts';
import { overrideExecution } from '@stratlab/backtests/execution.ts';
import { readOrderDocument } from '@stratlab/backtests/order-document.ts';
import { type OrderListRun, runOrderList } from '@stratlab/backtests/order-list.ts';
import type { Quotes } from '@stratlab/backtests/quotes.ts';
import { simulate } from '@stratlab/backtests/simulate.ts';
import type { Trade } from '@stratlab/backtests/trade.ts';
import { LabError } from '@stratlab/data/error.ts';
import { guessInstrument, type Instrument } from '@stratlab/data/instrument.ts';
import fc from 'fast-check';
import { dailyBars, type Row, rounded } from './market.ts';

interface Order {
  issued_on_bar: number;
  [field: string]: unknown;
}
interface Case {
  rows: readonly Row[];
  /** Half of the quoted spread around the rows; none where it is left out. */
  quoted?: number;
  orders: Order[];
  execution?: object;
  instrument?: Partial<Instrument>;
  capital?: number;
}

/** A fractional instrument without costs and 10,000 of capital, unless the case says otherwise. */
function listed({ rows, quoted, orders, execution = {}, instrument = {}, capital = 10_000 }: Case): OrderListRun {
  const document = readOrderDocument(orders.map((order) => ({ kind: 'entry', ...order })));
  const names = quoted === undefined ? null : { bid: 'BID', ask: 'ASK' };
  const how = overrideExecution({ costs: 'none', quotes: names }, execution);
  const traded = { ...guessInstrument('SYN-X'), ...instrument };
  return runOrderList(dailyBars(rows), document.orders, how, traded, capital, quotesAround(rows, quoted));
}

function quotesAround(rows: readonly Row[], half: number | undefined): Quotes | null {
  if (half === undefined) return null;
  const shifted = (by: number) =>
    dailyBars(rows.map(([open, high, low, close]): Row => [open + by, high + by, low + by, close + by]));
  return { bid: shifted(-half), ask: shifted(half) };
}

function written({ trades, openTrades }: OrderListRun): string[] {
  return [...trades, ...openTrades].map((trade) => {
    const { direction, quantity, entryBar, entryPrice, exitBar, exitPrice, exitReason } = trade;
    const [into, out] = [`${entryBar}@${rounded(entryPrice)}`, `${exitBar}@${rounded(exitPrice)}`];
    return `${direction} ${rounded(quantity)} ${into} -> ${out} ${exitReason}`;
  });
}

const calm: Row = [100, 101, 99, 100];
const rising: Row[] = [calm, [102, 104, 101, 103], [105, 107, 104, 106], [108, 109, 107, 108]];

const cases: [string, Case, string[]][] = [
  [
    'a market order fills at the next open',
    { rows: rising, orders: [{ issued_on_bar: 0, size: 10 }] },
    ['long 10 1@102 -> 3@108 end_of_data'],
  ],
  [
    'at the next close, or at that of its own bar, where the execution says so',
    { rows: rising, orders: [{ issued_on_bar: 0, size: 10 }], execution: { fill: 'signal_close', at_end: 'mark' } },
    ['long 10 0@100 -> 3@108 end_of_data'],
  ],
  [
    'an order against the position closes the oldest first, the rest opens the other side',
    {
      rows: rising,
      orders: [
        { issued_on_bar: 0, size: 5 },
        { issued_on_bar: 0, size: 5 },
        { issued_on_bar: 1, size: -12 },
      ],
    },
    ['long 5 1@102 -> 2@105 reversal', 'long 5 1@102 -> 2@105 reversal', 'short 2 2@105 -> 3@108 end_of_data'],
  ],
  [
    'at quotes it buys at the ask and sells at the bid, both halves of a reversal too',
    {
      rows: rising,
      quoted: 0.5,
      orders: [
        { issued_on_bar: 0, size: 5 },
        { issued_on_bar: 1, size: -7 },
      ],
    },
    ['long 5 1@102.5 -> 2@104.5 reversal', 'short 2 2@104.5 -> 3@108.5 end_of_data'],
  ],
  [
    'at quotes a buy limit waits for the ask, its stop for the bid',
    {
      rows: [calm, [100, 101, 94.8, 99], [100, 101, 94, 99], [98, 99, 90.4, 95], calm],
      quoted: 0.5,
      orders: [{ issued_on_bar: 0, size: 5, limit: 95, sl: 90 }],
    },
    ['long 5 2@95 -> 3@90 stop_loss'],
  ],
  [
    'size 1 is all that can be bought, commission included',
    { rows: rising, orders: [{ issued_on_bar: 0, size: 1 }], execution: { commission: { percent: 0.01, fixed: 10 } } },
    [`long ${rounded(9990 / (102 * 1.01))} 1@102 -> 3@108 end_of_data`],
  ],
  [
    'a size below one step is a share of it',
    { rows: rising, orders: [{ issued_on_bar: 0, size: -0.5 }], execution: { quantity_step: 1 } },
    ['short 49 1@102 -> 3@108 end_of_data'],
  ],
  [
    'fractional units are units, and with sizing by units 1 is one of them',
    {
      rows: rising,
      orders: [
        { issued_on_bar: 0, size: 0.5 },
        { issued_on_bar: 1, size: 1 },
      ],
      execution: { sizing: { method: 'units', value: 1 } },
    },
    ['long 0.5 1@102 -> 3@108 end_of_data', 'long 1 2@105 -> 3@108 end_of_data'],
  ],
  [
    'its own stop and target count from the open that filled it',
    { rows: [calm, [100, 101, 89, 95], calm], orders: [{ issued_on_bar: 0, size: 10, sl: 90, tp: 120 }] },
    ['long 10 1@100 -> 1@90 stop_loss'],
  ],
  [
    'a target fills where the price passes it',
    {
      rows: [calm, calm, [100, 110, 99, 105], [100, 111, 99, 105]],
      orders: [{ issued_on_bar: 0, size: 10, tp: 110 }],
    },
    ['long 10 1@100 -> 3@110 take_profit'],
  ],
  [
    'a limit rests until it is passed, or cancelled',
    {
      rows: [calm, calm, [100, 101, 94, 96], calm],
      orders: [
        { issued_on_bar: 0, size: 10, limit: 95 },
        { issued_on_bar: 0, size: 7, limit: 97 },
        { issued_on_bar: 1, kind: 'cancel', size: 7, limit: 97 },
      ],
    },
    ['long 10 2@95 -> 3@100 end_of_data'],
  ],
  [
    'or as many bars as it is valid',
    {
      rows: [calm, calm, [100, 101, 94, 96], calm],
      orders: [{ issued_on_bar: 0, size: 10, limit: 95, valid_bars: 1 }],
    },
    [],
  ],
  [
    'a stop fills at its price or at an open beyond it',
    {
      rows: [calm, [100, 106, 99, 104], [110, 112, 108, 109]],
      orders: [
        { issued_on_bar: 0, size: 10, stop: 105 },
        { issued_on_bar: 0, size: 5, stop: 108 },
      ],
    },
    ['long 10 1@105 -> 2@109 end_of_data', 'long 5 2@110 -> 2@109 end_of_data'],
  ],
  [
    'a close names its trade, takes a part of it, and opens nothing',
    {
      rows: rising,
      orders: [
        { issued_on_bar: 0, size: 10 },
        { issued_on_bar: 1, size: 4 },
        { issued_on_bar: 1, kind: 'close', size: -3, entry_bar_of_trade: 1 },
        { issued_on_bar: 2, kind: 'close', size: -50, entry_bar_of_trade: 2 },
      ],
    },
    ['long 3 1@102 -> 2@105 signal', 'long 4 2@105 -> 3@108 signal', 'long 7 1@102 -> 3@108 end_of_data'],
  ],
  [
    'stop and target can be moved',
    {
      rows: [calm, calm, [100, 104, 99, 103], [104, 108, 103, 107], [107, 108, 101, 102]],
      orders: [
        { issued_on_bar: 0, size: 10, sl: 90, tp: 105 },
        { issued_on_bar: 2, kind: 'set_tp', size: -10, limit: 120, entry_bar_of_trade: 1 },
        { issued_on_bar: 3, kind: 'set_sl', size: -10, stop: 102, entry_bar_of_trade: 1 },
      ],
    },
    ['long 10 1@100 -> 4@102 stop_loss'],
  ],
  [
    'in a bar with both, a resting stop against the position comes before its target',
    {
      rows: [calm, calm, [100, 111, 89, 100]],
      orders: [
        { issued_on_bar: 0, size: 10, tp: 110 },
        { issued_on_bar: 1, size: -10, stop: 90 },
      ],
    },
    ['long 10 1@100 -> 2@90 signal'],
  ],
  [
    'and after it where the optimist decides',
    {
      rows: [calm, calm, [100, 111, 89, 100]],
      orders: [
        { issued_on_bar: 0, size: 10, tp: 110 },
        { issued_on_bar: 1, kind: 'close', size: -10, stop: 90 },
      ],
      execution: { intrabar: 'optimistic' },
    },
    ['long 10 1@100 -> 2@110 take_profit'],
  ],
  [
    'stops of the execution block guard every trade without its own',
    {
      rows: [calm, calm, [100, 101, 94, 96]],
      orders: [
        { issued_on_bar: 0, size: 10 },
        { issued_on_bar: 0, size: 10, sl: 80 },
      ],
      execution: { stop_loss: { percent: 0.05 }, trailing_stop: { percent: 0.3 }, max_holding_bars: 5 },
    },
    ['long 10 1@100 -> 2@95 stop_loss', 'long 10 1@100 -> 2@96 end_of_data'],
  ],
  [
    'a fill is booked at its price, for its fees',
    {
      rows: rising,
      orders: [
        { issued_on_bar: 1, kind: 'fill', size: 10, price: 103.5, fees: 2 },
        { issued_on_bar: 2, kind: 'fill', size: -15, price: 106.5, fees: 3 },
      ],
      execution: { at_end: 'mark' },
    },
    ['long 10 1@103.5 -> 2@106.5 reversal', 'short 5 2@106.5 -> 3@108 end_of_data'],
  ],
];

for (const [title, given, expected] of cases) {
  test(title, () => assert.deepEqual(written(listed(given)), expected));
}

test('an order that cannot be afforded is dropped and counted', () => {
  const { trades, rejectedOrders } = listed({
    rows: rising,
    orders: [{ issued_on_bar: 0, size: 99 }],
    capital: 10_000,
  });
  assert.deepEqual([trades.length, rejectedOrders], [0, 1]);
  const borrowed = listed({ rows: rising, orders: [{ issued_on_bar: 0, size: 99 }], execution: { leverage: 2 } });
  assert.equal(borrowed.rejectedOrders, 0);
});

test('one order over several lots pays one commission, shared among them', () => {
  const { trades, commissionPaid } = listed({
    rows: rising,
    orders: [
      { issued_on_bar: 0, size: 6 },
      { issued_on_bar: 0, size: 2 },
      { issued_on_bar: 1, kind: 'close', size: -8 },
    ],
    execution: { commission: { fixed: 4 } },
  });
  assert.equal(commissionPaid, 12);
  assert.deepEqual(
    trades.map(({ commission }) => commission),
    [7, 5],
  );
});

test('a list and an execution that cannot be carried out are refused by name', () => {
  const orders = [{ issued_on_bar: 0, size: 1 }];
  const refused = (path: string) => (error: unknown) => error instanceof LabError && error.path === path;
  const run = (execution: object) => () => listed({ rows: rising, orders, execution });
  assert.throws(run({ stop_loss: { price: 'low' } }), refused('execution.stop_loss.price'));
  assert.throws(run({ entry: { order: 'limit', price: '90' } }), refused('execution.entry'));
  assert.throws(run({ sizing: { method: 'confidence' } }), refused('execution.sizing'));
  assert.throws(() => listed({ rows: rising, orders: [{ issued_on_bar: 4, size: 1 }] }), LabError);
  assert.throws(() => listed({ rows: rising, orders: [{ issued_on_bar: 0, size: 0 }] }), refused('orders.0.size'));
  assert.throws(
    () => listed({ rows: rising, orders: [{ issued_on_bar: 0, kind: 'fill', size: 2 }] }),
    refused('orders.0.price'),
  );
});

const price = fc.integer({ min: 80, max: 120 });
const row = fc
  .tuple(price, price, price, price)
  .map(([a, b, c, d]): Row => [a, Math.max(a, b, c, d), Math.min(a, b, c, d), d]);
const rowsOf = fc.array(row, { minLength: 3, maxLength: 40 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const entryOf = fc.record({
  issued_on_bar: fc.nat(39),
  size: fc.constantFrom(1, -1, 3, -3, 20, -20, 60, -60),
  limit: maybe(price),
  stop: maybe(price),
  sl: maybe(price),
  tp: maybe(price),
});
const otherOf = fc.record({
  issued_on_bar: fc.nat(39),
  kind: fc.constantFrom('close', 'set_sl', 'set_tp'),
  size: fc.constantFrom(-3, 3, -20, 20),
  limit: maybe(price),
  stop: maybe(price),
});
const ordersOf = fc.array(fc.oneof(entryOf, otherOf), { maxLength: 25 });
const executionOf = fc.record({
  fill: fc.constantFrom('next_open', 'next_close', 'signal_close'),
  intrabar: fc.constantFrom('pessimistic', 'optimistic', 'open_high_low_close'),
  limit_fill: fc.constantFrom('through', 'touch'),
  at_end: fc.constantFrom('mark', 'close_at_last_close'),
  leverage: fc.constantFrom(1, 3),
  commission: fc.constantFrom({ percent: 0.001 }, { fixed: 2 }, { minimum: 1, per_unit: 0.01 }),
  slippage: fc.constantFrom({ percent: 0.001 }, { volume_share: 0.1 }),
  spread: fc.constantFrom({ percent: 0 }, { percent: 0.001 }),
  trailing_stop: fc.constantFrom(null, { percent: 0.05 }),
  take_profit: fc.constantFrom(null, [
    { percent: 0.03, fraction: 0.5 },
    { percent: 0.06, fraction: 0.5 },
  ]),
  financing: fc.constantFrom({}, { short_borrow_annual: 0.1, cash_annual: 0.05, margin_annual: 0.08 }),
});

function withinBars(orders: readonly { issued_on_bar: number }[], rows: readonly Row[]): Order[] {
  return orders
    .map((order) => ({ ...order, issued_on_bar: order.issued_on_bar % rows.length }))
    .sort((a, b) => a.issued_on_bar - b.issued_on_bar);
}

describe('for any stream of orders', () => {
  test('cash and positions are the equity of every bar, made up by the trades at the end', () => {
    fc.assert(
      fc.property(rowsOf, ordersOf, executionOf, (rows, orders, execution) => {
        const run = listed({ rows, orders: withinBars(orders, rows), execution });
        const made = [...run.trades, ...run.openTrades].reduce((sum, { pnl }) => sum + pnl, 0);
        const last = run.equity[rows.length - 1];
        assert.ok(Math.abs(last - (10_000 + made - run.financingPaid)) < 1e-6);
        const paid = [...run.trades, ...run.openTrades].reduce((sum, { commission }) => sum + commission, 0);
        assert.ok(Math.abs(paid - run.commissionPaid) < 1e-6);
      }),
      { numRuns: 300 },
    );
  });

  test('nothing depends on later bars', () => {
    fc.assert(
      fc.property(rowsOf, ordersOf, executionOf, fc.nat(), (rows, orders, execution, at) => {
        const cut = 1 + (at % (rows.length - 1));
        const list = withinBars(orders, rows);
        const open = { ...execution, at_end: 'mark' };
        const whole = listed({ rows, orders: list, execution: open });
        const early = listed({
          rows: rows.slice(0, cut),
          orders: list.filter(({ issued_on_bar }) => issued_on_bar < cut),
          execution: open,
        });
        assert.deepEqual([...early.equity], [...whole.equity.subarray(0, cut)]);
      }),
      { numRuns: 150 },
    );
  });

  test('splitting an order leaves the equity as it is, where commission has no fixed part', () => {
    fc.assert(
      fc.property(rowsOf, fc.array(entryOf, { maxLength: 15 }), executionOf, (rows, orders, execution) => {
        const how = {
          ...execution,
          leverage: 100,
          commission: { percent: 0.001 },
          slippage: { percent: 0.001 },
          take_profit: null,
        };
        const capital = 1_000_000;
        const list = withinBars(orders, rows).filter(({ size }) => Math.abs(Number(size)) !== 1);
        const halves = list.flatMap((order) => [
          { ...order, size: Number(order.size) / 2 },
          { ...order, size: Number(order.size) / 2 },
        ]);
        const whole = listed({ rows, orders: list, execution: how, capital });
        const split = listed({ rows, orders: halves, execution: how, capital });
        for (const [bar, equity] of whole.equity.entries())
          assert.ok(Math.abs(equity - split.equity[bar]) < 1e-6, `bar ${bar}`);
      }),
      { numRuns: 150 },
    );
  });
});

test('orders that decisions would have given make the trades that the decisions make', () => {
  const wishesOf = fc.array(fc.constantFrom('', '', '', 'long', 'short', 'flat'), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(rowsOf, wishesOf, executionOf, fc.constantFrom(undefined, 0.5), (rows, wishes, execution, half) => {
      const how = overrideExecution(
        { costs: 'none', sizing: { method: 'percent_of_equity', value: 1 }, stop_loss: { percent: 0.04 } },
        {
          ...execution,
          quotes: half ? { bid: 'B', ask: 'A' } : null,
          leverage: 1,
          fill: execution.fill === 'next_close' ? 'next_close' : 'next_open',
        },
      );
      const bars = dailyBars(rows);
      const instrument = guessInstrument('SYN-X');
      const decisions = noDecisions(rows.length);
      for (const t of rows.keys()) {
        decisions.enterLong[t] = Number(wishes[t] === 'long');
        decisions.enterShort[t] = Number(wishes[t] === 'short');
        decisions.exitLong[t] = decisions.exitShort[t] = Number(wishes[t] === 'flat');
      }
      const quotes = quotesAround(rows, half);
      const simulated = simulate(bars, decisions, how, instrument, 10_000, { quotes });
      const orders: Order[] = [];
      for (let t = 0; t < rows.length - 1; t++) {
        const held = Math.sign(simulated.position[t]);
        const wanted = wishes[t] === 'long' ? 1 : wishes[t] === 'short' ? -1 : 0;
        if (wanted !== 0 && wanted !== held) orders.push({ issued_on_bar: t, kind: 'entry', size: wanted });
        if (wishes[t] === 'flat' && held !== 0) orders.push({ issued_on_bar: t, kind: 'close' });
      }
      const run = runOrderList(bars, readOrderDocument(orders).orders, how, instrument, 10_000, quotes);
      const withoutReasons = ({ exitReason: _, ...trade }: Trade) => trade;
      assert.deepEqual(
        run.trades.map(({ sl: _sl, tp: _tp, ...trade }) => withoutReasons(trade)),
        simulated.trades.map(withoutReasons),
      );
      assert.deepEqual([...run.equity], [...simulated.equity]);
      assert.deepEqual([run.ambiguousExits, run.rejectedOrders], [simulated.ambiguousExits, simulated.rejectedOrders]);
    }),
    { numRuns: 300 },
  );
});

test('what is given for decisions alone is refused', () => {
  const orders = [{ issued_on_bar: 0, size: 1 }];
  assert.throws(() => listed({ rows: rising, orders, execution: { volume_limit: 0.1 } }), {
    path: 'execution.volume_limit',
  });
  assert.throws(() => listed({ rows: rising, orders, execution: { quotes: { bid: 'B', ask: 'A' } } }), {
    path: 'execution.quotes',
  });
});
