import assert from 'node:assert/strict';
import test from 'node:test';
import { type Market, type Row, simulated, written } from './market.ts';

/** A bar in which nothing happens. */
const calm: Row = [100, 101, 99, 100];
const up: Row = [110, 112, 108, 111];
const down: Row = [90, 92, 88, 89];
/** 100 at the open, both 90 and 110 within. */
const wild: Row = [100, 111, 89, 101];

interface Case extends Market {
  name: string;
  trades: string[];
  rejected?: number;
  ambiguous?: number;
}

const stop = { stop_loss: { percent: 0.1 } };
const target = { take_profit: { percent: 0.1 } };
const both = { ...stop, ...target };
const touch = { limit_fill: 'touch' };

function order(kind: string, price: number, more: object = {}): Pick<Required<Market>, 'execution' | 'decisions'> {
  const entry = { order: kind, price: 'p', ...(kind === 'stop_limit' ? { limit_price: 'q' } : {}), ...more };
  return { execution: { entry }, decisions: { prices: { entry: () => price } } };
}

function ordered(kind: string, price: number, execution: object, more: object = {}): Partial<Market> {
  const placed = order(kind, price, more);
  return { ...placed, execution: { ...placed.execution, ...execution } };
}

function stopLimit(price: number, limit: number, more: object = {}): Partial<Market> {
  const { execution } = order('stop_limit', price, more);
  return { execution, decisions: { prices: { entry: () => price, entryLimit: () => limit } } };
}

const marketOrders: Case[] = [
  {
    name: 'next_open: a long decided at the close fills at the next open',
    rows: [calm, up, up, down],
    long: [0],
    exitLong: [1],
    trades: ['long 1@110 -> 2@110 signal'],
  },
  {
    name: 'next_open: a short decided at the close fills at the next open',
    rows: [calm, up, down, down],
    short: [0],
    exitShort: [1],
    trades: ['short 1@110 -> 2@90 signal'],
  },
  {
    name: 'next_close: fills at the following close',
    rows: [calm, up, down, calm],
    long: [0],
    exitLong: [1],
    execution: { fill: 'next_close' },
    trades: ['long 1@111 -> 2@89 signal'],
  },
  {
    name: 'next_close: a short',
    rows: [calm, up, down, calm],
    short: [0],
    exitShort: [1],
    execution: { fill: 'next_close' },
    trades: ['short 1@111 -> 2@89 signal'],
  },
  {
    name: 'signal_close: fills at the close it is decided on',
    rows: [calm, up, down],
    long: [0],
    exitLong: [1],
    execution: { fill: 'signal_close' },
    trades: ['long 0@100 -> 1@111 signal'],
  },
  {
    name: 'signal_close: a flip in one close',
    rows: [calm, up, down],
    long: [0],
    short: [1],
    exitShort: [2],
    execution: { fill: 'signal_close' },
    trades: ['long 0@100 -> 1@111 reversal', 'short 1@111 -> 2@89 signal'],
  },
  { name: 'a decision on the last bar fills nowhere', rows: [calm, up], long: [1], trades: [] },
  {
    name: 'flip: long to short is one open, two fills',
    rows: [calm, calm, up, down],
    long: [0],
    short: [1],
    exitShort: [2],
    trades: ['long 1@100 -> 2@110 reversal', 'short 2@110 -> 3@90 signal'],
  },
  {
    name: 'flip: short to long',
    rows: [calm, calm, up, down],
    short: [0],
    long: [1],
    exitLong: [2],
    trades: ['short 1@100 -> 2@110 reversal', 'long 2@110 -> 3@90 signal'],
  },
  {
    name: 'flip: at the next close',
    rows: [calm, calm, up, down],
    long: [0],
    short: [1],
    exitShort: [2],
    execution: { fill: 'next_close' },
    trades: ['long 1@100 -> 2@111 reversal', 'short 2@111 -> 3@89 signal'],
  },
  {
    name: 'an entry while in a position of its side is ignored',
    rows: [calm, calm, up, down],
    long: [0, 1],
    exitLong: [2],
    trades: ['long 1@100 -> 3@90 signal'],
  },
  { name: 'an exit while flat is ignored', rows: [calm, calm, calm], exitLong: [0, 1], trades: [] },
  {
    name: 'an exit of the other side leaves the position',
    rows: [calm, calm, up],
    long: [0],
    exitShort: [1],
    trades: ['long 1@100 -> 2@111 end_of_data'],
  },
  {
    name: 'enter and exit of one side on one bar: no entry',
    rows: [calm, calm, up],
    long: [0],
    exitLong: [0],
    trades: [],
  },
  { name: 'both sides on one bar: no entry', rows: [calm, calm, up], long: [0], short: [0], trades: [] },
  {
    name: 'a flip whose entry cannot be afforded still closes',
    rows: [calm, calm, [300, 300, 300, 300], calm],
    long: [0],
    short: [1],
    capital: 150,
    execution: { sizing: { method: 'units', value: 1 }, leverage: 1 },
    instrument: { margin: 1 },
    trades: ['long 1@100 -> 2@300 reversal', 'short 2@300 -> 3@100 end_of_data'],
  },
  {
    name: 'a formula exit reads the position and fills like a signal',
    rows: [calm, calm, up, down],
    long: [0],
    decisions: { exitLongAt: (_, state) => state.open_return > 0.1 && state.bars_held === 1 },
    trades: ['long 1@100 -> 3@90 signal'],
  },
  {
    name: 'minSeparation drops entries that come too soon',
    rows: [calm, calm, calm, calm, calm, up],
    long: [0, 2, 4],
    exitLong: [1, 3],
    decisions: { minSeparation: 4 },
    trades: ['long 1@100 -> 2@100 signal', 'long 5@110 -> 5@111 end_of_data'],
  },
];

const endsAndLimits: Case[] = [
  {
    name: 'close_at_last_close: what is open is closed at the last close',
    rows: [calm, calm, up],
    long: [0],
    trades: ['long 1@100 -> 2@111 end_of_data'],
  },
  {
    name: 'close_at_last_close: a fill at the last open is closed at its close',
    rows: [calm, up],
    long: [0],
    trades: ['long 1@110 -> 1@111 end_of_data'],
  },
  {
    name: 'close_at_last_close: no entry at the last close',
    rows: [calm, up],
    long: [0],
    execution: { fill: 'next_close' },
    trades: [],
  },
  {
    name: 'mark: what is open stays open',
    rows: [calm, calm, up],
    long: [0],
    execution: { at_end: 'mark' },
    trades: [],
  },
  {
    name: 'max_holding_bars 1 is out at the next open',
    rows: [calm, calm, up, down],
    long: [0],
    execution: { max_holding_bars: 1 },
    trades: ['long 1@100 -> 2@110 max_holding'],
  },
  {
    name: 'max_holding_bars 2',
    rows: [calm, calm, up, down],
    long: [0],
    execution: { max_holding_bars: 2 },
    trades: ['long 1@100 -> 3@90 max_holding'],
  },
  {
    name: 'max_holding_bars at the next close',
    rows: [calm, calm, up, down],
    short: [0],
    execution: { max_holding_bars: 1, fill: 'next_close' },
    trades: ['short 1@100 -> 2@111 max_holding'],
  },
  {
    name: 'max_holding_bars at the signal close',
    rows: [calm, calm, up, down],
    long: [0],
    execution: { max_holding_bars: 2, fill: 'signal_close' },
    trades: ['long 0@100 -> 2@111 max_holding'],
  },
];

const stopsAndTargets: Case[] = [
  {
    name: 'a long stop fills at its level',
    rows: [calm, calm, [98, 99, 85, 95], calm],
    long: [0],
    execution: stop,
    trades: ['long 1@100 -> 2@90 stop_loss'],
  },
  {
    name: 'a short stop fills at its level',
    rows: [calm, calm, [102, 115, 101, 105], calm],
    short: [0],
    execution: stop,
    trades: ['short 1@100 -> 2@110 stop_loss'],
  },
  {
    name: 'a stop is hit when the low only touches it',
    rows: [calm, calm, [98, 99, 90, 95], calm],
    long: [0],
    execution: stop,
    trades: ['long 1@100 -> 2@90 stop_loss'],
  },
  {
    name: 'a gap through a long stop fills at the open',
    rows: [calm, calm, [85, 99, 80, 95], calm],
    long: [0],
    execution: stop,
    trades: ['long 1@100 -> 2@85 stop_loss'],
  },
  {
    name: 'a gap through a short stop fills at the open',
    rows: [calm, calm, [120, 125, 101, 105], calm],
    short: [0],
    execution: stop,
    trades: ['short 1@100 -> 2@120 stop_loss'],
  },
  {
    name: 'a stop works from the entry bar of a fill at the open',
    rows: [calm, [100, 101, 85, 95], calm],
    long: [0],
    execution: stop,
    trades: ['long 1@100 -> 1@90 stop_loss'],
  },
  {
    name: 'a short stop works from the entry bar',
    rows: [calm, [100, 115, 99, 105], calm],
    short: [0],
    execution: stop,
    trades: ['short 1@100 -> 1@110 stop_loss'],
  },
  {
    name: 'after a fill at the close the stop works from the next bar',
    rows: [calm, [100, 101, 85, 100], [95, 96, 91, 95], [95, 96, 85, 86]],
    long: [0],
    execution: { ...stop, fill: 'next_close' },
    trades: ['long 1@100 -> 3@90 stop_loss'],
  },
  {
    name: 'a long target fills at its level',
    rows: [calm, calm, [102, 115, 101, 105], calm],
    long: [0],
    execution: target,
    trades: ['long 1@100 -> 2@110 take_profit'],
  },
  {
    name: 'a short target fills at its level',
    rows: [calm, calm, [98, 99, 85, 95], calm],
    short: [0],
    execution: target,
    trades: ['short 1@100 -> 2@90 take_profit'],
  },
  {
    name: 'through: a target that is only touched does not fill',
    rows: [calm, calm, [102, 110, 101, 105]],
    long: [0],
    execution: target,
    trades: ['long 1@100 -> 2@105 end_of_data'],
  },
  {
    name: 'touch: a target that is touched fills',
    rows: [calm, calm, [102, 110, 101, 105]],
    long: [0],
    execution: { ...target, ...touch },
    trades: ['long 1@100 -> 2@110 take_profit'],
  },
  {
    name: 'a gap over a long target fills at the open',
    rows: [calm, calm, [120, 125, 101, 105], calm],
    long: [0],
    execution: target,
    trades: ['long 1@100 -> 2@120 take_profit'],
  },
  {
    name: 'a gap below a short target fills at the open',
    rows: [calm, calm, [80, 85, 79, 84], calm],
    short: [0],
    execution: target,
    trades: ['short 1@100 -> 2@80 take_profit'],
  },
  {
    name: 'a target works in the entry bar',
    rows: [calm, [100, 115, 99, 105], calm],
    long: [0],
    execution: target,
    trades: ['long 1@100 -> 1@110 take_profit'],
  },
  {
    name: 'both in one bar, pessimistic, long: the stop',
    rows: [calm, calm, wild, calm],
    long: [0],
    execution: both,
    trades: ['long 1@100 -> 2@90 stop_loss'],
    ambiguous: 1,
  },
  {
    name: 'both in one bar, pessimistic, short: the stop',
    rows: [calm, calm, wild, calm],
    short: [0],
    execution: both,
    trades: ['short 1@100 -> 2@110 stop_loss'],
    ambiguous: 1,
  },
  {
    name: 'both in one bar, optimistic, long: the target',
    rows: [calm, calm, wild, calm],
    long: [0],
    execution: { ...both, intrabar: 'optimistic' },
    trades: ['long 1@100 -> 2@110 take_profit'],
    ambiguous: 1,
  },
  {
    name: 'both in one bar, open-high-low-close, long: the target',
    rows: [calm, calm, wild, calm],
    long: [0],
    execution: { ...both, intrabar: 'open_high_low_close' },
    trades: ['long 1@100 -> 2@110 take_profit'],
    ambiguous: 1,
  },
  {
    name: 'both in one bar, open-high-low-close, short: the stop',
    rows: [calm, calm, wild, calm],
    short: [0],
    execution: { ...both, intrabar: 'open_high_low_close' },
    trades: ['short 1@100 -> 2@110 stop_loss'],
    ambiguous: 1,
  },
  {
    name: 'both in the entry bar: the stop',
    rows: [calm, wild, calm],
    long: [0],
    execution: both,
    trades: ['long 1@100 -> 1@90 stop_loss'],
    ambiguous: 1,
  },
  {
    name: 'a gap over the target, then the stop: the open came first',
    rows: [calm, calm, [115, 116, 85, 90], calm],
    long: [0],
    execution: both,
    trades: ['long 1@100 -> 2@115 take_profit'],
    ambiguous: 0,
  },
  {
    name: 'a gap through the stop, then the target: the open came first',
    rows: [calm, calm, [85, 116, 84, 90], calm],
    long: [0],
    execution: both,
    trades: ['long 1@100 -> 2@85 stop_loss'],
    ambiguous: 0,
  },
  {
    name: 'an exit signal fills at the open before a stop of that bar',
    rows: [calm, calm, [95, 99, 80, 85], calm],
    long: [0],
    exitLong: [1],
    execution: stop,
    trades: ['long 1@100 -> 2@95 signal'],
  },
  {
    name: 'next_close: a stop of the bar comes before the signal at its close',
    rows: [calm, calm, [95, 99, 80, 85], calm],
    long: [0],
    exitLong: [1],
    execution: { ...stop, fill: 'next_close' },
    trades: ['long 1@100 -> 2@90 stop_loss'],
  },
  {
    name: 'a fixed stop price that the fill has gapped through: in and out at the open',
    rows: [calm, [90, 92, 88, 91], calm],
    long: [0],
    execution: { stop_loss: { price: 'p' } },
    decisions: { prices: { stopLoss: () => 95 } },
    trades: ['long 1@90 -> 1@90 stop_loss'],
  },
  {
    name: 'a stop price that is not known drops the entry',
    rows: [calm, calm, calm],
    long: [0],
    execution: { stop_loss: { price: 'p' } },
    decisions: { prices: { stopLoss: () => Number.NaN } },
    trades: [],
    rejected: 1,
  },
  {
    name: 'an ATR stop before ATR(14) is known drops the entry',
    rows: [calm, calm, calm],
    long: [0],
    execution: { stop_loss: { atr: 2 } },
    trades: [],
    rejected: 1,
  },
  {
    name: 'after a stop a signal that still stands enters again',
    rows: [calm, [100, 101, 85, 95], [96, 97, 95, 96], calm],
    long: [0, 1],
    execution: stop,
    trades: ['long 1@100 -> 1@90 stop_loss', 'long 2@96 -> 3@100 end_of_data'],
  },
];

const partsAndTrails: Case[] = [
  {
    name: 'two targets in two bars',
    rows: [calm, calm, [102, 106, 101, 105], [106, 112, 105, 111], calm],
    long: [0],
    execution: {
      sizing: { method: 'units', value: 10 },
      take_profit: [
        { percent: 0.05, fraction: 0.5 },
        { percent: 0.1, fraction: 0.5 },
      ],
    },
    trades: ['long 1@100 -> 2@105 x5 take_profit', 'long 1@100 -> 3@110 x5 take_profit'],
  },
  {
    name: 'two targets in one bar',
    rows: [calm, calm, [102, 115, 101, 105], calm],
    long: [0],
    execution: {
      sizing: { method: 'units', value: 10 },
      take_profit: [
        { percent: 0.1, fraction: 0.3 },
        { percent: 0.05, fraction: 0.7 },
      ],
    },
    trades: ['long 1@100 -> 2@105 x7 take_profit', 'long 1@100 -> 2@110 x3 take_profit'],
  },
  {
    name: 'a part at a target, the rest at the stop of a later bar',
    rows: [calm, calm, [98, 99, 85, 88], [95, 112, 94, 105], calm],
    short: [0],
    execution: {
      sizing: { method: 'units', value: 10 },
      stop_loss: { percent: 0.1 },
      take_profit: { percent: 0.1, fraction: 0.5 },
    },
    trades: ['short 1@100 -> 2@90 x5 take_profit', 'short 1@100 -> 3@110 x5 stop_loss'],
  },
  {
    name: 'optimistic: a part at the target, the rest at the stop of the same bar',
    rows: [calm, calm, wild, calm],
    long: [0],
    execution: {
      intrabar: 'optimistic',
      sizing: { method: 'units', value: 10 },
      stop_loss: { percent: 0.1 },
      take_profit: { percent: 0.1, fraction: 0.5 },
    },
    trades: ['long 1@100 -> 2@110 x5 take_profit', 'long 1@100 -> 2@90 x5 stop_loss'],
    ambiguous: 1,
  },
  {
    name: 'parts are whole steps, the last takes what is left',
    rows: [calm, calm, [102, 115, 101, 105], calm],
    long: [0],
    execution: {
      quantity_step: 1,
      sizing: { method: 'units', value: 3 },
      take_profit: [
        { percent: 0.05, fraction: 0.5 },
        { percent: 0.1, fraction: 0.5 },
      ],
    },
    trades: ['long 1@100 -> 2@105 take_profit', 'long 1@100 -> 2@110 x2 take_profit'],
  },
  {
    name: 'fractions below 1 leave the rest to another exit',
    rows: [calm, calm, [102, 115, 101, 105], calm],
    long: [0],
    execution: { sizing: { method: 'units', value: 10 }, take_profit: { percent: 0.1, fraction: 0.4 } },
    trades: ['long 1@100 -> 2@110 x4 take_profit', 'long 1@100 -> 3@100 x6 end_of_data'],
  },
  {
    name: 'a trailing stop follows the best high of the bars before',
    rows: [calm, calm, [110, 120, 109, 119], [118, 119, 100, 105], calm],
    long: [0],
    execution: { trailing_stop: { percent: 0.1 } },
    trades: ['long 1@100 -> 3@108 trailing_stop'],
  },
  {
    name: 'a trailing stop does not use the high of the bar it is hit in',
    rows: [calm, calm, [101, 130, 95, 120], [125, 126, 110, 115], calm],
    long: [0],
    execution: { trailing_stop: { percent: 0.1 } },
    trades: ['long 1@100 -> 3@117 trailing_stop'],
  },
  {
    name: 'a short trailing stop follows the lowest low',
    rows: [calm, calm, [90, 91, 80, 81], [82, 95, 81, 90], calm],
    short: [0],
    execution: { trailing_stop: { percent: 0.1 } },
    trades: ['short 1@100 -> 3@88 trailing_stop'],
  },
  {
    name: 'the tighter of stop and trailing stop is the one that is hit',
    rows: [calm, calm, [100, 104, 99, 103], [103, 104, 85, 90], calm],
    long: [0],
    execution: { stop_loss: { percent: 0.05 }, trailing_stop: { percent: 0.2 } },
    trades: ['long 1@100 -> 3@95 stop_loss'],
  },
  {
    name: 'a trailing price formula only tightens',
    rows: [calm, calm, [100, 104, 99, 103], [103, 104, 96, 97], [97, 98, 90, 91], calm],
    long: [0],
    execution: { trailing_stop: { price: 'p' } },
    decisions: { prices: { trailing: (bar) => [80, 95, 94, 60, 60, 60][bar] } },
    trades: ['long 1@100 -> 4@95 trailing_stop'],
  },
];

const restingOrders: Case[] = [
  {
    name: 'a buy limit fills at its level',
    rows: [calm, [100, 101, 94, 99], calm],
    long: [0],
    ...order('limit', 95),
    trades: ['long 1@95 -> 2@100 end_of_data'],
  },
  {
    name: 'a sell limit fills at its level',
    rows: [calm, [100, 106, 99, 101], calm],
    short: [0],
    ...order('limit', 105),
    trades: ['short 1@105 -> 2@100 end_of_data'],
  },
  {
    name: 'through: a limit that is only touched does not fill',
    rows: [calm, [100, 101, 95, 99], calm],
    long: [0],
    ...order('limit', 95),
    trades: [],
  },
  {
    name: 'touch: a limit that is touched fills',
    rows: [calm, [100, 101, 95, 99], calm],
    long: [0],
    ...ordered('limit', 95, touch),
    trades: ['long 1@95 -> 2@100 end_of_data'],
  },
  {
    name: 'a gap below a buy limit fills at the better open',
    rows: [calm, [92, 101, 91, 99], calm],
    long: [0],
    ...order('limit', 95),
    trades: ['long 1@92 -> 2@100 end_of_data'],
  },
  {
    name: 'a limit lapses after valid_bars',
    rows: [calm, calm, [100, 101, 94, 99], calm],
    long: [0],
    ...order('limit', 95),
    trades: [],
  },
  {
    name: 'a limit rests for valid_bars',
    rows: [calm, calm, [100, 101, 94, 99], calm],
    long: [0],
    ...order('limit', 95, { valid_bars: 2 }),
    trades: ['long 2@95 -> 3@100 end_of_data'],
  },
  {
    name: 'an exit of its side withdraws a resting entry',
    rows: [calm, calm, [100, 101, 94, 99], calm],
    long: [0],
    exitLong: [1],
    ...order('limit', 95, { valid_bars: 5 }),
    trades: [],
  },
  {
    name: 'a later decision replaces a resting entry',
    rows: [calm, calm, [100, 106, 94, 99], calm],
    long: [0],
    short: [1],
    ...order('limit', 0, { valid_bars: 5 }),
    decisions: { prices: { entry: (bar) => [95, 105][bar] } },
    trades: ['short 2@105 -> 3@100 end_of_data'],
  },
  {
    name: 'a resting order whose price is not known is dropped',
    rows: [calm, calm],
    long: [0],
    ...order('limit', Number.NaN),
    trades: [],
    rejected: 1,
  },
  {
    name: 'a buy stop fills at its level',
    rows: [calm, [100, 106, 99, 104], calm],
    long: [0],
    ...order('stop', 105),
    trades: ['long 1@105 -> 2@100 end_of_data'],
  },
  {
    name: 'a sell stop fills at its level',
    rows: [calm, [100, 101, 94, 96], calm],
    short: [0],
    ...order('stop', 95),
    trades: ['short 1@95 -> 2@100 end_of_data'],
  },
  {
    name: 'a gap over a buy stop fills at the worse open',
    rows: [calm, [108, 109, 104, 106], calm],
    long: [0],
    ...order('stop', 105),
    trades: ['long 1@108 -> 2@100 end_of_data'],
  },
  {
    name: 'a stop that is not reached does not fill',
    rows: [calm, [100, 104, 99, 104], calm],
    long: [0],
    ...order('stop', 105),
    trades: [],
  },
  {
    name: 'stop-limit: fills at the stop within the limit',
    rows: [calm, [100, 108, 99, 104], calm],
    long: [0],
    ...stopLimit(105, 107),
    trades: ['long 1@105 -> 2@100 end_of_data'],
  },
  {
    name: 'stop-limit: a gap over the limit waits for the price to come back',
    rows: [calm, [110, 112, 109, 111], calm],
    long: [0],
    ...stopLimit(105, 107),
    trades: [],
  },
  {
    name: 'stop-limit: a gap over the limit fills at the limit when the bar comes back',
    rows: [calm, [110, 112, 104, 111], calm],
    long: [0],
    ...stopLimit(105, 107),
    trades: ['long 1@107 -> 2@100 end_of_data'],
  },
  {
    name: 'stop-limit: once triggered it rests as a limit',
    rows: [calm, [110, 112, 109, 111], [110, 111, 106, 108], calm],
    long: [0],
    ...stopLimit(105, 107, { valid_bars: 2 }),
    trades: ['long 2@107 -> 3@100 end_of_data'],
  },
  {
    name: 'limit entry: the stop below it is hit in the same bar for certain',
    rows: [calm, [100, 101, 80, 99], calm],
    long: [0],
    ...ordered('limit', 95, { stop_loss: { percent: 0.1 } }),
    trades: ['long 1@95 -> 1@85.5 stop_loss'],
    ambiguous: 0,
  },
  {
    name: 'limit entry: a high that may have come before is no target',
    rows: [calm, [100, 120, 94, 99], calm],
    long: [0],
    ...ordered('limit', 95, { take_profit: { percent: 0.1 } }),
    trades: ['long 1@95 -> 2@100 end_of_data'],
  },
  {
    name: 'limit entry, optimistic: it is one',
    rows: [calm, [100, 120, 94, 99], calm],
    long: [0],
    ...ordered('limit', 95, { take_profit: { percent: 0.1 }, intrabar: 'optimistic' }),
    trades: ['long 1@95 -> 1@104.5 take_profit'],
    ambiguous: 1,
  },
  {
    name: 'limit entry: a close beyond the target proves it',
    rows: [calm, [100, 120, 94, 110], calm],
    long: [0],
    ...ordered('limit', 95, { take_profit: { percent: 0.1 } }),
    trades: ['long 1@95 -> 1@104.5 take_profit'],
    ambiguous: 0,
  },
  {
    name: 'limit entry at a better open: the whole bar follows',
    rows: [calm, [92, 120, 91, 99], calm],
    long: [0],
    ...ordered('limit', 95, { take_profit: { percent: 0.1 } }),
    trades: ['long 1@92 -> 1@101.2 take_profit'],
    ambiguous: 0,
  },
  {
    name: 'stop entry: the target beyond it is hit in the same bar for certain',
    rows: [calm, [100, 120, 99, 104], calm],
    long: [0],
    ...ordered('stop', 105, { take_profit: { percent: 0.1 } }),
    trades: ['long 1@105 -> 1@115.5 take_profit'],
    ambiguous: 0,
  },
  {
    name: 'stop entry: a low that may have come after is a stop',
    rows: [calm, [100, 106, 90, 104], calm],
    long: [0],
    ...ordered('stop', 105, { stop_loss: { percent: 0.1 } }),
    trades: ['long 1@105 -> 1@94.5 stop_loss'],
    ambiguous: 1,
  },
  {
    name: 'stop entry, optimistic: it is none',
    rows: [calm, [100, 106, 90, 104], calm],
    long: [0],
    ...ordered('stop', 105, { stop_loss: { percent: 0.1 }, intrabar: 'optimistic' }),
    trades: ['long 1@105 -> 2@100 end_of_data'],
  },
  {
    name: 'short stop entry, open-high-low-close: the low follows the high',
    rows: [calm, [100, 120, 94, 99], calm],
    short: [0],
    ...ordered('stop', 95, { stop_loss: { percent: 0.1 }, intrabar: 'open_high_low_close' }),
    trades: ['short 1@95 -> 2@100 end_of_data'],
  },
  {
    name: 'a flip with resting orders closes at the market first',
    rows: [calm, [100, 101, 94, 99], [100, 106, 99, 101], calm],
    long: [0],
    short: [1],
    execution: { entry: { order: 'limit', price: 'p' } },
    decisions: { prices: { entry: (bar) => [95, 105][bar] } },
    trades: ['long 1@95 -> 2@100 reversal', 'short 2@105 -> 3@100 end_of_data'],
  },
];

const flatAt = (price: number): Row => [price, price, price, price];
const sizes: Case[] = [
  {
    name: 'percent_of_equity sizes at the fill price, in whole steps',
    rows: [calm, up, up],
    long: [0],
    execution: { sizing: { method: 'percent_of_equity', value: 0.5 }, quantity_step: 1 },
    trades: ['long 1@110 -> 2@111 x45 end_of_data'],
  },
  {
    name: 'percent_of_equity leaves room for the commission',
    rows: [flatAt(100), flatAt(100), flatAt(100)],
    long: [0],
    execution: { sizing: { method: 'percent_of_equity', value: 1 }, quantity_step: 1, commission: { percent: 0.01 } },
    trades: ['long 1@100 -> 2@100 x99 end_of_data'],
  },
  {
    name: 'percent_of_equity leaves room for a minimum commission',
    rows: [flatAt(100), flatAt(100), flatAt(100)],
    long: [0],
    execution: {
      sizing: { method: 'percent_of_equity', value: 1 },
      quantity_step: 1,
      commission: { percent: 0.01, minimum: 150 },
    },
    trades: ['long 1@100 -> 2@100 x98 end_of_data'],
  },
  {
    name: 'a flip sizes on the cash after the closing half',
    rows: [flatAt(100), flatAt(100), flatAt(200), flatAt(200)],
    long: [0],
    short: [1],
    execution: { sizing: { method: 'percent_of_equity', value: 1 } },
    trades: ['long 1@100 -> 2@200 x100 reversal', 'short 2@200 -> 3@200 x100 end_of_data'],
  },
  {
    name: 'an order that cannot be afforded is dropped',
    rows: [calm, calm, up],
    long: [0],
    capital: 99,
    trades: [],
    rejected: 1,
  },
  {
    name: 'an order of less than a step is dropped',
    rows: [calm, calm, up],
    long: [0],
    capital: 99,
    execution: { sizing: { method: 'percent_of_equity', value: 1 }, quantity_step: 1 },
    trades: [],
    rejected: 1,
  },
  {
    name: 'leverage lets it be afforded',
    rows: [calm, calm, up],
    long: [0],
    capital: 60,
    execution: { leverage: 2 },
    trades: ['long 1@100 -> 2@111 end_of_data'],
  },
  {
    name: 'the multiplier counts against the capital',
    rows: [calm, calm, up],
    long: [0],
    capital: 4000,
    instrument: { multiplier: 50 },
    trades: [],
    rejected: 1,
  },
  {
    name: 'confidence sizes by the strength of the signal',
    rows: [flatAt(100), flatAt(100), flatAt(100)],
    long: [0],
    execution: { sizing: { method: 'confidence', value: 0.8 } },
    decisions: { strength: Float64Array.of(0.25, 1, 1) },
    trades: ['long 1@100 -> 2@100 x20 end_of_data'],
  },
  {
    name: 'volatility_target needs its lookback',
    rows: [calm, up, down, calm],
    long: [1],
    execution: { sizing: { method: 'volatility_target', annual: 0.1, lookback: 20 } },
    trades: [],
    rejected: 1,
  },
  {
    name: 'kelly_fraction starts with its initial fraction',
    rows: [flatAt(100), flatAt(100), flatAt(100)],
    long: [0],
    execution: { sizing: { method: 'kelly_fraction', initial: 0.2 } },
    trades: ['long 1@100 -> 2@100 x20 end_of_data'],
  },
  {
    name: 'kelly_fraction stops betting on what has only lost',
    rows: [100, 100, 90, 90, 80, 80, 80].map(flatAt),
    long: [0, 2, 4],
    exitLong: [1, 3],
    execution: { sizing: { method: 'kelly_fraction', minimum_trades: 2, initial: 0.5 } },
    trades: ['long 1@100 -> 2@90 x50 signal', 'long 3@90 -> 4@80 x52.777778 signal'],
    rejected: 1,
  },
  {
    name: 'a leveraged long is liquidated at the maintenance margin',
    rows: [flatAt(100), flatAt(100), [95, 96, 50, 55], flatAt(60)],
    long: [0],
    capital: 1000,
    execution: { sizing: { method: 'percent_of_equity', value: 2 }, leverage: 2 },
    trades: ['long 1@100 -> 2@66.666667 x20 liquidation'],
  },
  {
    name: 'a gap through the liquidation price fills at the open',
    rows: [flatAt(100), flatAt(100), [40, 45, 38, 44], flatAt(60)],
    long: [0],
    capital: 1000,
    execution: { sizing: { method: 'percent_of_equity', value: 2 }, leverage: 2 },
    trades: ['long 1@100 -> 2@40 x20 liquidation'],
  },
  {
    name: 'a short is liquidated before it loses more than there is',
    rows: [flatAt(100), flatAt(100), [110, 190, 109, 180], flatAt(180)],
    short: [0],
    capital: 1000,
    execution: { sizing: { method: 'percent_of_equity', value: 1 } },
    instrument: { margin: 0.5 },
    trades: ['short 1@100 -> 2@160 x10 liquidation'],
  },
  {
    name: 'after ruin nothing is bought',
    rows: [flatAt(100), flatAt(100), flatAt(40), flatAt(40), flatAt(40)],
    long: [0, 2],
    capital: 1000,
    execution: { sizing: { method: 'percent_of_equity', value: 2 }, leverage: 2 },
    trades: ['long 1@100 -> 2@40 x20 liquidation'],
    rejected: 1,
  },
];

const cost = (execution: object): object => ({ costs: 'none', ...execution });
const prices: Case[] = [
  {
    name: 'slippage worsens both fills of a long',
    rows: [calm, calm, up, up],
    long: [0],
    exitLong: [1],
    execution: cost({ slippage: { percent: 0.01 } }),
    trades: ['long 1@101 -> 2@108.9 signal'],
  },
  {
    name: 'slippage worsens both fills of a short',
    rows: [calm, calm, up, up],
    short: [0],
    exitShort: [1],
    execution: cost({ slippage: { percent: 0.01 } }),
    trades: ['short 1@99 -> 2@111.1 signal'],
  },
  {
    name: 'slippage in ticks',
    rows: [calm, calm, up, up],
    long: [0],
    exitLong: [1],
    instrument: { tick_size: 0.25 },
    execution: cost({ slippage: { ticks: 2 } }),
    trades: ['long 1@100.5 -> 2@109.5 signal'],
  },
  {
    name: 'slippage as a share of the spread',
    rows: [calm, calm, up, up],
    long: [0],
    exitLong: [1],
    execution: cost({ spread: { percent: 0.01 }, slippage: { spread_fraction: 0.5 } }),
    trades: ['long 1@101.5 -> 2@109.45 signal'],
  },
  {
    name: 'slippage by share of volume',
    rows: [calm, [100, 101, 99, 100, 10], [100, 101, 99, 100, 4], up],
    long: [0],
    exitLong: [1],
    execution: cost({ slippage: { volume_share: 0.1 } }),
    trades: ['long 1@101 -> 2@97.5 signal'],
  },
  {
    name: 'slippage by share of volume in a bar without volume',
    rows: [calm, [100, 101, 99, 100, 0], [100, 101, 99, 100, 1], up],
    long: [0],
    exitLong: [1],
    execution: cost({ slippage: { volume_share: 0.1 } }),
    trades: ['long 1@110 -> 2@90 signal'],
  },
  {
    name: 'the entry pays the whole spread, the exit none',
    rows: [calm, calm, up, up],
    long: [0],
    exitLong: [1],
    execution: cost({ spread: { percent: 0.02 } }),
    trades: ['long 1@102 -> 2@110 signal'],
  },
  {
    name: 'a stop exit slips',
    rows: [calm, calm, [98, 99, 85, 95], calm],
    long: [0],
    execution: cost({ ...stop, slippage: { percent: 0.01 } }),
    trades: ['long 1@101 -> 2@89.991 stop_loss'],
  },
  {
    name: 'a target does not slip',
    rows: [calm, calm, [102, 115, 101, 105], calm],
    long: [0],
    execution: cost({ ...target, slippage: { percent: 0.01 } }),
    trades: ['long 1@101 -> 2@111.1 take_profit'],
  },
  {
    name: 'a limit entry pays neither slippage nor spread',
    rows: [calm, [100, 101, 94, 99], calm],
    long: [0],
    ...ordered('limit', 95, { spread: { percent: 0.02 } }),
    trades: ['long 1@95 -> 2@100 end_of_data'],
  },
  {
    name: 'a stop entry pays both',
    rows: [calm, [100, 106, 99, 104], up, up],
    long: [0],
    exitLong: [1],
    ...ordered('stop', 105, { spread: { percent: 0.02 }, slippage: { percent: 0.01 } }),
    trades: ['long 1@108.15 -> 2@108.9 signal'],
  },
  {
    name: 'the close at the end of the data slips',
    rows: [calm, calm, up],
    long: [0],
    execution: cost({ slippage: { percent: 0.01 } }),
    trades: ['long 1@101 -> 2@109.89 end_of_data'],
  },
];

const groups = { marketOrders, endsAndLimits, stopsAndTargets, partsAndTrails, restingOrders, sizes, prices };
for (const [group, cases] of Object.entries(groups)) {
  test(`simulate: ${group}`, async (t) => {
    for (const { name, trades, rejected = 0, ambiguous, ...market } of cases) {
      await t.test(name, () => {
        const simulation = simulated(market);
        assert.deepEqual(simulation.trades.map(written), trades);
        assert.equal(simulation.rejectedOrders, rejected);
        if (ambiguous !== undefined) assert.equal(simulation.ambiguousExits, ambiguous);
      });
    }
  });
}
