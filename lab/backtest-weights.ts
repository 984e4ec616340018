import { resolveCosts } from '@stratlab/backtests/costs.ts';
import type { Execution } from '@stratlab/backtests/execution.ts';
import { periodsPerYear, ratePerPeriod } from '@stratlab/backtests/session-returns.ts';
import { simulateWeights } from '@stratlab/backtests/simulate-weights.ts';
import type { Calendar } from '@stratlab/data/calendar.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatDate } from '@stratlab/data/instant.ts';
import type { BarStore } from '@stratlab/data/store.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import { baseTimeframe } from '@stratlab/strategies/document.ts';
import { UniverseView } from '@stratlab/strategies/universe-view.ts';
import { wishedWeights } from '@stratlab/strategies/wish.ts';
import type { WishedWeights } from '@stratlab/strategies/wished-weights.ts';
import { contextSeries } from './context-series.ts';
import { signalSeries } from './decide.ts';
import { readMarket, type StoredMarket } from './market.ts';
import {
  type Backtested,
  type BacktestRequest,
  type Baseline,
  baseline,
  judgedRun,
  type Run,
} from './simulated-run.ts';
import { tradedSeries } from './traded.ts';
import { sealOf, type TradedSymbols, tradedSymbols } from './traded-symbols.ts';

/** One or several instruments on shared cash, by wished weights: a target, a portfolio, legs. */
export function backtestWeights(store: BarStore, universes: string, request: BacktestRequest): Backtested {
  const { strategy, initialCapital } = request;
  const { execution } = strategy.document;
  const timeframe = baseTimeframe(strategy.document);
  const chosen = tradedSymbols(strategy.document, universes);
  const { traded, deciding, view } = readUniverseView(store, request, chosen, timeframe);
  const wishes = wishedWeights(view, signalsOf(view, request), { from: request.from });
  requireSteps(view, wishes);
  const assets = traded.map(({ view: { bars }, stored }) => ({ bars, instrument: stored.series.instrument }));
  const calendar = busiest(assets.map(({ instrument }) => getCalendar(instrument.calendar)));
  const perYear = request.periodsPerYear ?? periodsPerYear(timeframe, calendar);
  const cashRate = ratePerPeriod(execution.financing.cash_annual, perYear);
  const terms = { initialCapital, calendar, periodsPerYear: perYear, cashRate };
  const played = (what: WishedWeights, how: Execution, benchmark?: Float64Array): Run =>
    judgedRun(simulateWeights(view.timeline, assets, what, how, initialCapital), terms, benchmark);

  const buyAndHold = played(equalWeights(view, wishes, true), execution);
  const baselines: Record<string, Baseline> = {};
  if (strategy.document.legs === null) {
    baselines.equal_weight = baseline('equal_weight', played(equalWeights(view, wishes, false), execution));
  }
  return {
    run: played(wishes, execution, buyAndHold.sessions.returns),
    traded: tradedSeries(
      traded.map(({ stored }) => stored),
      [...(deciding === null ? [] : [deciding.stored]), ...contextSeries(store, strategy.document, request.to)],
      chosen.membership,
    ),
    timeframe,
    periodsPerYear: perYear,
    cashRate,
    benchmark: baseline('buy_and_hold', buyAndHold),
    benchmarkReturns: buyAndHold.sessions.returns,
    benchmarkEquity: buyAndHold.simulation.equity,
    baselines,
    costs: Object.fromEntries(assets.map(({ instrument }) => [instrument.symbol, resolveCosts(execution, instrument)])),
  };
}

interface ReadUniverse {
  traded: StoredMarket[];
  /** The market that decides for legs, where it is none of them. */
  deciding: StoredMarket | null;
  view: UniverseView;
}

/** Every series ends where the first of them is sealed: behind it the others would be traded against a standing price. */
function readUniverseView(
  store: BarStore,
  { strategy, symbol, to }: BacktestRequest,
  { symbols, membership }: TradedSymbols,
  timeframe: Timeframe,
): ReadUniverse {
  const decides = strategy.document.legs === null || symbols.includes(symbol) ? null : symbol;
  const read = decides === null ? symbols : [...symbols, decides];
  const seals = read.map((each) => sealOf(store, each) ?? Number.POSITIVE_INFINITY);
  const end = Math.min(to ?? Number.POSITIVE_INFINITY, ...seals.map((seal) => seal - 1));
  const marketOf = (each: string) => readMarket(store, each, timeframe, Number.isFinite(end) ? end : undefined);
  const traded = symbols.map(marketOf);
  const deciding = decides === null ? null : marketOf(decides);
  const markets = traded.map(({ view }) => view);
  const view = new UniverseView(strategy, { markets, membership, ...(deciding && { deciding: deciding.view }) });
  return { traded, deciding, view };
}

/** Of the model or the fuzzy rules, one per market that decides. */
function signalsOf({ deciders }: UniverseView, { strategy, artifact }: BacktestRequest): Float64Array[] | null {
  const signals = deciders.flatMap((view) => signalSeries(view, strategy, artifact) ?? []);
  return signals.length === 0 ? null : signals;
}

/** The same part of the equity in every symbol that is a member: bought once, or set right whenever the strategy looks. */
function equalWeights({ timeline, belongs }: UniverseView, wishes: WishedWeights, once: boolean): WishedWeights {
  const { firstStep, endStep } = wishes;
  const columns = wishes.weights.length;
  const weights = wishes.weights.map(({ length }) => new Float64Array(length).fill(Number.NaN));
  for (let step = firstStep; step < (once ? firstStep + 1 : endStep); step++) {
    if (step > firstStep && wishes.weights.every((column) => Number.isNaN(column[step]))) continue;
    const isMember = (k: number) => belongs === null || belongs[k][step] === 1;
    const members = timeline.rows.filter((_, k) => isMember(k)).length;
    for (let k = 0; k < columns; k++) weights[k][step] = isMember(k) ? 1 / members : 0;
  }
  return { weights, firstStep, endStep, band: 0 };
}

function requireSteps({ timeline }: UniverseView, { firstStep, endStep }: WishedWeights): void {
  if (endStep - firstStep >= 2) return;
  const { time } = timeline;
  const span = time.length === 0 ? 'none' : `${formatDate(time[0])} to ${formatDate(time[time.length - 1])}`;
  throw new LabError(
    'insufficient_data',
    'There are fewer than two bars to decide on in the range asked for, warm-up left out.',
    { hint: `The visible bars run from ${span}. Ask for a longer span, or more symbols for a portfolio.` },
  );
}

/** Of several calendars the one with the most sessions a year: the run has at least as many. */
function busiest(calendars: readonly Calendar[]): Calendar {
  return calendars.reduce((most, next) => (next.sessionsPerYear > most.sessionsPerYear ? next : most));
}
