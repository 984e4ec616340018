import { type Bars, barCount, type PriceField, sliceBars } from '@stratlab/data/bars.ts';

/** A number an indicator takes. `integer` parameters count bars unless the indicator says otherwise. */
export interface NumberParameter {
  readonly kind: 'integer' | 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** A named variant an indicator takes. */
export interface ChoiceParameter {
  readonly kind: 'choice';
  readonly default: string;
  readonly options: readonly string[];
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
  /** True where the output is in units of price, so that scaling all prices scales it. */
  readonly priceUnits: boolean;
  /** Rows of NaN before the first defined value, per output, given inputs defined from row 0. */
  warmup(parameters: ParameterValues): number[];
  /** One array of the bars' length per output (one for a single output); NaN before the warm-up is over. Causal. */
  compute(input: IndicatorInput, parameters: ParameterValues): Float64Array[];
}

/** The names an indicator's columns go by under an id: `rsi_14`, or `adx_14.adx`, `adx_14.plus_di`, …. */
export function columnNames(id: string, indicator: Indicator): string[] {
  return indicator.outputs.length === 0 ? [id] : indicator.outputs.map((output) => `${id}.${output}`);
}

/**
 * Computes an indicator whose inputs may themselves begin undefined (another indicator's warm-up): it sees only the
 * bars from the first row where every input is defined, and the rows before stay NaN.
 */
export function runIndicator(indicator: Indicator, input: IndicatorInput, parameters: ParameterValues): Float64Array[] {
  const rows = barCount(input.bars);
  const start = firstDefinedRow(Object.values(input.series), rows);
  if (start === 0) return indicator.compute(input, parameters);
  const series = Object.fromEntries(
    Object.entries(input.series).map(([name, values]) => [name, values.subarray(start)]),
  );
  const outputs = indicator.compute({ bars: sliceBars(input.bars, start), series }, parameters);
  return outputs.map((values) => {
    const padded = new Float64Array(rows).fill(Number.NaN);
    padded.set(values, start);
    return padded;
  });
}

function firstDefinedRow(series: Float64Array[], rows: number): number {
  let start = 0;
  while (start < rows && series.some((values) => Number.isNaN(values[start]))) start++;
  return start;
}
