import { resolveCosts } from '@stratlab/backtests/costs.ts';
import { type Decisions, noDecisions } from '@stratlab/backtests/decisions.ts';
import { type Execution, overrideExecution } from '@stratlab/backtests/execution.ts';
import { periodsPerYear, ratePerPeriod } from '@stratlab/backtests/session-returns.ts';
import { simulate } from '@stratlab/backtests/simulate.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import type { BarStore } from '@stratlab/data/store.ts';
import type { ModelArtifact } from '@stratlab/models/artifact.ts';
import { baseTimeframe } from '@stratlab/strategies/document.ts';
import { StrategyView } from '@stratlab/strategies/market-view.ts';
import { contextSeries } from './context-series.ts';
import { decide } from './decide.ts';
import { readMarket } from './market.ts';
import { readQuotes } from './quoted-market.ts';
import {
  type Backtested,
  type BacktestRequest,
  type Baseline,
  baseline,
  judgedRun,
  type Run,
} from './simulated-run.ts';
import { tradedSeries } from './traded.ts';

/** One instrument, by the decisions of rules or a signal: entries, exits, stops. */
export function backtestSignals(store: BarStore, request: BacktestRequest): Backtested {
  const { strategy, artifact, symbol, initialCapital } = request;
  const timeframe = baseTimeframe(strategy.document);
  const { view: market, stored } = readMarket(store, symbol, timeframe, request.to);
  const { instrument } = stored.series;
  const decisions = decide(new StrategyView(strategy, market), strategy, artifact, request);
  const { execution } = strategy.document;
  const quoted = readQuotes(store, execution, timeframe, request.to);
  const options = { quotes: quoted.align(market.bars, decisions.firstBar) };
  const calendar = getCalendar(instrument.calendar);
  const perYear = request.periodsPerYear ?? periodsPerYear(timeframe, calendar);
  const cashRate = ratePerPeriod(execution.financing.cash_annual, perYear);
  const terms = { initialCapital, calendar, periodsPerYear: perYear, cashRate };
  const held = holding(decisions, 1);
  const played = (what: Decisions, how: Execution, benchmark?: Float64Array): Run =>
    judgedRun(simulate(market.bars, what, how, instrument, initialCapital, options), terms, benchmark);

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
    traded: tradedSeries([stored], [...quoted.stored, ...contextSeries(store, strategy.document, request.to)]),
    timeframe,
    periodsPerYear: perYear,
    cashRate,
    benchmark: baseline('buy_and_hold', buyAndHold),
    benchmarkReturns: buyAndHold.sessions.returns,
    benchmarkEquity: buyAndHold.simulation.equity,
    baselines,
    costs: { [instrument.symbol]: resolveCosts(execution, instrument) },
  };
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
