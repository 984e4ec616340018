import { type Decisions, decisionsFromSignal, noDecisions, type StateFormula } from '@stratlab/backtests/decisions.ts';
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
import { type Bars, barCount, firstBarFrom } from '@stratlab/data/bars.ts';
import type { Calendar } from '@stratlab/data/calendar.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatDate } from '@stratlab/data/instant.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import type { BarStore, StoredBars } from '@stratlab/data/store.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import type { ModelArtifact } from '@stratlab/models/artifact.ts';
import { predict, signalOf } from '@stratlab/models/predict.ts';
import { baseTimeframe } from '@stratlab/strategies/document.ts';
import { featureMatrix, featuresOf, fuzzyRulesSignal } from '@stratlab/strategies/features.ts';
import {
  checkFormula,
  compileState,
  evaluateFormula,
  type Formula,
  type FormulaContext,
} from '@stratlab/strategies/formula.ts';
import { StrategyView } from '@stratlab/strategies/market-view.ts';
import { z } from 'zod';
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

/** What the strategy decides at the close of each bar of the span, its warm-up left out. */
function decide(
  view: StrategyView,
  strategy: LabStrategy,
  artifact: ModelArtifact | null,
  { from, to, symbol }: BacktestRequest,
): Decisions {
  const { bars } = view.market;
  const { decisions: rule, training_data } = strategy.document;
  const signal = signalSeries(view, strategy, artifact);
  const context = view.context(signal ?? undefined);
  const fromBar = Math.max(training_data.history_required, from === undefined ? 0 : firstBarFrom(bars, from));
  const endBar = to === undefined ? barCount(bars) : firstBarFrom(bars, to + 1);
  const when = columnOf(strategy.formulas.get('decisions.filters.when'), context);
  const made = signal === null ? ruleDecisions(strategy, context) : signalDecisions(signal, strategy, when);
  const firstBar = firstKnown(made.known, fromBar, endBar);
  if (endBar - firstBar < 2) {
    const span =
      barCount(bars) === 0 ? 'none' : `${formatDate(bars.time[0])} to ${formatDate(bars.time[barCount(bars) - 1])}`;
    throw new LabError(
      'insufficient_data',
      `${symbol} has fewer than two bars to decide on in the range asked for, warm-up left out.`,
      {
        hint: `Its visible bars run from ${span}. Ask for a longer span.`,
      },
    );
  }
  const gated = gate(made.decisions, rule.direction, signal === null ? when : null);
  return {
    ...gated,
    firstBar,
    endBar,
    minSeparation: rule.filters.min_signal_separation,
    prices: pricesOf(strategy, context),
  };
}

/** The model's or the fuzzy rules' signal in [-1, 1] per bar; null for plain rules. */
function signalSeries(view: StrategyView, strategy: LabStrategy, artifact: ModelArtifact | null): Float64Array | null {
  if (strategy.decider === 'fuzzy_rules') return fuzzyRulesSignal(view);
  if (strategy.decider === 'rules') return null;
  const { model } = strategy.document;
  if (artifact === null || model === null)
    throw new LabError('not_found', 'This strategy decides by a model, and none is trained.');
  const features = featuresOf(strategy, model.features.lookback_periods);
  const names = features.map(({ name }) => name);
  if (names.join() !== artifact.features.join()) {
    throw new LabError('invalid_input', 'The model was trained on other features than this strategy has.', {
      path: 'model_id',
      hint: `It knows ${artifact.features.slice(0, 8).join(', ')}. Train this version, or name the version it belongs to.`,
    });
  }
  return signalOf(artifact, predict(artifact, featureMatrix(view, features)));
}

interface Made {
  decisions: Decisions;
  /** Columns that must be known before the first decision. */
  known: Float64Array[];
}

function signalDecisions(signal: Float64Array, strategy: LabStrategy, when: Uint8Array | null): Made {
  const {
    confidence_threshold: threshold,
    direction,
    position_awareness: positionAwareness,
  } = strategy.document.decisions;
  return { decisions: decisionsFromSignal(signal, { threshold, direction, positionAwareness, when }), known: [signal] };
}

function ruleDecisions(strategy: LabStrategy, context: FormulaContext): Made {
  const decisions = noDecisions(context.bars.time.length);
  const known: Float64Array[] = [];
  const column = (key: string): Uint8Array => {
    const formula = strategy.formulas.get(`rules.${key}`);
    if (formula === undefined || readsState(formula, strategy)) return new Uint8Array(context.bars.time.length);
    const values = evaluateFormula(formula, context);
    known.push(values);
    return truths(values);
  };
  const stateful = (key: string): StateFormula<boolean> | null => {
    const formula = strategy.formulas.get(`rules.${key}`);
    if (formula === undefined || !readsState(formula, strategy)) return null;
    const compiled = compileState(formula, context);
    return (bar, state) => compiled(bar, state) === 1;
  };
  return {
    decisions: {
      ...decisions,
      enterLong: column('enter_long'),
      exitLong: column('exit_long'),
      enterShort: column('enter_short'),
      exitShort: column('exit_short'),
      exitLongAt: stateful('exit_long'),
      exitShortAt: stateful('exit_short'),
    },
    known,
  };
}

function readsState(formula: Formula, { parameters }: LabStrategy): boolean {
  return checkFormula(formula, { parameters, state: true }).usesState;
}

function gate(decisions: Decisions, direction: 'both' | 'long' | 'short', when: Uint8Array | null): Decisions {
  const open = (column: Uint8Array, side: 'long' | 'short') =>
    direction !== 'both' && direction !== side
      ? new Uint8Array(column.length)
      : when === null
        ? column
        : column.map((value, t) => value & when[t]);
  return {
    ...decisions,
    enterLong: open(decisions.enterLong, 'long'),
    enterShort: open(decisions.enterShort, 'short'),
  };
}

function pricesOf(strategy: LabStrategy, context: FormulaContext): Decisions['prices'] {
  const compiled = (path: string) => {
    const formula = strategy.formulas.get(`execution.${path}`);
    return formula === undefined ? undefined : compileState(formula, context);
  };
  const named = {
    entry: compiled('entry.price'),
    entryLimit: compiled('entry.limit_price'),
    stopLoss: compiled('stop_loss.price'),
    trailing: compiled('trailing_stop.price'),
  };
  const targets = strategy.document.execution.take_profit?.map((_, k) => compiled(`take_profit.${k}.price`) ?? null);
  return {
    ...Object.fromEntries(Object.entries(named).filter(([, formula]) => formula !== undefined)),
    ...(targets === undefined ? {} : { takeProfit: targets }),
  };
}

function columnOf(formula: Formula | undefined, context: FormulaContext): Uint8Array | null {
  return formula === undefined ? null : truths(evaluateFormula(formula, context));
}

function truths(values: Float64Array): Uint8Array {
  return Uint8Array.from(values, (value) => (value === 1 ? 1 : 0));
}

/** The first bar on which every column is known. */
function firstKnown(columns: readonly Float64Array[], from: number, end: number): number {
  let bar = from;
  while (bar < end && columns.some((values) => Number.isNaN(values[bar]))) bar++;
  return bar;
}
