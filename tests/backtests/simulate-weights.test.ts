import assert from 'node:assert/strict';
import test from 'node:test';
import { measure, simulationSample } from '@stratlab/backtests/measure.ts';
import { exposure } from '@stratlab/backtests/metrics/exposure.ts';
import { exposureLong } from '@stratlab/backtests/metrics/exposure-long.ts';
import { exposureShort } from '@stratlab/backtests/metrics/exposure-short.ts';
import { LabError } from '@stratlab/data/error.ts';
import { type Row, rounded, written } from './market.ts';
import { type PortfolioCase, portfolio } from './portfolio.ts';

/** A bar that opens and closes at one price. */
const at = (price: number, volume = 1000): Row => [price, price, price, price, volume];
/** Opens at one price and closes at another. */
const from = (open: number, close: number, volume = 1000): Row => [
  open,
  Math.max(open, close),
  Math.min(open, close),
  close,
  volume,
];
const prices = (...list: number[]): Row[] => list.map((price) => at(price));
const mark = { at_end: 'mark' };

interface Case extends PortfolioCase {
  name: string;
  /** Symbol and trade as `written` shows it. */
  trades: string[];
  open?: string[];
  equity?: number[];
  position?: number[];
  rejected?: number;
  scaled?: number;
}

const cases: Case[] = [
  {
    name: 'a long wished at a close is bought at the next open and closed by a wish of 0',
    rows: [[at(100), from(110, 115), from(120, 125)]],
    wishes: [{ 0: 1, 1: 0 }],
    trades: ['A long 1@110 -> 2@120 x9.090909 signal'],
    equity: [1000, 1045.454545, 1090.909091],
    position: [0, 1, 0],
  },
  {
    name: 'a short',
    rows: [[at(100), from(100, 90), from(80, 90)]],
    wishes: [{ 0: -0.5, 1: 0 }],
    trades: ['A short 1@100 -> 2@80 x5 signal'],
    equity: [1000, 1050, 1100],
    position: [0, 450 / 1050, 0],
  },
  {
    name: 'next_close fills at the close of the bar after',
    rows: [[at(100), from(110, 125), from(120, 130)]],
    wishes: [{ 0: 1, 1: 0 }],
    execution: { fill: 'next_close' },
    trades: ['A long 1@125 -> 2@130 x8 signal'],
  },
  {
    name: 'signal_close fills at the close of the decision',
    rows: [[at(100), from(110, 125), from(120, 130)]],
    wishes: [{ 0: 1, 1: 0 }],
    execution: { fill: 'signal_close' },
    trades: ['A long 0@100 -> 1@125 x10 signal'],
  },
  {
    name: 'NaN leaves what is held as it is',
    rows: [prices(100, 100, 200, 300)],
    wishes: [{ 0: 0.5 }],
    trades: ['A long 1@100 -> 3@300 x5 end_of_data'],
    equity: [1000, 1000, 1500, 2000],
    position: [0, 0.5, 2 / 3, 0],
  },
  {
    name: 'adding averages the entry price',
    rows: [prices(100, 100, 200, 200)],
    wishes: [{ 0: 0.4, 1: 0.8 }],
    // 4 units at 100; equity 1,400 at the open of 200: 0.8 x 1,400 / 200 = 5.6 units, mean (400 + 320) / 5.6.
    trades: ['A long 1@128.571429 -> 3@200 x5.6 end_of_data'],
    equity: [1000, 1000, 1400, 1400],
  },
  {
    name: 'a reduction closes a part as a trade of its own',
    rows: [prices(100, 100, 200, 200)],
    wishes: [{ 0: 1, 1: 0.5 }],
    trades: ['A long 1@100 -> 2@200 x5 signal', 'A long 1@100 -> 3@200 x5 end_of_data'],
    equity: [1000, 1000, 2000, 2000],
  },
  {
    name: 'a short is added to and reduced like a long',
    rows: [prices(100, 100, 80, 80, 50)],
    wishes: [{ 0: -0.4, 1: -0.81, 2: -0.27 }],
    // 4 short at 100; equity 1,080, 0.81 of it is 10.935 at 80; mean (400 + 6.935 x 80) / 10.935; then down to 3.645.
    trades: ['A short 1@87.315958 -> 3@80 x7.29 signal', 'A short 1@87.315958 -> 4@50 x3.645 end_of_data'],
    equity: [1000, 1000, 1080, 1080, 1189.35],
  },
  {
    name: 'a flip closes as reversal and opens at the same price',
    rows: [prices(100, 100, 110, 100)],
    wishes: [{ 0: 1, 1: -1 }],
    trades: ['A long 1@100 -> 2@110 x10 reversal', 'A short 2@110 -> 3@100 x10 end_of_data'],
    equity: [1000, 1000, 1100, 1200],
  },
  {
    name: 'within the band nothing is done, outside it is brought back to the wish',
    rows: [prices(100, 100, 120, 200, 200)],
    wishes: [{ 0: 0.5, 2: 0.5, 3: 0.5 }],
    band: 0.1,
    // At 120 it is 600 of 1,100, 0.545; at 200 it is 1,000 of 1,500, 0.667.
    trades: ['A long 1@100 -> 4@200 x1.25 signal', 'A long 1@100 -> 4@200 x3.75 end_of_data'],
  },
  {
    name: 'a wish of 0 closes even what lies within the band',
    rows: [prices(100, 100, 100, 100)],
    wishes: [{ 0: 0.3, 1: 0.35, 2: 0 }],
    band: 0.2,
    execution: mark,
    trades: ['A long 1@100 -> 3@100 x3 signal'],
  },
  {
    name: 'a band as large as a first wish keeps it out',
    rows: [prices(100, 100, 100)],
    wishes: [{ 0: 0.2 }],
    band: 0.2,
    trades: [],
  },
  {
    name: 'a newer wish replaces one that has not filled, also one that is met',
    rows: [
      [at(100), null, at(100), at(100)],
      [at(50), at(50), at(50), at(50)],
    ],
    wishes: [{ 0: 1, 1: 0 }, {}],
    trades: [],
  },
  {
    name: 'the order of an instrument without a bar waits for its next one',
    rows: [
      [at(100), null, null, from(120, 150)],
      [at(50), at(50), at(50), at(50)],
    ],
    wishes: [{ 0: 0.6 }, { 0: 0.2 }],
    trades: ['A long 3@120 -> 3@150 x5 end_of_data', 'B long 1@50 -> 3@50 x4 end_of_data'],
    equity: [1000, 1000, 1000, 1150],
  },
  {
    name: 'signal_close of an instrument without a bar fills at its next close',
    rows: [
      [at(100), null, from(120, 125), from(150, 160)],
      [at(50), at(50), at(50), at(50)],
    ],
    wishes: [{ 1: 0.5 }, {}],
    execution: { fill: 'signal_close' },
    trades: ['A long 2@125 -> 3@160 x4 end_of_data'],
  },
  {
    name: 'an instrument without a bar is valued at its last close, in the sizes of others too',
    rows: [
      [at(100), from(100, 140), null, at(140)],
      [at(50), at(50), at(60), at(60)],
    ],
    wishes: [{ 0: 0.5 }, { 1: 0.5 }],
    // Equity at the open of step 2: 500 + 5 x 140 = 1,200, half of it at 60 is 10; only 500 of cash is left.
    trades: ['A long 1@100 -> 3@140 x5 end_of_data', 'B long 2@60 -> 3@60 x8.333333 end_of_data'],
    equity: [1000, 1200, 1200, 1200],
    scaled: 1,
  },
  {
    name: 'what is sold pays for what is bought at the same instant, whatever their order',
    rows: [prices(100, 100, 100, 100), prices(50, 50, 50, 50)],
    wishes: [{ 1: 1 }, { 0: 1, 1: 0 }],
    trades: ['B long 1@50 -> 2@50 x20 signal', 'A long 2@100 -> 3@100 x10 end_of_data'],
  },
  {
    name: 'increases that are too much are scaled down by one factor',
    rows: [prices(100, 100, 100), prices(50, 50, 50)],
    wishes: [{ 0: 1.5 }, { 0: 0.5 }],
    trades: ['A long 1@100 -> 2@100 x7.5 end_of_data', 'B long 1@50 -> 2@50 x5 end_of_data'],
    scaled: 2,
    position: [0, 1, 0],
  },
  {
    name: 'scaled-down orders are rounded down to the quantity step, and one that rounds to nothing is rejected',
    rows: [prices(100, 100, 100), prices(600, 600, 600)],
    wishes: [{ 0: 1 }, { 0: 1 }],
    instruments: [{ quantity_step: 1 }, { quantity_step: 1 }],
    trades: ['A long 1@100 -> 2@100 x6 end_of_data'],
    // 10 and 1 units cost 1,600; 1,000 / 1,600 of them are 6.25 and 0.625.
    scaled: 1,
    rejected: 1,
  },
  {
    name: 'a wish too small for one step is rejected and held against no one',
    rows: [prices(300, 300, 300)],
    wishes: [{ 0: 0.2 }],
    instruments: [{ quantity_step: 1 }],
    trades: [],
    rejected: 1,
  },
  {
    name: 'quantity steps round shorts towards zero too',
    rows: [prices(300, 300, 300)],
    wishes: [{ 0: -0.8 }],
    instruments: [{ quantity_step: 0.5 }],
    trades: ['A short 1@300 -> 2@300 x2.5 end_of_data'],
  },
  {
    name: 'without a band it trades when the quantity in whole steps differs, and only then',
    rows: [prices(100, 100, 104, 160, 160)],
    wishes: [{ 0: 0.5, 1: 0.5, 2: 0.5 }],
    instruments: [{ quantity_step: 1 }],
    // At 104 the wish is 4.9 units, down to 4: sold 1; at 160 equity is 1,020 + 4 x 56 = 1,244: 3.89, down to 3.
    trades: ['A long 1@100 -> 2@104 signal', 'A long 1@100 -> 3@160 signal', 'A long 1@100 -> 4@160 x3 end_of_data'],
  },
  {
    name: 'the multiplier counts in size and money',
    rows: [prices(100, 100, 110)],
    wishes: [{ 0: 1 }],
    instruments: [{ multiplier: 5 }],
    trades: ['A long 1@100 -> 2@110 x2 end_of_data'],
    equity: [1000, 1000, 1100],
  },
  {
    name: 'the minimum commission is in the wished value, and is paid on every fill',
    rows: [prices(100, 100, 100)],
    wishes: [{ 0: 1 }],
    execution: { commission: { minimum: 10 } },
    trades: ['A long 1@100 -> 2@100 x9.9 end_of_data'],
    equity: [1000, 990, 980],
  },
  {
    name: 'scaling down leaves room for the minimum commissions',
    rows: [prices(100, 100, 100), prices(100, 100, 100)],
    wishes: [{ 0: 1 }, { 0: 1 }],
    execution: { commission: { minimum: 10 } },
    trades: ['A long 1@100 -> 2@100 x4.9 end_of_data', 'B long 1@100 -> 2@100 x4.9 end_of_data'],
    equity: [1000, 980, 960],
    scaled: 2,
  },
  {
    name: 'scaling down leaves room for commissions by value',
    rows: [prices(100, 100, 100), prices(100, 100, 100)],
    wishes: [{ 0: 1 }, { 0: 1 }],
    execution: { commission: { percent: 0.25 } },
    trades: ['A long 1@100 -> 2@100 x4 end_of_data', 'B long 1@100 -> 2@100 x4 end_of_data'],
    equity: [1000, 800, 600],
    scaled: 2,
  },
  {
    name: 'a reduction counts its own impact on the price',
    rows: [prices(100, 100, 100, 100).map(([o, h, l, c]) => [o, h, l, c, 10])],
    wishes: [{ 0: -0.8, 1: -0.4 }],
    execution: { slippage: { volume_share: 0.1 } },
    // 8 units move the price by 8 %: sold at 92 it is 800 / 92 = 8.695652 units, filled at 91.304348. 0.4 of the equity,
    // 1,000 - 8.695652 x 8.695652, is 369.754253: 3.697543 units at 100, 4.998110 to buy, which would move it by as much.
    // A sale so large fetches 95.001890: 3.892073 are left.
    trades: [
      'A short 1@91.304348 -> 2@104.80358 x4.80358 signal',
      'A short 1@91.304348 -> 3@103.892073 x3.892073 end_of_data',
    ],
  },
  {
    name: 'slippage worsens every fill, the spread only what opens or adds',
    rows: [prices(100, 100, 100)],
    wishes: [{ 0: 0.5 }],
    execution: { slippage: { percent: 0.01 }, spread: { percent: 0.24 } },
    trades: ['A long 1@125 -> 2@99 x4 end_of_data'],
    equity: [1000, 900, 896],
  },
  {
    name: 'bars that end before the run close the position at their last close, and later wishes are ignored',
    rows: [
      [at(100), at(100), from(90, 80), null, null],
      [at(50), at(50), at(50), at(50), at(50)],
    ],
    wishes: [{ 0: 0.5, 2: 0.5, 3: 1 }, {}],
    execution: { ...mark, slippage: { percent: 0.1 } },
    trades: ['A long 1@110 -> 2@72 x4.545455 end_of_data'],
    equity: [1000, 954.545455, 827.272727, 827.272727, 827.272727],
  },
  {
    name: 'an instrument that pauses at the end of the run is closed there at its last close',
    rows: [
      [at(100), at(100), at(120), null, at(500)],
      [at(50), at(50), at(50), at(50), at(50)],
    ],
    wishes: [{ 0: 0.5 }, {}],
    endStep: 4,
    trades: ['A long 1@100 -> 3@120 x5 end_of_data'],
  },
  {
    name: 'at the last close a signal_close wish reduces but opens nothing',
    rows: [prices(100, 100), prices(50, 50)],
    wishes: [{ 0: 1, 1: -1 }, { 1: 1 }],
    execution: { fill: 'signal_close' },
    trades: ['A long 0@100 -> 1@100 x10 reversal'],
  },
  {
    name: 'left open, a run that marks may open at its last close',
    rows: [prices(100, 100)],
    wishes: [{ 1: 1 }],
    execution: { fill: 'signal_close', ...mark },
    trades: [],
    open: ['A long 1@100 -> 1@100 x10 end_of_data'],
    position: [0, 1],
  },
  {
    name: 'leverage lets the cash go below zero',
    rows: [prices(100, 100, 110)],
    wishes: [{ 0: 2 }],
    execution: { leverage: 2 },
    trades: ['A long 1@100 -> 2@110 x20 end_of_data'],
    equity: [1000, 1000, 1200],
    position: [0, 2, 0],
  },
  {
    name: 'more than the leverage is cut to it',
    rows: [prices(100, 100, 110)],
    wishes: [{ 0: -3 }],
    execution: { leverage: 2 },
    trades: ['A short 1@100 -> 2@110 x20 end_of_data'],
    scaled: 1,
  },
  {
    name: "an instrument's own margin caps it below the leverage",
    rows: [prices(100, 100, 100), prices(50, 50, 50)],
    wishes: [{ 0: 4 }, {}],
    execution: { leverage: 4 },
    instruments: [{ margin: 0.5 }, { margin: 0.05 }],
    trades: ['A long 1@100 -> 2@100 x20 end_of_data'],
    scaled: 1,
  },
  {
    name: 'liquidation at an open: everything is closed where equity is down to half the margin',
    rows: [
      [at(100), at(100), from(70, 75), at(80)],
      [at(50), at(50), from(30, 30), at(30)],
    ],
    wishes: [{ 0: 1 }, { 0: 1 }],
    execution: { leverage: 2 },
    // 10 x 70 + 20 x 30 - 1,000 = 300 of 1,300: below a quarter.
    trades: ['A long 1@100 -> 2@70 x10 liquidation', 'B long 1@50 -> 2@30 x20 liquidation'],
    equity: [1000, 1000, 300, 300],
  },
  {
    name: 'liquidation at a close: the path within the bar is not looked at',
    rows: [[at(100), [100, 150, 100, 120], from(121, 140), at(100)]],
    wishes: [{ 0: -1, 2: 1 }],
    // Short 10: at 120 equity is 800 of 1,200; at 140 it is 600 of 1,400, above a quarter with a margin of a half.
    instruments: [{ margin: 0.9 }],
    trades: ['A short 1@100 -> 2@140 x10 liquidation', 'A long 3@100 -> 3@100 x6 end_of_data'],
    equity: [1000, 800, 600, 600],
  },
  {
    name: 'equity that is gone ends all trading',
    rows: [prices(100, 100, 40, 100, 100)],
    wishes: [{ 0: 2, 2: 1, 3: 1 }],
    execution: { leverage: 2 },
    trades: ['A long 1@100 -> 2@40 x20 liquidation'],
    equity: [1000, 1000, -200, -200, -200],
  },
  {
    name: 'a position that is reduced at the open is held against the margin after it',
    rows: [prices(100, 100, 66, 66)],
    wishes: [{ 0: 2, 1: 0.5 }],
    execution: { leverage: 2 },
    // 20 at 66 would be 320 of 1,320, below a quarter; the wish leaves 0.5 x 320 / 66.
    trades: ['A long 1@100 -> 2@66 x17.575758 signal', 'A long 1@100 -> 3@66 x2.424242 end_of_data'],
  },
  {
    name: 'volume_limit: what a bar cannot take waits for the next one, sized anew',
    rows: [[at(100), at(100, 20), at(125, 20), at(125, 20), at(125)]],
    wishes: [{ 0: 1 }],
    execution: { volume_limit: 0.2, ...mark },
    // 4 of 10 at 100; equity 1,100 at 125: 8.8 units, 4 more; then 0.8.
    trades: [],
    open: ['A long 1@113.636364 -> 4@125 x8.8 end_of_data'],
    equity: [1000, 1000, 1100, 1100, 1100],
  },
  {
    name: 'volume_limit: a flip shares the volume of its bar, and the end of the data is not held up',
    rows: [[at(100), at(100), at(100, 20), at(100, 24), at(100, 1)]],
    wishes: [{ 0: 0.5, 1: -1 }],
    execution: { volume_limit: 0.25 },
    trades: ['A long 1@100 -> 2@100 x5 reversal', 'A short 3@100 -> 4@100 x6.25 end_of_data'],
  },
  {
    name: 'volume_limit: a newer wish replaces what is left',
    rows: [[at(100), at(100, 20), at(100, 20), at(100), at(100)]],
    wishes: [{ 0: 1, 1: 0.4, 2: 0.4 }],
    execution: { volume_limit: 0.2 },
    trades: ['A long 1@100 -> 4@100 x4 end_of_data'],
  },
  {
    name: 'volume_limit: once reached, a wish is done with',
    rows: [[at(100), at(100, 20), at(100), at(200), at(200)]],
    wishes: [{ 0: 0.5 }],
    execution: { volume_limit: 0.2 },
    trades: ['A long 1@100 -> 4@200 x5 end_of_data'],
  },
  {
    name: 'a leverage that one of the instruments allows is not refused',
    rows: [prices(100, 100, 100), prices(50, 50, 50)],
    wishes: [{ 0: 0.5 }, { 0: 2 }],
    execution: { leverage: 3 },
    instruments: [{ margin: 0.5 }, { margin: 1 }],
    trades: ['A long 1@100 -> 2@100 x5 end_of_data', 'B long 1@50 -> 2@50 x40 end_of_data'],
  },
  {
    name: 'the warm-up is in no row, and wishes of it are not heard',
    rows: [prices(100, 100, 100, 110)],
    wishes: [{ 0: 1, 1: 0.5 }],
    firstStep: 1,
    trades: ['A long 2@100 -> 3@110 x5 end_of_data'],
    equity: [1000, 1000, 1050],
  },
  {
    name: 'rows and trades of an instrument that lists later count steps of the timeline',
    rows: [
      [null, null, at(10), from(20, 20)],
      [at(50), at(50), at(50), at(50)],
    ],
    wishes: [{ 0: 0.5, 2: 0.2 }, {}],
    // Its first bar fills the wish of step 0; held at 20 it is 1,000 of 1,500, reduced to 0.2.
    trades: ['A long 2@10 -> 3@20 x35 signal', 'A long 2@10 -> 3@20 x15 end_of_data'],
    equity: [1000, 1000, 1000, 1500],
  },
];

for (const { name, trades, open = [], equity, position, rejected = 0, scaled = 0, ...given } of cases) {
  test(name, () => {
    const run = portfolio(given);
    const shown = (trade: (typeof run.trades)[number]) => `${trade.symbol} ${written(trade)}`;
    assert.deepEqual(run.trades.map(shown), trades);
    assert.deepEqual(run.openTrades.map(shown), open);
    if (equity !== undefined) assert.deepEqual(Array.from(run.equity, rounded), equity.map(rounded));
    if (position !== undefined) assert.deepEqual(Array.from(run.position, rounded), position.map(rounded));
    assert.deepEqual({ rejected: run.rejectedOrders, scaled: run.scaledOrders }, { rejected, scaled });
  });
}

test('financing is on the whole portfolio: borrow on the short, interest on borrowed and on free cash', () => {
  const day = 1 / 365;
  const rates = { short_borrow_annual: 0.365, cash_annual: 0.073, margin_annual: 0.73 };
  const given = {
    rows: [prices(100, 100, 120, 120), prices(50, 50, 50, 50)],
    execution: { financing: rates, ...mark },
  };
  const hedged = portfolio({ ...given, wishes: [{ 0: -0.4 }, { 0: 0.2 }] });
  // Before the fill 1,000 is free; after it cash is 1,200 + interest, of which 400 or 480 belong to the short.
  const free = 1000 * 0.073 * day;
  const capital = 1000 + free;
  const cash = capital * 1.2;
  const second = 0.365 * day * 0.4 * capital - 0.073 * day * 0.8 * capital;
  const third = 0.365 * day * 0.48 * capital - 0.073 * day * (cash - second - 0.48 * capital);
  assert.ok(Math.abs(hedged.financingPaid - (second + third - free)) < 1e-9);
  const borrowed = portfolio({ ...given, wishes: [{ 0: 2 }, {}], execution: { ...given.execution, leverage: 2 } });
  const interest = capital * 0.73 * day;
  assert.ok(Math.abs(borrowed.financingPaid - (interest + (capital + interest) * 0.73 * day - free)) < 1e-9);
});

test('exposure counts the steps with any long and any short, both of them in one step too', () => {
  const run = portfolio({
    rows: [prices(100, 100, 100, 100, 100, 100), prices(50, 50, 50, 50, 50, 50)],
    wishes: [
      { 0: 0.5, 2: 0 },
      { 1: -0.5, 2: 0, 3: 0.2 },
    ],
    execution: { slippage: { percent: 0 } },
  });
  const returns = Float64Array.of(0);
  const sample = simulationSample(run, { returns, periodsPerYear: 252 });
  const { values } = measure(sample, [exposure, exposureLong, exposureShort]);
  // A long in steps 1 to 3, B short in 2 and 3, B long in 4 and 5: the step of an exit counts.
  assert.deepEqual(values, { exposure: 5 / 6, exposure_long: 5 / 6, exposure_short: 2 / 6 });
  assert.deepEqual(Array.from(run.position), [0, 0.5, 1, 0, 0.2, 0]);
});

test('each instrument says what it made, and they add up to the equity', () => {
  const run = portfolio({
    rows: [prices(100, 100, 120, 130), prices(50, 50, 40, 60)],
    wishes: [{ 0: 0.5, 1: 0.3 }, { 0: -0.4 }],
    execution: { commission: { percent: 0.01 }, ...mark },
  });
  const [a, b] = run.instruments;
  assert.deepEqual([a.symbol, b.symbol], ['A', 'B']);
  assert.ok(Math.abs(1000 + a.pnl + b.pnl - run.equity[3]) < 1e-9);
  assert.ok(Math.abs(a.tradedNotional + b.tradedNotional - run.tradedNotional) < 1e-9);
  const value = Math.abs(a.units * a.price) + Math.abs(b.units * b.price);
  assert.ok(Math.abs(value / run.equity[3] - run.position[3]) < 1e-12);
  assert.equal(run.openTrade, null);
  assert.equal(run.openTrades.length, 2);
});

test('excursions cover the bars lived through, of the exit bar only its price', () => {
  const run = portfolio({
    rows: [[at(100), [100, 120, 90, 100], [100, 130, 95, 100], [110, 200, 1, 110]]],
    wishes: [{ 0: 0.5, 2: 0 }],
  });
  const [{ mae, mfe }] = run.trades;
  assert.deepEqual([rounded(mae), rounded(mfe)], [-0.1, 0.3]);
});

test('volume_limit counts what it cut, and what the end closed beyond it', () => {
  const given = { rows: [[at(100), at(100), at(100, 20), at(100, 24), at(100, 1)]], wishes: [{ 0: 0.5, 1: -1 }] };
  const run = portfolio({ ...given, execution: { volume_limit: 0.25 } });
  // The new side finds no volume left at step 2, 6 of 10 at step 3, a quarter at step 4; there 6.25 are closed.
  assert.deepEqual(run.volumeLimited, { cutFills: 3, unitsBeyondAtEnd: 6.25 });
  assert.equal(portfolio(given).volumeLimited, undefined);
});

test('the price of a fill that adds is an excursion too', () => {
  const run = portfolio({
    rows: [prices(100, 100, 120, 110)],
    wishes: [{ 0: 0.2, 1: 0.4 }],
    execution: { slippage: { percent: 0.1 }, ...mark },
  });
  const [{ entryPrice, mfe }] = run.openTrades;
  assert.equal(rounded(mfe), rounded(132 / entryPrice - 1));
});

const refusals: { name: string; given: Partial<PortfolioCase>; code: string; path?: string; text?: RegExp }[] = [
  ...Object.entries({
    stop_loss: { percent: 0.1 },
    trailing_stop: { percent: 0.1 },
    take_profit: { percent: 0.1 },
    max_holding_bars: 3,
    sizing: { method: 'units', value: 1 },
    entry: { order: 'limit', price: '1' },
    quotes: { bid: 'A-BID', ask: 'A-ASK' },
  }).map(([key, value]) => ({
    name: key,
    given: { execution: { [key]: value } },
    code: 'invalid_input',
    path: `execution.${key}`,
  })),
  { name: 'a capital of nothing', given: { capital: 0 }, code: 'invalid_input', path: 'initial_capital' },
  {
    name: 'a leverage that no margin allows',
    given: { execution: { leverage: 3 }, instruments: [{ margin: 0.5 }] },
    code: 'invalid_input',
    path: 'execution.leverage',
  },
  { name: 'an empty span', given: { firstStep: 2 }, code: 'insufficient_data' },
  {
    name: 'an infinite weight',
    given: { wishes: [{ 1: Number.POSITIVE_INFINITY }] },
    code: 'invalid_input',
    text: /A at step 1/,
  },
  { name: 'a price of zero', given: { rows: [prices(100, 0)] }, code: 'invalid_input', text: /Bar 1/ },
  { name: 'columns that do not fit', given: { wishes: [{}, {}] }, code: 'internal' },
];

for (const { name, given, code, path, text = /./ } of refusals) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => portfolio({ rows: [prices(100, 100)], wishes: [{ 0: 1 }], ...given }),
      (error: unknown) =>
        error instanceof LabError && error.code === code && error.path === path && text.test(error.message),
    );
  });
}
