import type { Timeline, WishedWeights } from '@stratlab/strategies/wished-weights.ts';
import type { Execution } from './execution.ts';
import {
  type Asset,
  checkShapes,
  checkSteps,
  checkTradable,
  checkWeightsExecution,
  checkWishes,
} from './simulation/portfolio-preconditions.ts';
import { WeightsMarket } from './simulation/weights-market.ts';
import type { Simulation, Trade } from './trade.ts';

export type { Asset };

/** What one instrument of a portfolio came to. */
export interface InstrumentResult {
  symbol: string;
  /** Signed units held at the end. */
  units: number;
  /** Its last close of the run; NaN where it had none. */
  price: number;
  /** Of its trades and of what is still open, account currency. */
  pnl: number;
  tradedNotional: number;
}

/**
 * What a run of wished weights leaves. Bars are steps of the timeline; `position` is the gross value held as a fraction
 * of equity. `openTrade` is null unless exactly one position is open at the end.
 */
export interface PortfolioSimulation extends Simulation {
  sides: Uint8Array;
  openTrades: Trade[];
  /** In the order of the assets. */
  instruments: InstrumentResult[];
  /** Orders that were cut because not all increases of their instant could be afforded. */
  scaledOrders: number;
}

/**
 * Runs wished weights through a simulated market of one or several instruments on shared cash, step by step, by the
 * rules of specification/execution.md (section Portfolios). No fill or size depends on a later price. Throws
 * `invalid_input` for bars, weights or an execution that cannot be traded, `insufficient_data` for an empty span, and
 * `internal` if the books do not balance at the end.
 */
export function simulateWeights(
  timeline: Timeline,
  assets: readonly Asset[],
  wishes: WishedWeights,
  execution: Execution,
  initialCapital: number,
): PortfolioSimulation {
  checkShapes(timeline, assets, wishes);
  checkSteps(timeline, wishes);
  checkWeightsExecution(execution, assets, initialCapital);
  checkWishes(wishes, assets);
  checkTradable(timeline, assets, wishes);
  return new WeightsMarket(timeline, assets, wishes, execution, initialCapital).run();
}
