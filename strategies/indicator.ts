import { type Bars, barCount, mapColumns, type PriceField } from '@stratlab/data/bars.ts';

/** A number an indicator takes. `integer` parameters count bars unless the indicator says otherwise. */
export interface NumberParameter {
  readonly kind: 'integer' | 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** A named variant an indicator takes. */
export interface ChoiceParameter<Option extends string = string> {
  readonly kind: 'choice';
  readonly default: Option;
  readonly options: readonly Option[];
}

export type Parameter = NumberParameter | ChoiceParameter;

/** Parameter values as an indicator receives them: every declared one present, checked against its declaration. */
export type ParameterValues = Readonly<Record<string, number | string>>;

export interface IndicatorInput {
  readonly bars: Bars;
  /** One series per name in `Indicator.inputs`, of the bars' length, defined on every row. */
  readonly series: Readonly<Record<string, Float64Array>>;
}

export type IndicatorCategory = 'trend' | 'momentum' | 'volatility' | 'volume' | 'statistics' | 'price';

/** One indicator type of the grammar; the file's name is its `type`. */
export interface Indicator {
  readonly type: string;
  /** Other names it is read under, lower case. */
  readonly aliases?: readonly string[];
  readonly title: string;
  readonly category: IndicatorCategory;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Series it is computed from, with what stands for each when the document does not say. Empty: it reads bars only. */
  readonly inputs: Readonly<Record<string, PriceField>>;
  /** Names of the outputs; empty where there is one, called by the indicator's id alone. */
  readonly outputs: readonly string[];
  readonly formula: string;
  /** Paper, book or reference implementation whose convention is followed. */
  readonly source: string;
  /** True where the outputs are in units of price, so that scaling all prices scales them; or the outputs that are. */
  readonly priceUnits: boolean | readonly string[];
  /**
   * Rows of NaN before the first defined value, per output, given inputs defined from row 0; the fewest possible where
   * the data decide (zigzag).
   */
  warmup(parameters: ParameterValues): number[];
  /**
   * One array of the bars' length per output (one for a single output). NaN before the warm-up is over, and where a
   * ratio has no denominator; causal.
   */
  compute(input: IndicatorInput, parameters: ParameterValues): Float64Array[];
}

type Declarations = Readonly<Record<string, Parameter>>;
type Inputs = Readonly<Record<string, PriceField>>;
type Declared<D extends Declarations> = {
  readonly [K in keyof D]: D[K] extends ChoiceParameter<infer Option> ? Option : number;
};

interface TypedIndicator<D extends Declarations, I extends Inputs>
  extends Omit<Indicator, 'parameters' | 'inputs' | 'warmup' | 'compute'> {
  readonly parameters: D;
  readonly inputs: I;
  warmup(parameters: Declared<D>): number[];
  compute(
    input: { bars: Bars; series: Readonly<Record<keyof I, Float64Array>> },
    parameters: Declared<D>,
  ): Float64Array[];
}

/** States an indicator; what `warmup` and `compute` receive is typed by its declared parameters and inputs. */
export function indicator<const D extends Declarations, const I extends Inputs>(
  stated: TypedIndicator<D, I>,
): Indicator {
  return stated;
}

/** A number of bars. */
export function period(value: number, min = 1): NumberParameter {
  return { kind: 'integer', default: value, min, max: 10_000 };
}

/** Multiples of a deviation or range by which a band stands off its middle. */
export function multiplier(value: number): NumberParameter {
  return { kind: 'number', default: value, min: 0.01, max: 100 };
}

/** One of several variants; the first is the default. */
export function choice<const Option extends string>(first: Option, ...others: Option[]): ChoiceParameter<Option> {
  return { kind: 'choice', default: first, options: [first, ...others] };
}

/** The names an indicator's columns go by under an id: `rsi_14`, or `adx_14.adx`, `adx_14.plus_di`, …. */
export function columnNames(id: string, indicator: Indicator): string[] {
  return indicator.outputs.length === 0 ? [id] : indicator.outputs.map((output) => `${id}.${output}`);
}

/**
 * Computes an indicator whose inputs may be undefined on some rows (another indicator's warm-up, a ratio without a
 * denominator): it sees only the bars on which every input is defined, and is NaN on the others. A column of the bars
 * themselves is defined throughout.
 */
export function runIndicator(indicator: Indicator, input: IndicatorInput, given: ParameterValues): Float64Array[] {
  const parameters = withIntegers(given);
  const ofBars = Object.values(input.bars);
  const columns = Object.values(input.series).filter((values) => !ofBars.includes(values));
  if (columns.every(isDefined)) return indicator.compute(input, parameters);
  const rows = barCount(input.bars);
  const seen = definedRows(columns, rows);
  const start = rows - seen.length;
  const pick =
    seen[0] === start ? (all: Float64Array) => all.subarray(start) : (all: Float64Array) => gather(all, seen);
  const bars = mapColumns((column) => pick(input.bars[column]));
  const series = Object.fromEntries(Object.entries(input.series).map(([name, values]) => [name, pick(values)]));
  return indicator.compute({ bars, series }, parameters).map((values) => scatter(values, seen, rows));
}

/**
 * The same values, whole numbers held as integers. A 14 that was ever kept in a field beside a 0.02 has become a
 * floating-point number, and a loop that starts at one counts in them at half the speed. An object without a prototype
 * is a dictionary to V8: it has no fields, and keeps each value as it is given.
 */
function withIntegers(parameters: ParameterValues): ParameterValues {
  const held: Record<string, number | string> = Object.create(null);
  for (const [name, value] of Object.entries(parameters)) {
    held[name] = Number.isInteger(value) ? Number(value) | 0 : value;
  }
  return held;
}

/** Four sums, so that an addition need not wait for the one before; a NaN stays in its sum. */
function isDefined(values: Float64Array): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = values.length - (values.length % 4);
  for (let row = 0; row < whole; row += 4) {
    a += values[row];
    b += values[row + 1];
    c += values[row + 2];
    d += values[row + 3];
  }
  for (let row = whole; row < values.length; row++) a += values[row];
  return !Number.isNaN(a + b + c + d);
}

function definedRows(series: Float64Array[], rows: number): Int32Array {
  const defined = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (const values of series) sum += values[row];
    defined[count] = row;
    if (!Number.isNaN(sum)) count++;
  }
  return defined.subarray(0, count);
}

function gather(values: Float64Array, rows: Int32Array): Float64Array {
  const gathered = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) gathered[k] = values[rows[k]];
  return gathered;
}

function scatter(values: Float64Array, rows: Int32Array, length: number): Float64Array {
  const scattered = new Float64Array(length).fill(Number.NaN);
  for (let k = 0; k < rows.length; k++) scattered[rows[k]] = values[k];
  return scattered;
}
