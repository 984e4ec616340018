import type { Costs } from '@stratlab/backtests/costs.ts';
import { type Measures, measure, simulationSample } from '@stratlab/backtests/measure.ts';
import { type SessionReturns, sessionReturns } from '@stratlab/backtests/session-returns.ts';
import type { Simulation } from '@stratlab/backtests/trade.ts';
import type { Calendar } from '@stratlab/data/calendar.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import type { ModelArtifact } from '@stratlab/models/artifact.ts';
import { z } from 'zod';
import type { LabStrategy } from './strategy-language.ts';
import type { Traded } from './traded.ts';

export interface BacktestRequest {
  strategy: LabStrategy;
  artifact: ModelArtifact | null;
  symbol: string;
  /** Of decisions by the start of their bar, inclusive, epoch milliseconds. */
  from: number | undefined;
  to: number | undefined;
  initialCapital: number;
  /** Replaces the calendar's sessions a year. */
  periodsPerYear: number | undefined;
}

/** One simulated run with its figures. */
export interface Run {
  simulation: Simulation;
  measures: Measures;
  sessions: SessionReturns;
}

export const baselineSchema = z.strictObject({
  name: z.string(),
  total_return: z.number().nullable(),
  sharpe: z.number().nullable(),
  max_drawdown: z.number().nullable(),
});
export type Baseline = z.infer<typeof baselineSchema>;

export interface Backtested {
  run: Run;
  traded: Traded;
  timeframe: Timeframe;
  periodsPerYear: number;
  cashRate: number;
  benchmark: Baseline;
  benchmarkReturns: Float64Array;
  benchmarkEquity: Float64Array;
  baselines: Record<string, Baseline>;
  /** What each instrument was charged, by symbol. */
  costs: Record<string, Costs>;
}

/** What every run of one request is measured by. */
export interface Terms {
  initialCapital: number;
  calendar: Calendar;
  periodsPerYear: number;
  /** Return of cash per session. */
  cashRate: number;
}

export function judgedRun(simulation: Simulation, terms: Terms, benchmark?: Float64Array): Run {
  const { initialCapital, calendar, periodsPerYear, cashRate } = terms;
  const sessions = sessionReturns(simulation.time, simulation.equity, initialCapital, calendar);
  const measured = { returns: sessions.returns, periodsPerYear, cashRate, ...(benchmark && { benchmark }) };
  return { simulation, sessions, measures: measure(simulationSample(simulation, measured)) };
}

export function baseline(name: string, { measures: { values } }: Run): Baseline {
  return { name, total_return: values.total_return, sharpe: values.sharpe, max_drawdown: values.max_drawdown };
}
