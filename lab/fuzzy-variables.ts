import type { Timeframe } from '@stratlab/data/timeframe.ts';
import { readArtifact } from '@stratlab/models/artifact.ts';
import type { ColumnNormalisation } from '@stratlab/models/normalisation.ts';
import { degreeOf, type FittedMembership } from '@stratlab/models/quantile-partition.ts';
import { featureScales } from '@stratlab/models/trained-model.ts';
import type { FuzzyVariable } from '@stratlab/reports/charts/fuzzy-sets.ts';
import { baseTimeframe, documentSymbols, documentTimeframes } from '@stratlab/strategies/document.ts';
import { StrategyView } from '@stratlab/strategies/market-view.ts';
import type { FuzzySet } from '@stratlab/strategies/strategy-parts.ts';
import { strategyOn } from './explained-sample.ts';
import { requireModelRow } from './find-model.ts';
import { requireVersion } from './find-strategy.ts';
import type { Lab } from './lab.ts';
import { readMarket } from './market.ts';
import { type LabStrategy, requireStrategy } from './strategy-language.ts';

const gridPoints = 200;

/**
 * A strategy's fuzzy sets as curves, over what their indicators were on its first symbol where that is stored. Sets that
 * are fitted in training have no curves yet: their name says so.
 */
export function fuzzyVariables(lab: Lab, strategyName: string, version?: number): FuzzyVariable[] {
  const { strategy } = requireStrategy(requireVersion(lab, strategyName, version).document);
  const valuesOf = valuesOn(lab, strategy, documentSymbols(strategy.document)[0]);
  return [...strategy.fuzzy].map(([id, { column, ...divided }]) => {
    const values = valuesOf(column, baseTimeframe(strategy.document));
    if ('sets' in divided) return givenVariable(id, column, divided.sets, values);
    return drawn(`${id}, fitted in training (${divided.auto.join(', ')})`, column, [], [], values);
  });
}

/** The fuzzy sets that a model decides by: those that were fitted in training as the newest networks have them. */
export function fittedVariables(lab: Lab, modelId: string): FuzzyVariable[] {
  const row = requireModelRow(lab, modelId);
  const artifact = readArtifact(lab.folders.models, row.artifactHash);
  const { document } = requireVersion(lab, row.strategyName, row.strategyVersion);
  const strategy = strategyOn(document, row.symbols[0], row.timeframe);
  const base = baseTimeframe(strategy.document);
  const valuesOf = valuesOn(lab, strategy, row.symbols[0]);
  const scales = featureScales(artifact);
  const scaleOf = (feature: string) => scales[artifact.features.indexOf(feature)];
  return [...strategy.fuzzy].flatMap(([id, { column, ...divided }]) => {
    if ('sets' in divided) return [givenVariable(id, column, divided.sets, valuesOf(column, base))];
    return documentTimeframes(strategy.document).flatMap((timeframe) => {
      const sets = divided.auto.flatMap((set) => fittedSet(set, scaleOf(`${timeframe}_${id}_${set}`)));
      const name = timeframe === base ? `${id}, fitted` : `${id} on ${timeframe}, fitted`;
      return sets.length === 0 ? [] : [fittedVariable(name, column, sets, valuesOf(column, timeframe))];
    });
  });
}

/** The values that a column took; undefined where the symbol is not stored. */
type ValuesOf = (column: string, timeframe: Timeframe) => Float64Array | undefined;

function valuesOn(lab: Lab, strategy: LabStrategy, symbol: string): ValuesOf {
  const timeframe = baseTimeframe(strategy.document);
  const stored = lab.store.ofSymbol(symbol).some(({ series }) => series.timeframe === timeframe);
  const view = stored ? new StrategyView(strategy, readMarket(lab.store, symbol, timeframe).view) : undefined;
  return (column, frame) => view?.column(column, frame).filter((value) => !Number.isNaN(value));
}

interface FittedSet {
  name: string;
  membership: FittedMembership;
}

function fittedSet(name: string, scale: ColumnNormalisation | undefined): FittedSet[] {
  return scale?.method === 'membership' ? [{ name, membership: scale }] : [];
}

function fittedVariable(
  name: string,
  column: string,
  sets: FittedSet[],
  values: Float64Array | undefined,
): FuzzyVariable {
  const peaks = sets.map(({ membership }) => membership.peak);
  const curves = sets.map((set) => ({ name: set.name, degree: (x: number) => degreeOf(set.membership, x) }));
  return drawn(name, column, curves, peaks, values);
}

function givenVariable(
  name: string,
  column: string,
  sets: readonly FuzzySet[],
  values: Float64Array | undefined,
): FuzzyVariable {
  const supports = sets.flatMap(({ membership }) => membership.membership.support(membership.parameters));
  const curves = sets.map(({ set, membership: { membership, parameters } }) => ({
    name: set,
    degree: (x: number) => membership.degrees(Float64Array.of(x), parameters)[0],
  }));
  return drawn(name, column, curves, supports.filter(Number.isFinite), values);
}

/** Over all values that are named or were taken. */
function drawn(
  name: string,
  indicator: string,
  sets: readonly { name: string; degree: (x: number) => number }[],
  named: readonly number[],
  values: Float64Array | undefined,
): FuzzyVariable {
  const [low, high] = extremes([...named, ...extremes(values ?? [])]);
  const grid = Float64Array.from(
    { length: low === undefined ? 0 : gridPoints },
    (_, k) => low + ((high - low) * k) / (gridPoints - 1),
  );
  const curves = sets.map((set) => ({ name: set.name, degrees: grid.map(set.degree) }));
  return { name, indicator, grid, sets: curves, ...(values === undefined ? {} : { values }) };
}

/** Least and greatest; nothing for nothing. */
function extremes(values: Iterable<number>): number[] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low > high ? [] : [low, high];
}
