import assert from 'node:assert/strict';
import test from 'node:test';
import { type Market, type Row, rounded, simulated, written } from './market.ts';

/** Half of each bar's volume may be traded; orders are for ten units. */
const half = { volume_limit: 0.5, sizing: { method: 'units', value: 10 } };

function calm(volume: number): Row {
  return [100, 101, 99, 100, volume];
}
function up(volume: number): Row {
  return [110, 112, 108, 111, volume];
}
function down(volume: number): Row {
  return [90, 92, 88, 89, volume];
}

interface Case extends Market {
  name: string;
  trades: string[];
  cut?: number;
  beyond?: number;
  rejected?: number;
}

function resting(kind: string, price: number, valid_bars: number): Pick<Market, 'execution' | 'decisions'> {
  return {
    execution: { entry: { order: kind, price: 'p', valid_bars } },
    decisions: { prices: { entry: () => price } },
  };
}

const entries: Case[] = [
  {
    name: 'a market entry goes on at the next open, at the mean price of its units',
    rows: [calm(99), calm(10), up(10), down(99)],
    long: [0],
    exitLong: [2],
    trades: ['long 1@105 -> 3@90 x10 signal'],
    cut: 1,
  },
  {
    name: 'a short the same',
    rows: [calm(99), calm(10), up(10), down(99)],
    short: [0],
    exitShort: [2],
    trades: ['short 1@105 -> 3@90 x10 signal'],
    cut: 1,
  },
  {
    name: 'at the next close, and at the closes after it',
    rows: [calm(99), calm(10), up(10), down(99)],
    long: [0],
    exitLong: [2],
    execution: { fill: 'next_close' },
    trades: ['long 1@105.5 -> 3@89 x10 signal'],
    cut: 1,
  },
  {
    name: 'at the close of the signal, and at the closes after it',
    rows: [calm(10), up(10), down(99)],
    long: [0],
    exitLong: [2],
    execution: { fill: 'signal_close' },
    trades: ['long 0@105.5 -> 2@89 x10 signal'],
    cut: 1,
  },
  {
    name: 'an exit that is decided ends the entry',
    rows: [calm(99), calm(10), up(99), down(99)],
    long: [0],
    exitLong: [1],
    trades: ['long 1@100 -> 2@110 x5 signal'],
    cut: 1,
  },
  {
    name: 'a stop ends the entry',
    rows: [calm(99), [100, 101, 85, 95, 10], up(99)],
    long: [0],
    execution: { ...half, stop_loss: { percent: 0.1 } },
    trades: ['long 1@100 -> 2@110 x5 stop_loss'],
    cut: 2,
  },
  {
    name: 'a bar without volume fills nothing, and the order waits',
    rows: [calm(99), calm(0), up(99), down(99)],
    long: [0],
    exitLong: [2],
    trades: ['long 2@110 -> 3@90 x10 signal'],
    cut: 1,
  },
  {
    name: 'an unknown volume is none',
    rows: [calm(99), calm(Number.NaN), up(99), down(99)],
    long: [0],
    exitLong: [2],
    trades: ['long 2@110 -> 3@90 x10 signal'],
    cut: 1,
  },
  {
    name: 'an exit signal takes back an entry that found no volume',
    rows: [calm(99), calm(0), up(99), down(99)],
    long: [0],
    exitLong: [1],
    trades: [],
    cut: 1,
  },
  {
    name: 'quantities are whole steps of what the volume allows',
    rows: [calm(99), calm(7), up(99)],
    long: [0],
    exitLong: [1],
    execution: { ...half, quantity_step: 1 },
    trades: ['long 1@100 -> 2@110 x3 signal'],
    cut: 1,
  },
  {
    name: 'an order for a value buys of the rest what its money buys',
    rows: [calm(99), calm(100), [125, 126, 124, 125, 999], calm(999)],
    long: [0],
    exitLong: [2],
    execution: { ...half, sizing: { method: 'percent_of_equity', value: 1 } },
    trades: ['long 1@111.111111 -> 3@100 x90 signal'],
    cut: 1,
  },
  {
    name: 'an order that cannot be paid for as a whole is dropped whole',
    rows: [calm(99), calm(10), calm(10)],
    long: [0],
    capital: 900,
    trades: [],
    rejected: 1,
    cut: 1,
  },
  {
    name: 'the rest of a limit stays at its price while it is valid',
    rows: [calm(99), calm(8), [98, 101, 97, 100, 8], [90, 100, 89, 100, 99]],
    long: [0],
    ...resting('limit', 100, 2),
    trades: ['long 1@99 -> 3@100 x8 end_of_data'],
    cut: 2,
  },
  {
    name: 'the rest of a limit that is not passed waits',
    rows: [calm(99), calm(8), [102, 103, 101, 102, 99], [101, 102, 99, 101, 99]],
    long: [0],
    ...resting('limit', 100, 3),
    trades: ['long 1@100 -> 3@101 x10 end_of_data'],
    cut: 1,
  },
  {
    name: 'a stop entry that was triggered goes on at the opens',
    rows: [calm(99), [100, 106, 99, 105, 8], [110, 111, 109, 110, 99]],
    long: [0],
    ...resting('stop', 105, 2),
    trades: ['long 1@108 -> 2@110 x10 end_of_data'],
    cut: 1,
  },
  {
    name: 'a stop entry that found no volume goes on at the opens, below its stop too',
    rows: [calm(99), [100, 106, 99, 105, 0], calm(99)],
    long: [0],
    ...resting('stop', 105, 2),
    trades: ['long 2@100 -> 2@100 x10 end_of_data'],
    cut: 1,
  },
  {
    name: 'the rest of a limit fills before the stop below it',
    rows: [calm(99), calm(8), [101, 102, 85, 95, 99], calm(99)],
    long: [0],
    ...ordered('limit', 100, { stop_loss: { percent: 0.1 } }),
    trades: ['long 1@100 -> 2@90 x10 stop_loss'],
    cut: 1,
  },
  {
    name: 'a gap through the stop ends the rest of a limit',
    rows: [calm(99), calm(8), [85, 102, 84, 95, 99], calm(99)],
    long: [0],
    ...ordered('limit', 100, { stop_loss: { percent: 0.1 } }),
    trades: ['long 1@100 -> 2@85 x4 stop_loss'],
    cut: 1,
  },
  {
    name: 'a target that comes first ends the rest of a limit',
    rows: [calm(99), calm(8), [101, 112, 98, 105, 99], calm(99)],
    long: [0],
    ...ordered('limit', 100, { take_profit: { percent: 0.1 } }),
    trades: ['long 1@100 -> 2@110 x4 take_profit'],
    cut: 1,
  },
  {
    name: 'slippage by share of volume is that of the units of each bar',
    rows: [calm(99), calm(10), calm(100), up(1e9)],
    long: [0],
    exitLong: [2],
    execution: { ...half, slippage: { volume_share: 0.1 } },
    trades: ['long 1@102.75 -> 3@110 x10 signal'],
    cut: 1,
  },
];

function ordered(kind: string, price: number, more: object): Pick<Market, 'execution' | 'decisions'> {
  const { execution, decisions } = resting(kind, price, 5);
  return { execution: { ...execution, ...more }, ...(decisions === undefined ? {} : { decisions }) };
}

const exits: Case[] = [
  {
    name: 'an exit signal goes on at the next opens, keeping its reason',
    rows: [calm(99), calm(99), up(8), down(99)],
    long: [0],
    exitLong: [1],
    trades: ['long 1@100 -> 2@110 x4 signal', 'long 1@100 -> 3@90 x6 signal'],
    cut: 1,
  },
  {
    name: 'a stop sells the rest at the next open',
    rows: [calm(99), calm(99), [98, 99, 85, 95, 8], up(99)],
    long: [0],
    execution: { stop_loss: { percent: 0.1 } },
    trades: ['long 1@100 -> 2@90 x4 stop_loss', 'long 1@100 -> 3@110 x6 stop_loss'],
    cut: 1,
  },
  {
    name: 'a stop in a bar without volume is out at the next open',
    rows: [calm(99), calm(99), [98, 99, 85, 95, 0], down(99)],
    long: [0],
    execution: { stop_loss: { percent: 0.1 } },
    trades: ['long 1@100 -> 3@90 x10 stop_loss'],
    cut: 1,
  },
  {
    name: 'no target acts on what a stop has left',
    rows: [calm(99), calm(99), [98, 99, 85, 95, 8], [95, 130, 94, 120, 0], up(99)],
    long: [0],
    execution: { stop_loss: { percent: 0.1 }, take_profit: { percent: 0.2 } },
    trades: ['long 1@100 -> 2@90 x4 stop_loss', 'long 1@100 -> 4@110 x6 stop_loss'],
    cut: 2,
  },
  {
    name: 'what a target leaves over is sold at the next open',
    rows: [calm(99), calm(99), [102, 115, 101, 105, 8], [104, 105, 103, 104, 99]],
    long: [0],
    execution: { take_profit: { percent: 0.1 } },
    trades: ['long 1@100 -> 2@110 x4 take_profit', 'long 1@100 -> 3@104 x6 take_profit'],
    cut: 1,
  },
  {
    name: 'of a target for a part only that part, the position goes on',
    rows: [calm(99), calm(99), [102, 115, 101, 105, 4], [104, 105, 103, 104, 99], up(99)],
    long: [0],
    exitLong: [3],
    execution: { take_profit: { percent: 0.1, fraction: 0.5 } },
    trades: [
      'long 1@100 -> 2@110 x2 take_profit',
      'long 1@100 -> 3@104 x3 take_profit',
      'long 1@100 -> 4@110 x5 signal',
    ],
    cut: 1,
  },
  {
    name: 'a stop takes over what a target still had to sell',
    rows: [calm(99), calm(99), [102, 115, 101, 105, 4], [104, 105, 80, 85, 99], up(99)],
    long: [0],
    execution: { take_profit: { percent: 0.1, fraction: 0.5 }, stop_loss: { percent: 0.1 }, fill: 'next_close' },
    trades: ['long 1@100 -> 2@110 x2 take_profit', 'long 1@100 -> 3@90 x8 stop_loss'],
    cut: 2,
  },
  {
    name: 'targets are shares of the position as it has grown',
    rows: [calm(99), calm(8), calm(99), [102, 115, 101, 105, 99], up(99)],
    long: [0],
    execution: { take_profit: { percent: 0.1, fraction: 0.5 } },
    trades: ['long 1@100 -> 3@110 x5 take_profit', 'long 1@100 -> 4@111 x5 end_of_data'],
    cut: 1,
  },
  {
    name: 'the holding limit goes on at the next opens',
    rows: [calm(99), calm(99), up(8), down(99)],
    long: [0],
    execution: { max_holding_bars: 1 },
    trades: ['long 1@100 -> 2@110 x4 max_holding', 'long 1@100 -> 3@90 x6 max_holding'],
    cut: 1,
  },
  {
    name: 'a liquidation goes on at the next opens',
    rows: [calm(99), calm(99), [80, 81, 50, 60, 10], down(99)],
    long: [0],
    capital: 500,
    execution: { leverage: 2 },
    trades: ['long 1@100 -> 2@66.666667 x5 liquidation', 'long 1@100 -> 3@90 x5 liquidation'],
    cut: 1,
  },
  {
    name: 'the new side of a reversal waits until the old one is gone, and shares its bar',
    rows: [calm(99), calm(99), up(10), down(14), calm(99), calm(99)],
    long: [0],
    short: [1],
    exitShort: [4],
    trades: ['long 1@100 -> 2@110 x5 reversal', 'long 1@100 -> 3@90 x5 reversal', 'short 3@98 -> 5@100 x10 signal'],
    cut: 2,
  },
  {
    name: 'an entry of the other side decided while leaving waits too',
    rows: [calm(99), calm(99), up(0), down(99), calm(99)],
    long: [0],
    exitLong: [1],
    short: [2],
    trades: ['long 1@100 -> 3@90 x10 signal', 'short 3@90 -> 4@100 x10 end_of_data'],
    cut: 1,
  },
  {
    name: 'an entry of the same side is not taken while leaving',
    rows: [calm(99), calm(99), up(0), down(99), calm(99)],
    long: [0, 2],
    exitLong: [1],
    trades: ['long 1@100 -> 3@90 x10 signal'],
    cut: 1,
  },
  {
    name: 'the end of the data closes everything, and says how much of it the volume would not have taken',
    rows: [calm(99), calm(99), up(2)],
    long: [0],
    trades: ['long 1@100 -> 2@111 x10 end_of_data'],
    cut: 1,
    beyond: 9,
  },
  {
    name: 'mark: what has no volume to leave stays open',
    rows: [calm(99), calm(99), up(8)],
    long: [0],
    exitLong: [1],
    execution: { at_end: 'mark' },
    trades: ['long 1@100 -> 2@110 x4 signal'],
    cut: 1,
  },
];

for (const [group, cases] of Object.entries({ entries, exits })) {
  test(`partial fills by share of volume: ${group}`, async (t) => {
    for (const { name, trades, cut = 0, beyond = 0, rejected = 0, ...market } of cases) {
      await t.test(name, () => {
        const simulation = simulated({ ...market, execution: { ...half, ...market.execution } });
        assert.deepEqual(simulation.trades.map(written), trades);
        assert.deepEqual(simulation.volumeLimited, { cutFills: cut, unitsBeyondAtEnd: beyond });
        assert.equal(simulation.rejectedOrders, rejected);
      });
    }
  });
}

test('commission is paid on each part, and a trade carries that of all its parts', () => {
  const commission = { fixed: 3 };
  const { trades, commissionPaid, equity } = simulated({
    rows: [calm(99), calm(10), up(10), calm(8), calm(99)],
    long: [0],
    exitLong: [2],
    execution: { ...half, commission },
  });
  assert.equal(commissionPaid, 12);
  assert.deepEqual(
    trades.map(({ quantity, commission }) => [quantity, rounded(commission)]),
    [
      [4, 5.4],
      [6, 6.6],
    ],
  );
  assert.deepEqual(Array.from(equity), [10_000, 9_997, 10_054, 9_941, 9_938]);
});

test('without a limit nothing is said of it', () => {
  assert.equal(simulated({ rows: [calm(1), calm(1)], long: [0] }).volumeLimited, undefined);
});
