import { LabError, type Problem } from '@stratlab/data/error.ts';
import { formatInstant } from '@stratlab/data/instant.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import { reservedNames } from '@stratlab/strategies/formula.ts';
import {
  computeIndicators as computeColumns,
  type IndicatorDefinition,
  parseIndicatorDefinition,
} from '@stratlab/strategies/indicator-definition.ts';
import type { Lab } from './lab.ts';
import { type BarQuery, readBars } from './read-bars.ts';

interface IndicatorQuery extends BarQuery {
  /** id -> `{type, <parameter>: value, source?}`. */
  indicators: Readonly<Record<string, unknown>>;
  /** Answer with this many rows, the last of the range, in place of statistics. */
  limit?: number | undefined;
}

/** Of the defined values of a column; null where there are none. Quantiles are interpolated linearly (R type 7). */
export interface ColumnStatistics {
  min: number | null;
  q05: number | null;
  q25: number | null;
  median: number | null;
  q75: number | null;
  q95: number | null;
  max: number | null;
  /** On the last bar of the range, null where it is not defined there. */
  last: number | null;
}

type Column = (number | null)[];

export interface ComputedIndicators {
  symbol: string;
  timeframe: Timeframe;
  /** Of the range. */
  data_points: number;
  date_range: { start: string; end: string };
  /** Without `limit`: by column, `id` or `id.output`. */
  statistics?: Record<string, ColumnStatistics>;
  /** With `limit`: the bars' starts, and the values at them. */
  timestamps?: string[];
  columns?: Record<string, Column>;
  warnings: string[];
}

const mostIndicators = 50;
/** Columns whose statistics fit into an answer of 8 kB. */
const mostSummarised = 32;
/** Values that fit into an answer of 5 MB. */
const mostValues = 250_000;
const idPattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * Indicator columns over all bars that may be seen, cut to the dates afterwards. Throws `invalid_input` with every
 * problem at its path (`indicators.rsi_14.period`), `limit_exceeded`, and what reading bars throws.
 */
export function computeIndicators(
  { store }: Pick<Lab, 'store'>,
  { indicators, limit, ...query }: IndicatorQuery,
): ComputedIndicators {
  const definitions = parseDefinitions(indicators);
  const { bars, from, to, series, warnings } = readBars(store, query);
  const columns = compute(() => computeColumns(bars, definitions));
  const first = limit === undefined ? from : Math.max(from, to - limit);
  checkSize(limit === undefined ? null : to - first, columns.size);
  const cut = [...columns].map(([name, values]) => [name, values.subarray(first, to)] as const);
  const span = {
    symbol: series.symbol,
    timeframe: series.timeframe,
    data_points: to - from,
    date_range: { start: formatInstant(bars.time[from]), end: formatInstant(bars.time[to - 1]) },
    warnings: [...warnings, ...undefinedColumns(cut)],
  };
  const of = <T>(describe: (values: Float64Array) => T) =>
    Object.fromEntries(cut.map(([name, values]) => [name, describe(values)]));
  if (limit === undefined) return { ...span, statistics: of(statisticsOf) };
  return { ...span, timestamps: Array.from(bars.time.subarray(first, to), formatInstant), columns: of(nullable) };
}

function parseDefinitions(entries: Readonly<Record<string, unknown>>): Record<string, IndicatorDefinition> {
  const ids = Object.keys(entries);
  if (ids.length === 0) {
    throw invalid([
      {
        path: 'indicators',
        message: 'No indicator is named.',
        hint: 'Write {"rsi_14": {"type": "rsi", "period": 14}}.',
      },
    ]);
  }
  if (ids.length > mostIndicators) {
    throw new LabError(
      'limit_exceeded',
      `${ids.length} indicators are too many for one call; at most ${mostIndicators}.`,
      {
        path: 'indicators',
        hint: 'Ask for them in several calls.',
      },
    );
  }
  const read = ids.map((id) => ({ id, ...parseDefinition(id, entries[id]) }));
  const problems = read.flatMap((entry) => ('problems' in entry ? entry.problems : []));
  if (problems.length > 0) throw invalid(problems);
  return Object.fromEntries(read.flatMap((entry) => ('definition' in entry ? [[entry.id, entry.definition]] : [])));
}

function parseDefinition(id: string, entry: unknown): { definition: IndicatorDefinition } | { problems: Problem[] } {
  const path = `indicators.${id}`;
  if (!idPattern.test(id) || reservedNames.has(id)) {
    const hint =
      'An id has letters, digits, _ and -, begins with a letter, and means nothing else in formulas: rsi_14.';
    return { problems: [{ path, message: `"${id.slice(0, 64)}" cannot be an indicator's id.`, hint }] };
  }
  const read = parseIndicatorDefinition(entry, path);
  if ('problems' in read || read.definition.dataSource === undefined) return read;
  const message = 'data_source belongs into strategies; here every indicator is computed on the symbol of the call.';
  return { problems: [{ path: `${path}.data_source`, message, hint: 'Call with the other symbol.' }] };
}

/** References between indicators are checked while computing; here they are faults of the call. */
function compute<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof LabError && error.code === 'invalid_strategy') throw invalid(error.problems ?? [], error);
    throw error;
  }
}

function invalid(problems: Problem[], cause?: Error): LabError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new LabError('invalid_input', `${first.path}: ${first.message}${more}`, {
    path: first.path,
    hint: first.hint ?? 'list_indicators shows every type with its parameters.',
    problems,
    cause,
  });
}

/** `rows` null: statistics. */
function checkSize(rows: number | null, columns: number): void {
  if (rows === null ? columns <= mostSummarised : rows * columns <= mostValues) return;
  const hint =
    rows === null
      ? `Ask for at most ${mostSummarised} columns at once, or for values with limit.`
      : `With ${columns} columns ask for at most ${Math.floor(mostValues / columns)} rows.`;
  const what = rows === null ? `Statistics of ${columns} columns` : `${rows} rows of ${columns} columns`;
  throw new LabError('limit_exceeded', `${what} are more than an answer holds.`, {
    path: rows === null ? 'indicators' : 'limit',
    hint,
  });
}

function statisticsOf(values: Float64Array): ColumnStatistics {
  const sorted = values.filter(Number.isFinite).sort();
  const at = (share: number) => quantile(sorted, share);
  return {
    min: at(0),
    q05: at(0.05),
    q25: at(0.25),
    median: at(0.5),
    q75: at(0.75),
    q95: at(0.95),
    max: at(1),
    last: numberOrNull(values[values.length - 1]),
  };
}

function quantile(sorted: Float64Array, share: number): number | null {
  if (sorted.length === 0) return null;
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

function nullable(values: Float64Array): Column {
  return Array.from(values, numberOrNull);
}

function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function undefinedColumns(cut: (readonly [string, Float64Array])[]): string[] {
  const empty = cut.filter(([, values]) => !values.some(Number.isFinite)).map(([name]) => name);
  return empty.length === 0 ? [] : [`Not defined on any of these bars: ${empty.join(', ')}.`];
}
