import { Crossings } from '@stratlab/backtests/crossing.ts';
import type { Decisions } from '@stratlab/backtests/decisions.ts';
import { overrideExecution } from '@stratlab/backtests/execution.ts';
import { type Measures, measure, simulationSample } from '@stratlab/backtests/measure.ts';
import { sessionReturns } from '@stratlab/backtests/session-returns.ts';
import { simulate } from '@stratlab/backtests/simulate.ts';
import { Workspace } from '@stratlab/backtests/simulation/workspace.ts';
import type { Simulation } from '@stratlab/backtests/trade.ts';
import type { TradeColumns } from '@stratlab/backtests/trade-columns.ts';
import { type Bars, mapColumns } from '@stratlab/data/bars.ts';
import { crypto } from '@stratlab/data/calendars/crypto.ts';
import { guessInstrument } from '@stratlab/data/instrument.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { rollingMean } from '@stratlab/strategies/rolling.ts';

export const capital = 1e5;
export const instrument = guessInstrument('SYN-WALK');
export const costs = {
  costs: 'none',
  commission: { percent: 2e-5 },
  sizing: { method: 'percent_of_equity', value: 0.95 },
};
const slippage = { percent: 1e-5 };
const plainExecution = overrideExecution(costs, { slippage });
const fullExecution = overrideExecution(costs, {
  slippage,
  stop_loss: { percent: 0.02 },
  take_profit: { percent: 0.04 },
});

/** Minutes of a market that never closes, in memory that threads can share. */
export function randomWalk(rows: number): Bars {
  const random = seededRandom(7);
  const bars = mapColumns(() => new Float64Array(new SharedArrayBuffer(8 * rows)));
  let close = 100;
  for (let row = 0; row < rows; row++) {
    const open = close;
    close = open * Math.exp(0.001 * normal(random));
    bars.time[row] = Date.UTC(2020, 0, 1) + row * 60_000;
    bars.open[row] = open;
    bars.high[row] = Math.max(open, close) * (1 + 0.0005 * random());
    bars.low[row] = Math.min(open, close) * (1 - 0.0005 * random());
    bars.close[row] = close;
    bars.volume[row] = 1000;
  }
  return bars;
}

/** The public path from bars to figures, in memory that its runs use again. */
export class Crossing {
  private readonly bars: Bars;
  private readonly workspace = new Workspace();
  private readonly crossings: Crossings;
  private readonly fast: Float64Array;
  private readonly slow: Float64Array;

  constructor(bars: Bars) {
    this.bars = bars;
    this.fast = new Float64Array(bars.time.length);
    this.slow = new Float64Array(bars.time.length);
    this.crossings = new Crossings(bars.time.length, 'long');
  }

  plain(): Simulation {
    return simulate(this.bars, this.decide(), plainExecution, instrument, capital, { workspace: this.workspace });
  }

  full(workspace = this.workspace): Measures & { trades: TradeColumns | undefined } {
    const run = simulate(this.bars, this.decide(), fullExecution, instrument, capital, { workspace });
    const { returns } = sessionReturns(run.time, run.equity, capital, crypto);
    return { trades: run.tradeColumns, ...measure(simulationSample(run, { returns, periodsPerYear: 365 })) };
  }

  figures(what: 'plain' | 'full'): Record<string, number | null> {
    if (what === 'full') return this.full().values;
    const { trades, equity } = this.plain();
    return { trades: trades.length, total_return: equity[equity.length - 1] / capital - 1 };
  }

  private decide(): Decisions {
    const { close } = this.bars;
    return this.crossings.find(rollingMean(close, 10, 0, this.fast), rollingMean(close, 20, 0, this.slow), 20);
  }
}
