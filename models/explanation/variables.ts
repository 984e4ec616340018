import type { Timeframe } from '@stratlab/data/timeframe.ts';
import type { Feature } from '@stratlab/strategies/features.ts';
import type { ColumnNormalisation } from '../normalisation.ts';

/** One thing that a model looks at: a fuzzy variable with all its sets, or a raw column, on one timeframe and lag. */
export interface Variable {
  /** The same for all lags: `1h_rsi_zone`. */
  readonly group: string;
  /** `rsi_zone on 4h 3 bars ago`; the base timeframe and lag 0 go without saying. */
  readonly words: string;
  /** Names of the sets, one per column; null for a raw column. */
  readonly sets: readonly string[] | null;
  /** Ascending values of the indicator at which each set is 1, where they were fitted in training; else null. */
  readonly peaks: readonly number[] | null;
  /** Places of its features among the inputs. */
  readonly columns: readonly number[];
  readonly lag: number;
}

/** The variables behind a model's inputs, the newest rows' first. `normalisation` tells the sets that were fitted. */
export function variablesOf(
  features: readonly Feature[],
  base: Timeframe,
  normalisation: readonly ColumnNormalisation[] = [],
): Variable[] {
  const columns = new Map<string, number[]>();
  features.forEach((feature, column) => {
    const key = `${groupOf(feature)} ${feature.lag}`;
    columns.set(key, [...(columns.get(key) ?? []), column]);
  });
  const variables = [...columns.values()].map((own): Variable => {
    const members = own.map((column) => features[column]);
    const sets = members.flatMap(({ source }) => (source.kind === 'membership' ? [source.set] : []));
    const peaks = own.flatMap((column) => peakOf(normalisation[column]));
    const [first] = members;
    return {
      group: groupOf(first),
      words: placed(nameOf(first), first, base),
      sets: sets.length === 0 ? null : sets,
      peaks: peaks.length === 0 ? null : peaks,
      columns: own,
      lag: first.lag,
    };
  });
  return variables.sort((a, b) => a.lag - b.lag);
}

/** The inputs of each variable on its timeframe, all lags together. */
export function featureGroups(variables: readonly Variable[]): { name: string; columns: number[] }[] {
  const columns = new Map<string, number[]>();
  for (const { group, columns: own } of variables) columns.set(group, [...(columns.get(group) ?? []), ...own]);
  return [...columns].map(([name, own]) => ({ name, columns: own }));
}

/** One input in words: `rsi_14 on 4h`, `degree of rsi_zone low 3 bars ago`. */
export function inputWords(feature: Feature, base: Timeframe): string {
  const { source } = feature;
  const name = source.kind === 'raw' ? source.column : `degree of ${source.fuzzySet} ${source.set}`;
  return placed(name, feature, base);
}

function peakOf(column: ColumnNormalisation | undefined): number[] {
  return column?.method === 'membership' ? [column.peak] : [];
}

function nameOf({ source }: Feature): string {
  return source.kind === 'membership' ? source.fuzzySet : source.column;
}

function groupOf(feature: Feature): string {
  return `${feature.timeframe}_${nameOf(feature)}`;
}

function placed(name: string, { timeframe, lag }: Feature, base: Timeframe): string {
  const where = timeframe === base ? '' : ` on ${timeframe}`;
  const when = lag === 0 ? '' : lag === 1 ? ' 1 bar ago' : ` ${lag} bars ago`;
  return `${name}${where}${when}`;
}
