import { type Decisions, noDecisions } from '@stratlab/backtests/decisions.ts';
import { overrideExecution } from '@stratlab/backtests/execution.ts';
import { simulate } from '@stratlab/backtests/simulate.ts';
import type { Simulation, Trade } from '@stratlab/backtests/trade.ts';
import type { Bars } from '@stratlab/data/bars.ts';
import { dayMs } from '@stratlab/data/instant.ts';
import { guessInstrument, type Instrument } from '@stratlab/data/instrument.ts';

/** open, high, low, close, and volume where it matters. */
export type Row = readonly [number, number, number, number, number?];

/** Daily bars from 2020-01-01. */
export function dailyBars(rows: readonly Row[]): Bars {
  const column = (k: number) => Float64Array.from(rows, (row) => row[k] ?? 1000);
  return {
    time: Float64Array.from(rows, (_, t) => Date.UTC(2020, 0, 1) + t * dayMs),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: column(4),
  };
}

export interface Market {
  rows: readonly Row[];
  /** Bars at whose close each is decided. */
  long?: number[];
  exitLong?: number[];
  short?: number[];
  exitShort?: number[];
  /** Both sides, where they are quoted apart. */
  quotes?: { bid: readonly Row[]; ask: readonly Row[] };
  execution?: object;
  decisions?: Partial<Decisions>;
  instrument?: Partial<Instrument>;
  capital?: number;
}

/** A fractional instrument without costs, one unit an order, 10,000 of capital, unless the case says otherwise. */
export function simulated({ rows, quotes, execution, instrument, capital = 10_000, ...decided }: Market): Simulation {
  const bars = dailyBars(rows);
  const decisions = noDecisions(rows.length);
  for (const t of decided.long ?? []) decisions.enterLong[t] = 1;
  for (const t of decided.exitLong ?? []) decisions.exitLong[t] = 1;
  for (const t of decided.short ?? []) decisions.enterShort[t] = 1;
  for (const t of decided.exitShort ?? []) decisions.exitShort[t] = 1;
  const names = quotes === undefined ? null : { bid: 'BID', ask: 'ASK' };
  const sides = quotes === undefined ? null : { bid: dailyBars(quotes.bid), ask: dailyBars(quotes.ask) };
  return simulate(
    bars,
    { ...decisions, ...decided.decisions },
    overrideExecution({ costs: 'none', sizing: { method: 'units', value: 1 }, quotes: names }, execution),
    { ...guessInstrument('SYN-TEST'), ...instrument },
    capital,
    { quotes: sides },
  );
}

/** `long 1@100 -> 3@110 signal`, with `x2` before the reason where the quantity is not 1. */
export function written({ direction, entryBar, entryPrice, exitBar, exitPrice, quantity, exitReason }: Trade): string {
  const units = quantity === 1 ? '' : ` x${rounded(quantity)}`;
  return `${direction} ${entryBar}@${rounded(entryPrice)} -> ${exitBar}@${rounded(exitPrice)}${units} ${exitReason}`;
}

export function rounded(value: number): number {
  return Number(value.toFixed(6));
}
