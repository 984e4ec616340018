import type { Bars } from '@stratlab/data/bars.ts';
import { type Binary, binaryOperators, finite, type Ternary } from './operators.ts';
import { windowCross, windowFold, windowRank } from './windows.ts';

export type ValueType = 'number' | 'boolean';

/** `any` takes numbers or booleans; a window is a constant or a parameter, a whole number of bars from `min`. */
export type FunctionArgument =
  | { readonly name: string; readonly kind: ValueType | 'any' }
  | { readonly name: string; readonly kind: 'window'; readonly min: number };

interface FunctionWords {
  readonly name: string;
  readonly arguments: readonly FunctionArgument[];
  /** `same`: the type of its `any` arguments, which must agree. */
  readonly returns: ValueType | 'same';
  /** What a row holds, and where it is unknown beyond an unknown argument. */
  readonly meaning: string;
}

/** Reads one row only, so it may also take the position's state. */
export interface RowFunction extends FunctionWords {
  readonly kind: 'row';
  /** Takes as many of the three as it has arguments. */
  readonly row: Ternary;
  /** Takes any number of arguments from two, folded from the left. */
  readonly variadic?: true;
}

/** Reads earlier rows too. Unknown where a row that it reads is unknown or before the first bar. */
export interface SeriesFunction extends FunctionWords {
  readonly kind: 'series';
  /** `window` is the window argument, 0 where it takes none. */
  compute(inputs: readonly Float64Array[], window: number, frame: SeriesFrame): Float64Array;
}

/** What a function may ask beside its arguments. */
export interface SeriesFrame {
  readonly bars: Bars;
  readonly barsPerYear: number;
}

export type FormulaFunction = RowFunction | SeriesFunction;

/** The longest window and lag, in bars. */
export const maxWindow = 10_000;

const x: FunctionArgument = { name: 'x', kind: 'number' };
const y: FunctionArgument = { name: 'y', kind: 'number' };
const a: FunctionArgument = { name: 'a', kind: 'number' };
const b: FunctionArgument = { name: 'b', kind: 'number' };
const c: FunctionArgument = { name: 'c', kind: 'boolean' };
const any = (name: string): FunctionArgument => ({ name, kind: 'any' });
const window = (min: number): FunctionArgument => ({ name: 'n', kind: 'window', min });

type Words = [name: string, taken: readonly FunctionArgument[], returns: ValueType | 'same', meaning: string];

function series(...[name, taken, returns, meaning, compute]: [...Words, SeriesFunction['compute']]): SeriesFunction {
  return { kind: 'series', name, arguments: taken, returns, meaning, compute };
}

function row(...[name, taken, returns, meaning, compute]: [...Words, RowFunction['row']]): RowFunction {
  return { kind: 'row', name, arguments: taken, returns, meaning, row: compute };
}

export const formulaFunctions: readonly FormulaFunction[] = [
  series('lag', [any('x'), window(0)], 'same', 'x of n bars before', ([values], n) => lagged(values, n)),
  series('diff', [x, window(1)], 'number', 'x - lag(x, n)', ([values], n) =>
    zip(values, lagged(values, n), (now, before) => now - before),
  ),
  series('crosses_above', [a, b], 'boolean', 'lag(a, 1) <= lag(b, 1) and a > b', ([first, second]) =>
    crosses(first, second),
  ),
  series('crosses_below', [a, b], 'boolean', 'lag(a, 1) >= lag(b, 1) and a < b', ([first, second]) =>
    crosses(second, first),
  ),
  series('highest', [x, window(1)], 'number', 'largest of the last n values, this bar included', ([values], n) =>
    windowFold(values, n, greater),
  ),
  series('lowest', [x, window(1)], 'number', 'smallest of the last n values, this bar included', ([values], n) =>
    windowFold(values, n, lesser),
  ),
  series('sum', [x, window(1)], 'number', 'sum of the last n values', ([values], n) => windowFold(values, n, add)),
  series('mean', [x, window(1)], 'number', 'arithmetic mean of the last n values', ([values], n) =>
    windowFold(values, n, add).map((sum) => sum / n),
  ),
  series(
    'std',
    [x, window(2)],
    'number',
    'sample standard deviation (divisor n - 1) of the last n values; the indicator stddev divides by n',
    ([values], n) => standardDeviation(values, n),
  ),
  series(
    'zscore',
    [x, window(2)],
    'number',
    '(x - mean(x, n)) / std(x, n); unknown where the last n values are equal',
    ([values], n) => zscore(values, n),
  ),
  series(
    'rank',
    [x, window(1)],
    'number',
    'share of the last n values, this one included, that are at most this one: 1/n to 1',
    ([values], n) => windowRank(values, n).map((atMost) => atMost / n),
  ),
  series(
    'correlation',
    [x, y, window(2)],
    'number',
    "Pearson's correlation of the last n values; unknown where either is constant",
    ([first, second], n) => correlation(first, second, n),
  ),
  series(
    'beta',
    [a, b, window(2)],
    'number',
    'slope of the regression of a on b over the last n values: units of b that hedge one of a; unknown where b is constant',
    ([first, second], n) => beta(first, second, n),
  ),
  series(
    'slope',
    [x, window(2)],
    'number',
    'change per bar of the least-squares line through the last n values',
    ([values], n) =>
      beta(
        values,
        values.map((_, i) => i),
        n,
      ),
  ),
  series('count', [c, window(1)], 'number', 'of the last n bars, those on which c is true', ([condition], n) =>
    windowFold(condition, n, add),
  ),
  series(
    'since',
    [c],
    'number',
    'bars since c was last true, 0 on such a bar; unknown before the first, and after an unknown c until the next',
    ([condition]) => since(condition),
  ),
  series(
    'volatility',
    [window(2)],
    'number',
    'sample standard deviation of the last n log returns of close, times the root of the bars in a year',
    (_, n, { bars, barsPerYear }) => volatility(bars.close, n, barsPerYear),
  ),
  row('abs', [x], 'number', '|x|', Math.abs),
  row('log', [x], 'number', 'natural logarithm; unknown for x <= 0', (value: number) => finite(Math.log(value))),
  row('exp', [x], 'number', 'e to the x; unknown where it overflows', (value: number) => finite(Math.exp(value))),
  row('sqrt', [x], 'number', 'square root; unknown for x < 0', Math.sqrt),
  row('sign', [x], 'number', '-1, 0 or 1', Math.sign),
  { ...row('min', [a, b], 'number', 'smallest of two or more', lesser), variadic: true },
  { ...row('max', [a, b], 'number', 'largest of two or more', greater), variadic: true },
  row(
    'clip',
    [x, { name: 'lo', kind: 'number' }, { name: 'hi', kind: 'number' }],
    'number',
    'x, at least lo and at most hi (hi where they cross)',
    (value: number, low: number, high: number) => Math.min(Math.max(value, low), high),
  ),
  row(
    'where',
    [c, any('a'), any('b')],
    'same',
    'a where c is true, b where it is false; also written c ? a : b',
    (condition: number, yes: number, no: number) => (condition === 1 ? yes : condition === 0 ? no : Number.NaN),
  ),
];

const byName = new Map(formulaFunctions.map((definition) => [definition.name, definition]));

export function findFunction(name: string): FormulaFunction | undefined {
  return byName.get(name);
}

export function isWindow(value: number, min: number): boolean {
  return Number.isInteger(value) && value >= min && value <= maxWindow;
}

export function takesArguments(definition: FormulaFunction, count: number): boolean {
  const least = definition.arguments.length;
  return count === least || (count > least && definition.kind === 'row' && definition.variadic === true);
}

/** `lag(x, n)`. */
export function signature({ name, arguments: taken }: FormulaFunction): string {
  return `${name}(${taken.map((argument) => argument.name).join(', ')})`;
}

function add(first: number, second: number): number {
  return first + second;
}

function lesser(first: number, second: number): number {
  return Math.min(first, second);
}

function greater(first: number, second: number): number {
  return Math.max(first, second);
}

function zip(first: Float64Array, second: Float64Array, row: Binary): Float64Array {
  return first.map((value, i) => row(value, second[i]));
}

function lagged(values: Float64Array, n: number): Float64Array {
  const before = new Float64Array(values.length).fill(Number.NaN);
  if (n < values.length) before.set(values.subarray(0, values.length - n), n);
  return before;
}

function crosses(lower: Float64Array, upper: Float64Array): Float64Array {
  const { '<=': atMost, '>': above, and } = binaryOperators;
  return lower.map((value, i) =>
    and(i === 0 ? Number.NaN : atMost(lower[i - 1], upper[i - 1]), above(value, upper[i])),
  );
}

function standardDeviation(values: Float64Array, n: number): Float64Array {
  return windowCross(values, values, n).cross.map((squares) => Math.sqrt(squares / (n - 1)));
}

function zscore(values: Float64Array, n: number): Float64Array {
  const { mean, cross } = windowCross(values, values, n);
  return values.map((value, i) => (value - mean[i]) / Math.sqrt(cross[i] / (n - 1)));
}

function correlation(first: Float64Array, second: Float64Array, n: number): Float64Array {
  const { cross: xx } = windowCross(first, first, n);
  const { cross: yy } = windowCross(second, second, n);
  return windowCross(first, second, n).cross.map((xy, i) => {
    const scale = Math.sqrt(xx[i]) * Math.sqrt(yy[i]);
    return scale > 0 ? Math.max(-1, Math.min(1, xy / scale)) : Number.NaN;
  });
}

function beta(first: Float64Array, second: Float64Array, n: number): Float64Array {
  const { cross: squares } = windowCross(second, second, n);
  return windowCross(first, second, n).cross.map((cross, i) => cross / squares[i]);
}

function since(condition: Float64Array): Float64Array {
  let bars = Number.NaN;
  return condition.map((value) => {
    bars = value === 1 ? 0 : value === 0 ? bars + 1 : Number.NaN;
    return bars;
  });
}

function volatility(close: Float64Array, n: number, barsPerYear: number): Float64Array {
  const returns = close.map((price, i) =>
    price > 0 && close[i - 1] > 0 ? Math.log(price / close[i - 1]) : Number.NaN,
  );
  return standardDeviation(returns, n).map((deviation) => deviation * Math.sqrt(barsPerYear));
}
