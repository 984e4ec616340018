import type { Timeframe } from '@stratlab/data/timeframe.ts';
import type { PartitionPlace } from './auto-partition.ts';
import { type AnyDocument, documentTimeframes, type FeatureInput, type Normalization } from './document.ts';
import { firingStrength, fuzzySignal } from './fuzzy-rule.ts';
import type { StrategyView } from './market-view.ts';
import type { Strategy } from './strategy.ts';
import { setNames } from './strategy-parts.ts';

/** One input of a model, as named to people: `1h_rsi_zone_oversold`, `1h_adx_14.adx`, with `_lag<k>` for earlier rows. */
export interface Feature {
  readonly name: string;
  readonly timeframe: Timeframe;
  readonly source:
    | { readonly kind: 'membership'; readonly fuzzySet: string; readonly set: string }
    | { readonly kind: 'raw'; readonly column: string };
  readonly lag: number;
  /** How it is to be scaled, fitted on training rows; degrees of sets that the document gives are left as they are. */
  readonly normalization: Normalization | PartitionPlace;
}

/** The features of some inputs, by default a strategy's, in their order: all of the newest row, then of each earlier row. */
export function featuresOf(
  strategy: Strategy<AnyDocument>,
  lookback: number,
  inputs: readonly FeatureInput[] = strategy.document.nn_inputs,
): Feature[] {
  const newest = inputs.flatMap((input) => featuresOfInput(strategy, input));
  return Array.from({ length: lookback + 1 }, (_, lag) =>
    newest.map((feature) => (lag === 0 ? feature : { ...feature, lag, name: `${feature.name}_lag${lag}` })),
  ).flat();
}

function featuresOfInput(strategy: Strategy<AnyDocument>, input: FeatureInput): Feature[] {
  const timeframes = input.timeframes === 'all' ? documentTimeframes(strategy.document) : input.timeframes;
  return timeframes.flatMap((timeframe): Feature[] => {
    if ('raw_indicator' in input) {
      const source = { kind: 'raw', column: input.raw_indicator } as const;
      return [
        { name: `${timeframe}_${input.raw_indicator}`, timeframe, source, lag: 0, normalization: input.normalization },
      ];
    }
    const { fuzzy_set: fuzzySet } = input;
    const variable = strategy.fuzzy.get(fuzzySet);
    if (variable === undefined) return [];
    return setNames(variable).map((set, k, { length }) => ({
      name: `${timeframe}_${fuzzySet}_${set}`,
      timeframe,
      source: { kind: 'membership', fuzzySet, set },
      lag: 0,
      normalization: 'auto' in variable ? { method: 'partition', set: k, of: length } : 'none',
    }));
  });
}

/** rows x features, not normalised, row-major, one row per base bar; NaN where a value is not known yet. */
export function featureMatrix(view: StrategyView, features: readonly Feature[]): Float64Array {
  const rows = view.market.bars.time.length;
  const matrix = new Float64Array(rows * features.length);
  const newest = new Map<string, Float64Array>();
  features.forEach((feature, k) => {
    const key = `${feature.timeframe} ${JSON.stringify(feature.source)}`;
    const values = newest.get(key) ?? featureValues(view, feature);
    newest.set(key, values);
    for (let row = 0; row < rows; row++) {
      matrix[row * features.length + k] = row < feature.lag ? Number.NaN : values[row - feature.lag];
    }
  });
  return matrix;
}

function featureValues(view: StrategyView, { source, timeframe }: Feature): Float64Array {
  if (source.kind === 'raw') return view.column(source.column, timeframe);
  const variable = view.strategy.fuzzy.get(source.fuzzySet);
  if (variable !== undefined && 'auto' in variable) return view.column(variable.column, timeframe);
  return membershipValues(view, source.fuzzySet, source.set, timeframe);
}

/** Degree of membership in a set that the document gives, per base bar. */
export function membershipValues(
  view: StrategyView,
  fuzzySet: string,
  set: string,
  timeframe: Timeframe,
): Float64Array {
  const variable = view.strategy.fuzzy.get(fuzzySet);
  const sets = variable !== undefined && 'sets' in variable ? variable.sets : [];
  const membership = sets.find((candidate) => candidate.set === set)?.membership;
  if (variable === undefined || membership === undefined) throw new RangeError(`no set ${fuzzySet}.${set}`);
  return membership.membership.degrees(view.column(variable.column, timeframe), membership.parameters);
}

/** The Takagi-Sugeno signal of a strategy's fuzzy rules, in [-1, 1] per base bar; NaN while a membership is unknown. */
export function fuzzyRulesSignal(view: StrategyView): Float64Array {
  const { timeframe, bars } = view.market;
  const known = new Map<string, Float64Array>();
  const membership = (fuzzySet: string, set: string) => {
    const key = `${fuzzySet} ${set}`;
    const values = known.get(key) ?? membershipValues(view, fuzzySet, set, timeframe);
    known.set(key, values);
    return values;
  };
  const rules = view.strategy.fuzzyRules.map(({ condition, then, weight }) => ({
    strength: firingStrength(condition, membership),
    then,
    weight,
  }));
  return fuzzySignal(rules, bars.time.length);
}
