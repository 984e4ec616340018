import { type Bars, barCount } from '@stratlab/data/bars.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import { giveBack } from '@stratlab/strategies/columns.ts';
import { movingAverage } from '@stratlab/strategies/smoothing.ts';
import { type CrossingDirection, Crossings } from '../crossing.ts';
import { DrawdownWatch } from '../drawdowns.ts';
import type { Execution } from '../execution.ts';
import type { MetricSample } from '../metric.ts';
import { sharpe } from '../metrics/sharpe.ts';
import { returnsOf, sessionsOf } from '../session-returns.ts';
import { SimulatedMarket } from '../simulation/market.ts';
import { Workspace } from '../simulation/workspace.ts';
import { tradeColumns } from '../trade-columns.ts';

export interface Sweep {
  bars: Bars;
  /** Periods of the fast and the slow average, in bars. */
  pairs: readonly PeriodPair[];
  average: 'sma' | 'ema';
  direction: CrossingDirection;
  execution: Execution;
  instrument: Instrument;
  initialCapital: number;
  /** What the Sharpe ratio is annualised by, and the return of cash per session. */
  periodsPerYear: number;
  cashRate: number;
}

export interface PeriodPair {
  fast: number;
  slow: number;
}

/** The figures of one pair, as `simulate` and `measure` have them. */
export interface PairResult extends PeriodPair {
  trades: number;
  total_return: number;
  max_drawdown: number;
  sharpe: number | null;
}

const none = new Float64Array(0);
const noTrades = tradeColumns([]);

/**
 * Runs the pairs one after another over bars that can be traded; an average is computed once. Those of one slow period
 * come together, so that the columns of a stretch of pairs fit into the cache.
 */
export function runPairs(sweep: Sweep, pairs: readonly PeriodPair[]): PairResult[] {
  const { bars, average, direction, execution, instrument, initialCapital } = sweep;
  const rows = barCount(bars);
  const averages = new Map<number, Float64Array>();
  const averageOf = (period: number) => {
    const known = averages.get(period) ?? movingAverage(bars.close, period, average);
    averages.set(period, known);
    return known;
  };
  const sessions = sessionsOf(bars.time, getCalendar(instrument.calendar)).lastRow;
  const crossings = new Crossings(rows, direction);
  const workspace = new Workspace();
  // A function of its own: V8 compiles a loop around the whole engine to code that is half as fast.
  const runPair = ({ fast, slow }: PeriodPair): PairResult => {
    const decisions = crossings.find(averageOf(fast), averageOf(slow), slow);
    const ends = sessions.subarray(sessions.findIndex((row) => row >= slow));
    const equityAfter = new Float64Array(ends.length);
    const drawdown = new DrawdownWatch(initialCapital);
    const quiet = workspace.quietBars(bars, decisions, null);
    const market = new SimulatedMarket(bars, decisions, execution, instrument, initialCapital, workspace.log, quiet);
    market.runWatched(drawdown, ends, equityAfter);
    return {
      fast,
      slow,
      trades: workspace.log.count,
      total_return: equityAfter[ends.length - 1] / initialCapital - 1,
      max_drawdown: drawdown.depth,
      sharpe: sharpeOf(returnsOf(equityAfter, initialCapital), sweep),
    };
  };
  const results = new Array<PairResult>(pairs.length);
  const bySlow = [...pairs.keys()].sort((a, b) => pairs[a].slow - pairs[b].slow);
  for (const k of bySlow) results[k] = runPair(pairs[k]);
  giveBack(...averages.values());
  return results;
}

function sharpeOf(returns: Float64Array, { initialCapital, periodsPerYear, cashRate }: Sweep): number | null {
  const sample: MetricSample = {
    initialCapital,
    equity: none,
    time: none,
    position: none,
    firstBar: 0,
    returns,
    periodsPerYear,
    cashRate,
    trades: noTrades,
    costsPaid: Number.NaN,
    tradedNotional: Number.NaN,
  };
  const ratio = sharpe.compute(sample);
  return typeof ratio === 'number' && Number.isFinite(ratio) ? ratio + 0 : null;
}
