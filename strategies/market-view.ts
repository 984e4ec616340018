import type { Bars } from '@stratlab/data/bars.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import type { FormulaContext, FormulaFrame } from './formula.ts';
import { evaluateFormula } from './formula.ts';
import { columnNames, runIndicator } from './indicator.ts';
import { computeIndicators, type IndicatorDefinition } from './indicator-definition.ts';
import { findIndicator } from './indicators/index.ts';
import type { AnyDocument, Strategy } from './strategy.ts';

/** Bars of another timeframe or symbol, and for each row the last of them that has closed by then (-1: none). */
export interface AlignedBars {
  readonly bars: Bars;
  readonly rows: Int32Array;
  readonly barsPerYear: number;
}

/** One symbol's bars and what else may be read beside them. Made by the lab from the store. */
export interface MarketView {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly bars: Bars;
  readonly barsPerYear: number;
  readonly sessionOf: (epochMs: number) => number;
  /** Coarser bars of the same symbol. */
  readonly atTimeframe: (timeframe: Timeframe) => AlignedBars;
  /** Another symbol's bars of a timeframe, `rows` for each of this symbol's bars of that timeframe. */
  readonly ofSymbol: (symbol: string, timeframe: Timeframe) => AlignedBars;
}

/** Indicator columns of a strategy over one timeframe's own bars, computed when first asked for. */
class Columns {
  readonly #strategy: Strategy<AnyDocument>;
  readonly #bars: Bars;
  readonly #other: (symbol: string) => AlignedBars;
  readonly #context: () => FormulaContext;
  readonly #computed = new Map<string, Float64Array>();

  constructor(
    strategy: Strategy<AnyDocument>,
    bars: Bars,
    other: (symbol: string) => AlignedBars,
    context: () => FormulaContext,
  ) {
    this.#strategy = strategy;
    this.#bars = bars;
    this.#other = other;
    this.#context = context;
  }

  get(name: string): Float64Array | undefined {
    const known = this.#computed.get(name);
    if (known !== undefined) return known;
    const [id] = name.split('.');
    const { indicators, formulaIndicators } = this.#strategy;
    const formula = formulaIndicators.get(id);
    if (formula) this.#computed.set(id, evaluateFormula(formula, this.#context()));
    else if (Object.hasOwn(indicators, id)) this.#compute(id, indicators[id]);
    return this.#computed.get(name);
  }

  #compute(id: string, definition: IndicatorDefinition): void {
    if (definition.dataSource !== undefined) {
      const { bars, rows } = this.#other(definition.dataSource);
      const own = computeIndicators(bars, { [id]: definition });
      for (const [name, values] of own) this.#computed.set(name, spread(values, rows));
      return;
    }
    const readsFormula = Object.values(definition.inputs).some((input) => this.#strategy.formulaIndicators.has(input));
    const columns = readsFormula ? this.#onFormula(id, definition) : computeIndicators(this.#bars, this.#local());
    for (const [name, values] of columns) this.#computed.set(name, values);
  }

  /** Definitions on these bars; those on other symbols or on formulas are computed apart. */
  #local(): Record<string, IndicatorDefinition> {
    return Object.fromEntries(
      Object.entries(this.#strategy.indicators).filter(
        ([, { dataSource, inputs }]) =>
          dataSource === undefined &&
          !Object.values(inputs).some((input) => this.#strategy.formulaIndicators.has(input)),
      ),
    );
  }

  #onFormula(id: string, { type, parameters, inputs }: IndicatorDefinition): Map<string, Float64Array> {
    const indicator = findIndicator(type);
    if (indicator === undefined) return new Map();
    const series = Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [
        name,
        this.get(input) ?? new Float64Array(this.#bars.time.length).fill(Number.NaN),
      ]),
    );
    const outputs = runIndicator(indicator, { bars: this.#bars, series }, parameters);
    return new Map(columnNames(id, indicator).map((name, k) => [name, outputs[k]]));
  }
}

/** A strategy laid over a market: its columns on every timeframe, and the context its formulas are evaluated in. */
export class StrategyView {
  readonly strategy: Strategy<AnyDocument>;
  readonly market: MarketView;
  readonly #frames = new Map<Timeframe, { frame: FormulaFrame; rows: Int32Array | null }>();

  constructor(strategy: Strategy<AnyDocument>, market: MarketView) {
    this.strategy = strategy;
    this.market = market;
  }

  /** A column of an indicator on the bars of a timeframe, one value per base bar, as known at the base bar's close. */
  column(name: string, timeframe: Timeframe): Float64Array {
    const { frame, rows } = this.#frame(timeframe);
    const values = frame.columns(name);
    if (values === undefined) return new Float64Array(this.market.bars.time.length).fill(Number.NaN);
    return rows === null ? values : spread(values, rows);
  }

  /** What formulas of the base bars are evaluated over; `signal` where there is a model or fuzzy rules. */
  context(signal?: Float64Array): FormulaContext {
    const { market, strategy } = this;
    const { frame } = this.#frame(market.timeframe);
    return {
      ...frame,
      timeframe: market.timeframe,
      parameters: strategy.parameters,
      ...(signal === undefined ? {} : { signal }),
      timeframeBars: (timeframe) => {
        const { frame: other, rows } = this.#frame(timeframe);
        return { ...other, rows: rows ?? identity(market.bars.time.length) };
      },
      symbolBars: (symbol) => market.ofSymbol(symbol, market.timeframe),
    };
  }

  #frame(timeframe: Timeframe): { frame: FormulaFrame; rows: Int32Array | null } {
    const known = this.#frames.get(timeframe);
    if (known !== undefined) return known;
    const { market, strategy } = this;
    const base = timeframe === market.timeframe;
    const { bars, barsPerYear, rows } = base ? { ...market, rows: null } : market.atTimeframe(timeframe);
    const columns = new Columns(
      strategy,
      bars,
      (symbol) => market.ofSymbol(symbol, timeframe),
      () => ({
        ...frame,
        timeframe,
        parameters: strategy.parameters,
      }),
    );
    const frame: FormulaFrame = {
      bars,
      barsPerYear,
      sessionOf: market.sessionOf,
      columns: (name) => columns.get(name),
    };
    const made = { frame, rows };
    this.#frames.set(timeframe, made);
    return made;
  }
}

/** Values of other bars as known at each base bar; NaN where none has closed. */
function spread(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => (row < 0 ? Number.NaN : values[row]));
}

function identity(rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => i);
}
