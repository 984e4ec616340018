import { alignRows } from '@stratlab/data/align.ts';
import { type Bars, barCount, priceFields, priceSeries } from '@stratlab/data/bars.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import { type AnyDocument, legSymbols } from './document.ts';
import { evaluateFormula, type FormulaContext, type FormulaFrame } from './formula.ts';
import { columnNames, runIndicator } from './indicator.ts';
import type { IndicatorDefinition } from './indicator-definition.ts';
import { findIndicator } from './indicators/index.ts';
import type { Strategy } from './strategy.ts';

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
  /** Date (00:00Z) of the session that a bar starting at this instant belongs to. */
  readonly sessionOf: (epochMs: number) => number;
  /** Bars of the same symbol on another timeframe. */
  readonly atTimeframe: (timeframe: Timeframe) => AlignedBars;
  /** Another symbol's bars of a timeframe, `rows` for each of this symbol's bars of that timeframe. */
  readonly ofSymbol: (symbol: string, timeframe: Timeframe) => AlignedBars;
}

/** Another timeframe's frame; `rows` is null where it is the base itself. */
interface ViewFrame {
  readonly context: FormulaContext;
  readonly rows: Int32Array | null;
}

/** A strategy laid over a market: its columns on every timeframe, and the context its formulas are evaluated in. */
export class StrategyView {
  readonly strategy: Strategy<AnyDocument>;
  readonly market: MarketView;
  readonly #frames = new Map<Timeframe, ViewFrame>();

  constructor(strategy: Strategy<AnyDocument>, market: MarketView) {
    this.strategy = strategy;
    this.market = market;
  }

  /** A column of an indicator on the bars of a timeframe, one value per base bar, as known at the base bar's close. */
  column(name: string, timeframe: Timeframe): Float64Array {
    const { context, rows } = this.#frame(timeframe);
    const values = context.columns(name);
    if (values === undefined) return unknown(barCount(this.market.bars));
    return rows === null ? values : spread(values, rows);
  }

  /** What formulas of the base bars are evaluated over; `signal` where there is a model or fuzzy rules. */
  context(signal?: Float64Array): FormulaContext {
    const { context } = this.#frame(this.market.timeframe);
    return signal === undefined ? context : { ...context, signal };
  }

  #frame(timeframe: Timeframe): ViewFrame {
    const known = this.#frames.get(timeframe);
    if (known !== undefined) return known;
    const { market } = this;
    const base = timeframe === market.timeframe;
    const { bars, barsPerYear, rows } = base ? { ...market, rows: null } : market.atTimeframe(timeframe);
    const frame = { context: this.#contextOver(bars, barsPerYear, timeframe), rows };
    this.#frames.set(timeframe, frame);
    return frame;
  }

  #contextOver(bars: Bars, barsPerYear: number, timeframe: Timeframe): FormulaContext {
    const { market, strategy } = this;
    const symbolBars = (symbol: string) => this.#ofSymbol(bars, timeframe, symbol);
    const columns = new Columns(strategy, bars, symbolBars, () => context);
    const context: FormulaContext = {
      bars,
      barsPerYear,
      timeframe,
      sessionOf: market.sessionOf,
      columns: (name) => columns.get(name),
      parameters: strategy.parameters,
      timeframeBars: (other) => this.#seenFrom(bars, timeframe, other),
      symbolBars,
      legs: legSymbols(strategy.document),
    };
    return context;
  }

  /** Another symbol's bars of this timeframe, or of that which `context_data` names, as seen from these bars. */
  #ofSymbol(bars: Bars, timeframe: Timeframe, symbol: string): AlignedBars {
    const named = this.strategy.document.context_data.find(
      (series) => series.symbol === symbol.toUpperCase(),
    )?.timeframe;
    if (named === undefined || named === timeframe) return this.market.ofSymbol(symbol, timeframe);
    const found = this.market.ofSymbol(symbol, named);
    return { ...found, rows: alignRows(bars.time, timeframe, found.bars.time, named) };
  }

  /** Another timeframe's frame as seen from the bars of this one. */
  #seenFrom(bars: Bars, timeframe: Timeframe, other: Timeframe): FormulaFrame & { rows: Int32Array } {
    const { context, rows } = this.#frame(other);
    const known = timeframe === this.market.timeframe ? rows : null;
    return { ...context, rows: known ?? alignRows(bars.time, timeframe, context.bars.time, other) };
  }
}

/** Indicator columns of a strategy over some bars, each computed when first asked for. */
class Columns {
  readonly #strategy: Strategy<AnyDocument>;
  readonly #bars: Bars;
  readonly #symbolBars: (symbol: string) => AlignedBars;
  readonly #context: () => FormulaContext;
  /** Symbol whose bars these are, where they are a data source's. */
  readonly #source: string | undefined;
  readonly #computed = new Map<string, Float64Array>();
  readonly #sources = new Map<string, { columns: Columns; rows: Int32Array }>();

  constructor(
    strategy: Strategy<AnyDocument>,
    bars: Bars,
    symbolBars: (symbol: string) => AlignedBars,
    context: () => FormulaContext,
    source?: string,
  ) {
    this.#strategy = strategy;
    this.#bars = bars;
    this.#symbolBars = symbolBars;
    this.#context = context;
    this.#source = source;
  }

  /** Undefined where the strategy has no such column. */
  get(name: string): Float64Array | undefined {
    const [id] = name.split('.');
    if (!this.#computed.has(name)) this.#compute(id);
    return this.#computed.get(name);
  }

  #compute(id: string): void {
    const { indicators, formulaIndicators } = this.#strategy;
    const formula = formulaIndicators.get(id);
    if (formula !== undefined) this.#computed.set(id, evaluateFormula(formula, this.#context()));
    else if (Object.hasOwn(indicators, id)) this.#run(id, indicators[id]);
  }

  #run(id: string, { type, parameters, inputs, dataSource }: IndicatorDefinition): void {
    const indicator = findIndicator(type);
    if (indicator === undefined) return;
    const names = columnNames(id, indicator);
    if (dataSource !== undefined && dataSource !== this.#source) {
      const { columns, rows } = this.#columnsOf(dataSource);
      for (const name of names) this.#computed.set(name, spread(columns.#known(name), rows));
      return;
    }
    const series = Object.fromEntries(Object.entries(inputs).map(([input, from]) => [input, this.#known(from)]));
    const outputs = runIndicator(indicator, { bars: this.#bars, series }, parameters);
    names.forEach((name, k) => {
      this.#computed.set(name, outputs[k]);
    });
  }

  /** A price, or a column; all unknown where there is no such column. */
  #known(name: string): Float64Array {
    const field = priceFields.find((price) => price === name);
    if (field !== undefined) return priceSeries(this.#bars, field);
    return this.get(name) ?? unknown(barCount(this.#bars));
  }

  #columnsOf(symbol: string): { columns: Columns; rows: Int32Array } {
    const known = this.#sources.get(symbol);
    if (known !== undefined) return known;
    const { bars, rows } = this.#symbolBars(symbol);
    const made = { columns: new Columns(this.#strategy, bars, this.#symbolBars, this.#context, symbol), rows };
    this.#sources.set(symbol, made);
    return made;
  }
}

/** Values of other bars as known at each row; NaN where none has closed. */
function spread(values: Float64Array, rows: Int32Array): Float64Array {
  const known = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) known[i] = rows[i] < 0 ? Number.NaN : values[rows[i]];
  return known;
}

function unknown(rows: number): Float64Array {
  return new Float64Array(rows).fill(Number.NaN);
}
