import { type Decisions, noDecisions } from '@stratlab/backtests/decisions.ts';
import { type Execution, overrideExecution } from '@stratlab/backtests/execution.ts';
import { type Measures, measure, simulationSample } from '@stratlab/backtests/measure.ts';
import {
  periodsPerYear,
  ratePerPeriod,
  type SessionReturns,
  sessionReturns,
} from '@stratlab/backtests/session-returns.ts';
import { simulate } from '@stratlab/backtests/simulate.ts';
import type { Simulation } from '@stratlab/backtests/trade.ts';
import type { Bars } from '@stratlab/data/bars.ts';
import type { Calendar } from '@stratlab/data/calendar.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import type { BarStore, StoredBars } from '@stratlab/data/store.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import type { ModelArtifact } from '@stratlab/models/artifact.ts';
import { baseTimeframe } from '@stratlab/strategies/document.ts';
import { StrategyView } from '@stratlab/strategies/market-view.ts';
import { z } from 'zod';
import { decide } from './decide.ts';
import { readMarket } from './market.ts';
import type { LabStrategy } from './strategy-language.ts';

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
  stored: StoredBars;
  timeframe: Timeframe;
  periodsPerYear: number;
  cashRate: number;
  benchmark: Baseline;
  benchmarkReturns: Float64Array;
  benchmarkEquity: Float64Array;
  baselines: Record<string, Baseline>;
}

/** Bars and a strategy to a simulated run, its figures, and what it is held against, all at the same costs. */
export function backtest(store: BarStore, request: BacktestRequest): Backtested {
  const { strategy, artifact, symbol, initialCapital } = request;
  const timeframe = baseTimeframe(strategy.document);
  const { view: market, stored } = readMarket(store, symbol, timeframe, request.to);
  const { instrument } = stored.series;
  const view = new StrategyView(strategy, market);
  const decisions = decide(view, strategy, artifact, request);
  const { execution } = strategy.document;
  const calendar = getCalendar(instrument.calendar);
  const perYear = request.periodsPerYear ?? periodsPerYear(timeframe, calendar);
  const cashRate = ratePerPeriod(execution.financing.cash_annual, perYear);
  const held = holding(decisions, 1);
  const played = (what: Decisions, how: Execution, benchmark?: Float64Array): Run =>
    play(market.bars, what, how, instrument, initialCapital, calendar, {
      periodsPerYear: perYear,
      cashRate,
      ...(benchmark && { benchmark }),
    });

  const buyAndHold = played(held, holdingExecution(execution));
  const run = played(decisions, execution, buyAndHold.sessions.returns);
  const baselines: Record<string, Baseline> = {
    always_long: baseline('always_long', played(held, strategyExecutionWithoutPrices(execution))),
  };
  if (artifact !== null && artifact.classes !== null) {
    const direction = majorityDirection(artifact);
    const name = 'majority_class';
    baselines[name] =
      direction === 0
        ? { name, total_return: 0, sharpe: null, max_drawdown: 0 }
        : baseline(name, played(holding(decisions, direction), strategyExecutionWithoutPrices(execution)));
  }
  return {
    run,
    stored,
    timeframe,
    periodsPerYear: perYear,
    cashRate,
    benchmark: baseline('buy_and_hold', buyAndHold),
    benchmarkReturns: buyAndHold.sessions.returns,
    benchmarkEquity: buyAndHold.simulation.equity,
    baselines,
  };
}

function play(
  bars: Bars,
  decisions: Decisions,
  execution: Execution,
  instrument: Instrument,
  capital: number,
  calendar: Calendar,
  terms: { periodsPerYear: number; cashRate: number; benchmark?: Float64Array },
): Run {
  const simulation = simulate(bars, decisions, execution, instrument, capital);
  const sessions = sessionReturns(simulation.time, simulation.equity, capital, calendar);
  return {
    simulation,
    sessions,
    measures: measure(simulationSample(simulation, { ...terms, returns: sessions.returns })),
  };
}

function baseline(name: string, { measures: { values } }: Run): Baseline {
  return { name, total_return: values.total_return, sharpe: values.sharpe, max_drawdown: values.max_drawdown };
}

/** All equity in the market from the first decision to the end, at the strategy's costs and fills, without stops. */
function holdingExecution(execution: Execution): Execution {
  return {
    ...strategyExecutionWithoutPrices(execution),
    sizing: { method: 'percent_of_equity', value: 1 },
    stop_loss: null,
    take_profit: null,
    trailing_stop: null,
    max_holding_bars: null,
  };
}

/** Less what only the strategy's own decisions can feed: formula prices, resting entries, sizes by confidence. */
function strategyExecutionWithoutPrices(execution: Execution): Execution {
  const { sizing, stop_loss, take_profit, trailing_stop } = execution;
  return {
    ...execution,
    entry: overrideExecution({}, {}).entry,
    sizing: sizing.method === 'confidence' ? { method: 'percent_of_equity', value: sizing.value } : sizing,
    stop_loss: stop_loss?.price === undefined ? stop_loss : null,
    take_profit: take_profit?.some(({ price }) => price !== undefined) ? null : take_profit,
    trailing_stop: trailing_stop?.price === undefined ? trailing_stop : null,
  };
}

/** Wants to be in the market in one direction on every bar of the same span. */
function holding({ firstBar, endBar, enterLong }: Decisions, direction: 1 | -1): Decisions {
  const decisions = noDecisions(enterLong.length);
  (direction === 1 ? decisions.enterLong : decisions.enterShort).fill(1, firstBar, endBar);
  return { ...decisions, firstBar, endBar };
}

function majorityDirection({ metrics: { train } }: ModelArtifact): 1 | 0 | -1 {
  if (!('class_counts' in train)) return 0;
  const [long, flat, short] = train.class_counts;
  return long >= flat && long >= short ? 1 : short > flat ? -1 : 0;
}
