import assert from 'node:assert/strict';
import test from 'node:test';
import { alignQuotes } from '@stratlab/backtests/quotes.ts';
import { type Bars, mapColumns } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { dailyBars, type Market, type Row, simulated, written } from './market.ts';

const calm: Row = [100, 101, 99, 100];
const up: Row = [110, 112, 108, 111];
const down: Row = [90, 92, 88, 89];

/** A bid one below and an ask one above the traded prices. */
function around(rows: readonly Row[]): Required<Market>['quotes'] {
  const shifted = (by: number) =>
    rows.map(([open, high, low, close]): Row => [open + by, high + by, low + by, close + by]);
  return { bid: shifted(-1), ask: shifted(1) };
}

interface Case extends Market {
  name: string;
  trades: string[];
  ambiguous?: number;
}

function resting(kind: string, price: number, more: object = {}): Pick<Market, 'execution' | 'decisions'> {
  return {
    execution: { entry: { order: kind, price: 'p' }, ...more },
    decisions: { prices: { entry: () => price } },
  };
}

const stop = { stop_loss: { percent: 0.1 } };
const target = { take_profit: { percent: 0.1 } };

const cases: Case[] = [
  {
    name: 'a long buys at the ask and sells at the bid',
    rows: [calm, up, up, down],
    long: [0],
    exitLong: [1],
    trades: ['long 1@111 -> 2@109 signal'],
  },
  {
    name: 'a short sells at the bid and buys at the ask',
    rows: [calm, up, down, down],
    short: [0],
    exitShort: [1],
    trades: ['short 1@109 -> 2@91 signal'],
  },
  {
    name: 'at the close too',
    rows: [calm, up, down],
    long: [0],
    exitLong: [1],
    execution: { fill: 'signal_close' },
    trades: ['long 0@101 -> 1@110 signal'],
  },
  {
    name: 'a flip buys and sells at one price',
    rows: [calm, calm, up, down],
    long: [0],
    short: [1],
    exitShort: [2],
    trades: ['long 1@101 -> 2@109 reversal', 'short 2@109 -> 3@91 signal'],
  },
  {
    name: 'the end of the data is sold at the bid',
    rows: [calm, calm, up],
    long: [0],
    trades: ['long 1@101 -> 2@110 end_of_data'],
  },
  {
    name: "a long's stop is hit by the bid, where the traded low stays above it",
    rows: [calm, calm, [98, 99, 91.5, 95], calm],
    long: [0],
    execution: stop,
    trades: ['long 1@101 -> 2@90.9 stop_loss'],
  },
  {
    name: "a short's stop is hit by the ask",
    rows: [calm, calm, [102, 108, 101, 105], calm],
    short: [0],
    execution: stop,
    trades: ['short 1@99 -> 2@108.9 stop_loss'],
  },
  {
    name: 'a gap through a stop fills at the open of the bid',
    rows: [calm, calm, [85, 99, 80, 95], calm],
    long: [0],
    execution: stop,
    trades: ['long 1@101 -> 2@84 stop_loss'],
  },
  {
    name: "a long's target waits for the bid",
    rows: [calm, calm, [102, 112, 101, 105], [105, 113, 104, 110], calm],
    long: [0],
    execution: target,
    trades: ['long 1@101 -> 3@111.1 take_profit'],
  },
  {
    name: "a short's target waits for the ask",
    rows: [calm, calm, [95, 96, 88.5, 95], [95, 96, 87, 95], calm],
    short: [0],
    execution: target,
    trades: ['short 1@99 -> 3@89.1 take_profit'],
  },
  {
    name: 'a buy limit waits for the ask to pass it',
    rows: [calm, [100, 101, 94.5, 99], calm],
    long: [0],
    ...resting('limit', 95),
    trades: [],
  },
  {
    name: 'a buy limit that the ask passes',
    rows: [calm, [100, 101, 93, 99], calm],
    long: [0],
    ...resting('limit', 95),
    trades: ['long 1@95 -> 2@99 end_of_data'],
  },
  {
    name: 'a sell limit waits for the bid to pass it',
    rows: [calm, [100, 105.5, 99, 100], [100, 107, 99, 100]],
    short: [0],
    ...resting('limit', 105, { entry: { order: 'limit', price: 'p', valid_bars: 2 } }),
    trades: ['short 2@105 -> 2@101 end_of_data'],
  },
  {
    name: 'a buy stop is reached by the ask',
    rows: [calm, [100, 104, 99, 103], calm],
    long: [0],
    ...resting('stop', 105),
    trades: ['long 1@105 -> 2@99 end_of_data'],
  },
  {
    name: 'a sell stop is reached by the bid',
    rows: [calm, [100, 101, 96, 98], calm],
    short: [0],
    ...resting('stop', 95),
    trades: ['short 1@95 -> 2@101 end_of_data'],
  },
  {
    name: 'after a limit has filled within the bar its bid may still reach the stop',
    rows: [calm, [100, 101, 86, 99], calm],
    long: [0],
    ...resting('limit', 95, stop),
    trades: ['long 1@95 -> 1@85.5 stop_loss'],
    ambiguous: 0,
  },
  {
    name: 'after a limit has filled within the bar the high before it reaches no target',
    rows: [calm, [100, 107, 93, 99], calm],
    long: [0],
    ...resting('limit', 95, target),
    trades: ['long 1@95 -> 2@99 end_of_data'],
  },
  {
    name: 'after a limit has filled within the bar a bid that closes beyond the target proves it',
    rows: [calm, [100, 107, 93, 106], calm],
    long: [0],
    ...resting('limit', 95, target),
    trades: ['long 1@95 -> 1@104.5 take_profit'],
  },
  {
    name: 'a stop closer than the spread is hit at once',
    rows: [calm, calm, up],
    long: [0],
    execution: { stop_loss: { percent: 0.01 } },
    trades: ['long 1@101 -> 1@99 stop_loss'],
  },
  {
    name: 'spread is ignored, slippage is not',
    rows: [calm, up, up, down],
    long: [0],
    exitLong: [1],
    execution: { spread: { percent: 0.1 }, slippage: { percent: 0.01 } },
    trades: ['long 1@112.11 -> 2@107.91 signal'],
  },
  {
    name: 'a short is liquidated where the ask has cost it half its margin',
    rows: [calm, calm, [120, 140, 119, 130], calm],
    short: [0],
    capital: 55,
    execution: { leverage: 2 },
    trades: ['short 1@99 -> 2@123.2 liquidation'],
  },
];

test('fills at quotes', async (t) => {
  for (const { name, trades, ambiguous, ...market } of cases) {
    await t.test(name, () => {
      const simulation = simulated({ quotes: around(market.rows), ...market });
      assert.deepEqual(simulation.trades.map(written), trades);
      if (ambiguous !== undefined) assert.equal(simulation.ambiguousExits, ambiguous);
    });
  }
});

test('an open position is marked at the traded close, and the quoted spread is in no cost', () => {
  const rows = [calm, calm, up];
  const run = simulated({ rows, quotes: around(rows), long: [0], execution: { at_end: 'mark' } });
  assert.deepEqual(Array.from(run.equity), [10_000, 9_999, 10_010]);
  assert.equal(run.openTrade?.exitPrice, 111);
  assert.equal(run.slippagePaid, 0);
});

test('excursions are in the prices that the position would have been closed at', () => {
  const rows: Row[] = [calm, calm, [100, 106, 95, 100], calm];
  const { trades } = simulated({ rows, quotes: around(rows), long: [0], exitLong: [2] });
  assert.deepEqual(
    trades.map(({ mae, mfe }) => [mae, mfe]),
    [[94 / 101 - 1, 105 / 101 - 1].map((move) => Math.round(move * 101) / 101)],
  );
});

function refusal(act: () => unknown): LabError {
  try {
    act();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  return assert.fail('nothing was refused');
}

test('quotes must come where they are named, and only there', () => {
  const missing = refusal(() => simulated({ rows: [calm, calm], execution: { quotes: { bid: 'B', ask: 'A' } } }));
  assert.match(missing.message, /names B and A, whose bars were not given/);
  const rows = [calm, calm];
  const unnamed = refusal(() => simulated({ rows, quotes: around(rows), execution: { quotes: null } }));
  assert.equal(unnamed.path, 'execution.quotes');
});

test('quotes of other bars are refused', () => {
  const rows = [calm, calm, calm];
  const short = { bid: around(rows).bid.slice(1), ask: around(rows).ask };
  assert.match(refusal(() => simulated({ rows, quotes: short })).message, /The bid has 2 bars/);
});

test('a quote that cannot be traded is refused', () => {
  const rows = [calm, calm];
  const { ask } = around(rows);
  const bid: Row[] = [calm, [0, 0, 0, 0]];
  assert.match(refusal(() => simulated({ rows, quotes: { bid, ask } })).message, /Bar 1 .*cannot be traded/);
});

function from(bars: Bars, first: number): Bars {
  return mapColumns((name) => bars[name].slice(first));
}

test('quotes are matched by the start of the bar', () => {
  const rows = [calm, up, down, calm, up];
  const { bid, ask } = around(rows);
  const bars = from(dailyBars(rows), 2);
  const aligned = alignQuotes(bars, { bid: dailyBars(bid), ask: dailyBars(ask) });
  assert.deepEqual(aligned, { bid: from(dailyBars(bid), 2), ask: from(dailyBars(ask), 2) });
});

test('the first bar without a side is named, unless it is not traded', () => {
  const rows = [calm, up, down, calm];
  const quotes = { bid: dailyBars(around(rows).bid), ask: from(dailyBars(around(rows).ask), 1) };
  const error = refusal(() => alignQuotes(dailyBars(rows), quotes));
  assert.equal(error.code, 'invalid_input');
  assert.match(error.message, /^Bar 0 \(2020-01-01T00:00:00Z\) has no ask\.$/);
  const later = alignQuotes(dailyBars(rows), quotes, 1);
  assert.deepEqual(Array.from(later.ask.open), [Number.NaN, 111, 91, 101]);
});

test('an ask below the bid is refused, naming the bar and when', () => {
  const rows = [calm, up, down];
  const { bid, ask } = around(rows);
  const crossed: Row[] = [ask[0], [111, 113, 109, 109], ask[2]];
  const error = refusal(() => alignQuotes(dailyBars(rows), { bid: dailyBars(bid), ask: dailyBars(crossed) }));
  assert.equal(error.message, 'Bar 1 (2020-01-02T00:00:00Z): the ask 109 is below the bid 110 at the close.');
});
