import { overrideExecution } from '@stratlab/backtests/execution.ts';
import { type PortfolioSimulation, simulateWeights } from '@stratlab/backtests/simulate-weights.ts';
import { dayMs } from '@stratlab/data/instant.ts';
import { guessInstrument, type Instrument } from '@stratlab/data/instrument.ts';
import type { Timeline } from '@stratlab/strategies/wished-weights.ts';
import { dailyBars, type Row } from './market.ts';

/** Weights by the step they are decided at; what is not named is left alone. */
export type Wishes = Readonly<Record<number, number>>;

export interface PortfolioCase {
  /** Per instrument one bar a day; null where it has none. */
  rows: readonly (readonly (Row | null)[])[];
  wishes: readonly Wishes[];
  band?: number;
  execution?: object;
  instruments?: readonly Partial<Instrument>[];
  capital?: number;
  firstStep?: number;
  endStep?: number;
}

export const startTime = Date.UTC(2020, 0, 1);

/** Rows of instruments on one axis of days. */
export function timelineOf(rows: readonly (readonly unknown[])[]): Timeline {
  return {
    time: Float64Array.from(rows[0], (_, step) => startTime + step * dayMs),
    rows: rows.map((column) => {
      let row = 0;
      return Int32Array.from(column, (bar) => (bar === null ? -1 : row++));
    }),
  };
}

/** Fractional instruments A, B, … without costs, 1,000 of capital, unless the case says otherwise. */
export function portfolio(given: PortfolioCase): PortfolioSimulation {
  const { rows, wishes, band = 0, execution, instruments = [], capital = 1000 } = given;
  const steps = rows[0].length;
  const assets = rows.map((column, k) => ({
    bars: dailyBars(column.filter((row) => row !== null)),
    instrument: { ...guessInstrument('SYN-TEST'), symbol: String.fromCharCode(65 + k), ...instruments[k] },
  }));
  const weights = wishes.map((wish) => Float64Array.from({ length: steps }, (_, step) => wish[step] ?? Number.NaN));
  return simulateWeights(
    timelineOf(rows),
    assets,
    { weights, firstStep: given.firstStep ?? 0, endStep: given.endStep ?? steps, band },
    overrideExecution({ costs: 'none' }, execution),
    capital,
  );
}
