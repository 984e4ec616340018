import type { FuzzyVariable } from '@stratlab/reports/charts/fuzzy-sets.ts';
import { baseTimeframe, documentSymbols } from '@stratlab/strategies/document.ts';
import { StrategyView } from '@stratlab/strategies/market-view.ts';
import { requireVersion } from './find-strategy.ts';
import type { Lab } from './lab.ts';
import { readMarket } from './market.ts';
import { requireStrategy } from './strategy-language.ts';

const gridPoints = 200;

/**
 * A strategy's fuzzy sets as curves, over what their indicators were on its first symbol where that is stored. Sets that
 * are fitted in training have no curves yet: their name says so.
 */
export function fuzzyVariables(lab: Lab, strategyName: string, version?: number): FuzzyVariable[] {
  const { strategy } = requireStrategy(requireVersion(lab, strategyName, version).document);
  const [symbol] = documentSymbols(strategy.document);
  const timeframe = baseTimeframe(strategy.document);
  const stored = lab.store.ofSymbol(symbol).some(({ series }) => series.timeframe === timeframe);
  const view = stored ? new StrategyView(strategy, readMarket(lab.store, symbol, timeframe).view) : null;
  return [...strategy.fuzzy].map(([id, { column, ...divided }]) => {
    const sets = 'sets' in divided ? divided.sets : [];
    const name = 'auto' in divided ? `${id}, fitted in training (${divided.auto.join(', ')})` : id;
    const values = view?.column(column, timeframe).filter((value) => !Number.isNaN(value));
    const supports = sets.flatMap(({ membership }) => membership.membership.support(membership.parameters));
    const reached = [...supports.filter(Number.isFinite), ...extremes(values ?? new Float64Array())];
    const [low, high] = extremes(reached);
    const grid = Float64Array.from(
      { length: low === undefined ? 0 : gridPoints },
      (_, k) => low + ((high - low) * k) / (gridPoints - 1),
    );
    const curves = sets.map(({ set, membership }) => ({
      name: set,
      degrees: membership.membership.degrees(grid, membership.parameters),
    }));
    return { name, indicator: column, grid, sets: curves, ...(values === undefined ? {} : { values }) };
  });
}

/** Least and greatest; nothing for nothing. */
function extremes(values: Iterable<number>): number[] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low > high ? [] : [low, high];
}
