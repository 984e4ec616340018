import { overrideExecution } from '@stratlab/backtests/execution.ts';
import { measure, simulationSample } from '@stratlab/backtests/measure.ts';
import type { MetricSample } from '@stratlab/backtests/metric.ts';
import { type OrderDocument, readOrderDocument } from '@stratlab/backtests/order-document.ts';
import type { ListedTrade } from '@stratlab/backtests/order-list/lot.ts';
import { runOrderList } from '@stratlab/backtests/order-list.ts';
import { alignQuotes, type Quotes } from '@stratlab/backtests/quotes.ts';
import { type ReplayEngine, type ReplayedTrade, replayOrders } from '@stratlab/backtests/replay.ts';
import { periodsPerYear, ratePerPeriod, sessionReturns } from '@stratlab/backtests/session-returns.ts';
import { tradeColumns } from '@stratlab/backtests/trade-columns.ts';
import type { Bars } from '@stratlab/data/bars.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import { LabError } from '@stratlab/data/error.ts';
import { type CalendarName, guessInstrument } from '@stratlab/data/instrument.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';

/** Bars as a file has them, and how far apart they usually are. */
export interface MarketFile {
  bars: Bars;
  timeframe: Timeframe;
  /** Both sides of the market, where they are known apart: buys then pay the ask and sales get the bid. */
  quotes?: Quotes;
}

/** What a list of orders came to. */
export interface SimulatedOrders {
  trades: ReplayedTrade[];
  /** Still open at the end, as if closed at the last close without cost. */
  open_trades: ReplayedTrade[];
  /** At the close of every bar. */
  equity: number[];
  final_equity: number;
  /** The headline metrics of a backtest by name, null where undefined, and what happened to the orders. */
  statistics: Record<string, number | null> & { undefined: Record<string, string> };
}

const defaultCapital = 100_000;

/**
 * Runs a list of orders: under the rules of the engine that the document names, else under ours and `execution` (the
 * grammar's block with `initial_capital`, 100,000 by default). The instrument is unknown: fractional quantities, no margin.
 * Throws `invalid_input` where both are given, and where an engine is to fill at quotes, which none of them can.
 */
export function simulateOrders(market: MarketFile, document: OrderDocument, execution?: object): SimulatedOrders {
  const { orders, engine } = document;
  if (engine !== null && market.quotes !== undefined) {
    throw new LabError('invalid_input', 'The orders name an engine, whose rules know no bid and ask.', {
      path: 'quotes',
      hint: 'Leave bid and ask out, or take engine out of the orders.',
    });
  }
  if (engine === null) return underOurRules(market, orders, { ...document.execution, ...execution });
  if (execution === undefined) return underRulesOf(engine, market, orders);
  throw new LabError('invalid_input', 'The orders name an engine, whose rules leave no room for execution.', {
    path: 'execution',
    hint: 'Leave execution out, or take engine out of the orders.',
  });
}

/** One run of a document that may hold several: the one of this `id` or, counted from 0, at this place. */
export function chooseRun(document: unknown, wanted?: string): OrderDocument {
  const runs = runsOf(document);
  if (runs === null) return readOrderDocument(document);
  const names = runs.map(({ id }, k) => (typeof id === 'string' ? id : String(k)));
  const k =
    names.length === 1 && wanted === undefined
      ? 0
      : names.findIndex((name, k) => wanted === name || wanted === String(k));
  if (k >= 0) return readOrderDocument(runs[k]);
  throw new LabError('not_found', `The file holds ${runs.length} runs; ${wanted ?? 'none'} was chosen.`, {
    path: 'run',
    hint: `Choose one with --run: ${names.join(', ')}.`,
  });
}

function runsOf(document: unknown): Record<string, unknown>[] | null {
  if (typeof document !== 'object' || document === null || !('runs' in document)) return null;
  return Array.isArray(document.runs) ? document.runs : null;
}

function underRulesOf(engine: ReplayEngine, market: MarketFile, orders: OrderDocument['orders']): SimulatedOrders {
  const replay = replayOrders(market.bars, orders, engine);
  const { time } = market.bars;
  const sample: MetricSample = {
    ...returnsOf(market, replay.equity, engine.cash, 0),
    initialCapital: engine.cash,
    equity: replay.equity,
    time,
    position: replay.position,
    firstBar: 0,
    trades: tradeColumns(
      replay.trades.map((trade) => ({
        direction: trade.size > 0 ? 'long' : 'short',
        pnl: trade.pnl,
        return: trade.return,
        commission: trade.commission,
        entryBar: trade.entry_bar,
        exitBar: trade.exit_bar,
      })),
    ),
    costsPaid: replay.costs_paid,
    tradedNotional: replay.traded_notional,
  };
  return {
    trades: replay.trades,
    open_trades: replay.open_trades,
    equity: Array.from(replay.equity),
    final_equity: replay.final_equity,
    statistics: statisticsOf(sample),
  };
}

function underOurRules(
  market: MarketFile,
  orders: OrderDocument['orders'],
  block: Record<string, unknown>,
): SimulatedOrders {
  const { initial_capital: given = defaultCapital, ...rest } = block;
  if (typeof given !== 'number') throw new LabError('invalid_input', 'initial_capital must be a number.');
  const { bars, quotes } = market;
  const named = quotes === undefined ? {} : { quotes: { bid: 'BID', ask: 'ASK' } };
  const execution = overrideExecution(named, rest);
  const aligned = quotes === undefined ? null : alignQuotes(bars, quotes);
  const run = runOrderList(bars, orders, execution, guessInstrument('ORDERS-OF-A-LIST'), given, aligned);
  const terms = returnsOf(market, run.equity, given, execution.financing.cash_annual);
  return {
    trades: run.trades.map(writtenTrade),
    open_trades: run.openTrades.map(writtenTrade),
    equity: Array.from(run.equity),
    final_equity: run.equity[run.equity.length - 1],
    statistics: statisticsOf(simulationSample(run, terms), {
      ambiguous_exits: run.ambiguousExits,
      rejected_orders: run.rejectedOrders,
      commission_paid: run.commissionPaid,
      slippage_paid: run.slippagePaid,
      financing_paid: run.financingPaid,
    }),
  };
}

function writtenTrade(trade: ListedTrade): ReplayedTrade {
  return {
    size: trade.direction === 'long' ? trade.quantity : -trade.quantity,
    entry_bar: trade.entryBar,
    exit_bar: trade.exitBar,
    entry_price: trade.entryPrice,
    exit_price: trade.exitPrice,
    sl: trade.sl,
    tp: trade.tp,
    pnl: trade.pnl,
    commission: trade.commission,
    return: trade.return,
  };
}

function statisticsOf(sample: MetricSample, more: Record<string, number> = {}): SimulatedOrders['statistics'] {
  const { values, undefined: reasons } = measure(sample);
  return Object.assign({ ...values, ...more }, { undefined: reasons });
}

function returnsOf({ bars, timeframe }: MarketFile, equity: Float64Array, capital: number, annualCash: number) {
  const calendar = getCalendar(calendarLike(bars.time, timeframe));
  const perYear = periodsPerYear(timeframe, calendar);
  const { returns } = sessionReturns(bars.time, equity, capital, calendar);
  return { returns, periodsPerYear: perYear, cashRate: ratePerPeriod(annualCash, perYear) };
}

/** The market that bars at these times could be of: weekends are crypto's, bars around the clock currencies'. */
function calendarLike(time: Float64Array, timeframe: Timeframe): CalendarName {
  const hours = new Set<number>();
  let saturdays = 0;
  for (const start of time) {
    const date = new Date(start);
    hours.add(date.getUTCHours());
    if (date.getUTCDay() === 6) saturdays++;
  }
  if (saturdays > time.length / 20) return 'crypto';
  return timeframe !== '1d' && timeframe !== '1w' && hours.size >= 20 ? 'forex' : 'equity_usa';
}
