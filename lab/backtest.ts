import type { BarStore } from '@stratlab/data/store.ts';
import { allocatesByWeights } from '@stratlab/strategies/allocation.ts';
import { backtestSignals } from './backtest-signals.ts';
import { backtestWeights } from './backtest-weights.ts';
import type { Backtested, BacktestRequest } from './simulated-run.ts';

/** Bars and a strategy to a simulated run, its figures, and what it is held against, all at the same costs. */
export function backtest(store: BarStore, universes: string, request: BacktestRequest): Backtested {
  return allocatesByWeights(request.strategy.document)
    ? backtestWeights(store, universes, request)
    : backtestSignals(store, request);
}
