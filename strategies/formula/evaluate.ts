import { type Bars, barCount, priceSeries } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { isTimeframe, type Timeframe } from '@stratlab/data/timeframe.ts';
import { type ParameterValues, runIndicator } from '../indicator.ts';
import { canonicalText } from './canonical.ts';
import { clockSeries, findClockWord, parseSessionHours, sessionSeries, zoneFault } from './clock.ts';
import { findFunction, isWindow, type RowFunction, type SeriesFunction, takesArguments } from './functions.ts';
import { type IndicatorCall, indicatorCall, parameterFault } from './indicator-call.ts';
import { isPriceField } from './names.ts';
import type { CallNode, FormulaNode } from './node.ts';
import { type Binary, binaryOperators, finite, negate, not, type Ternary, type Unary } from './operators.ts';
import type { Formula } from './parse.ts';

/** Bars of one timeframe and what is known beside them. */
export interface FormulaFrame {
  readonly bars: Bars;
  /** Expected bars a year, by which `volatility` is annualised. */
  readonly barsPerYear: number;
  /** An indicator column of the bars' length; undefined where there is none of that name. */
  readonly columns: (name: string) => Float64Array | undefined;
  /** The session that a bar starting at this instant belongs to; absent: its UTC day. */
  readonly sessionOf?: (epochMs: number) => number;
}

/** For each base row the row of `bars` that is the last to have closed, -1 where none has. */
export interface AlignedRows {
  readonly rows: Int32Array;
}

/** What a formula is evaluated over. Computed calls are kept with it, so that formulas on one context share them. */
export interface FormulaContext extends FormulaFrame {
  readonly timeframe: Timeframe;
  readonly parameters: Readonly<Record<string, number>>;
  readonly signal?: Float64Array;
  readonly timeframeBars?: (timeframe: Timeframe) => FormulaFrame & AlignedRows;
  readonly symbolBars?: (symbol: string) => { readonly bars: Bars } & AlignedRows;
  /** Symbols that are read by their bare name: its close. */
  readonly legs?: readonly string[];
  /** Rank of a formula's value among the symbols of a universe, on the bars of this one: `cs_rank`. */
  readonly crossSection?: (node: FormulaNode) => Float64Array;
}

/** A series over the bars, or one number for all of them. */
type Value = Float64Array | number;

interface Frame {
  readonly context: FormulaContext;
  readonly calls: Map<string, Value>;
  readonly others: Map<Timeframe, { frame: Frame; rows: Int32Array }>;
}

const frames = new WeakMap<FormulaContext, Frame>();

/**
 * The value at the close of each bar; true is 1, false 0, unknown NaN. A rule fires only on exactly 1. The array may be
 * shared with the context and with later results: it is not to be written to. Throws `invalid_strategy` for what
 * `checkFormula` refuses, and for a formula that reads the position: that is for `compileState`.
 */
export function evaluateFormula(formula: Formula, context: FormulaContext): Float64Array {
  return evaluateNode(formula.root, context);
}

/** As `evaluateFormula`, for a part of a formula. */
export function evaluateNode(node: FormulaNode, context: FormulaContext): Float64Array {
  const frame = frameOf(context);
  return spread(evaluate(node, frame), frame);
}

function frameOf(context: FormulaContext): Frame {
  const frame = frames.get(context) ?? { context, calls: new Map(), others: new Map() };
  frames.set(context, frame);
  return frame;
}

function evaluate(node: FormulaNode, frame: Frame): Value {
  switch (node.kind) {
    case 'number':
      return node.value;
    case 'text':
      throw unusable(node);
    case 'name':
      return named(node.name, node, frame);
    case 'parameter':
      return parameterValue(node.name, node, frame.context);
    case 'unary':
      return mapRows(node.operator === 'not' ? not : negate, evaluate(node.operand, frame));
    case 'binary':
      return zipRows(binaryOperators[node.operator], evaluate(node.left, frame), evaluate(node.right, frame));
    case 'call':
      return called(node, frame);
  }
}

function named(name: string, node: FormulaNode, frame: Frame): Value {
  const { context } = frame;
  if (isPriceField(name)) return priceSeries(context.bars, name);
  if (findClockWord(name) !== undefined) return clockSeries(name, undefined, context);
  if (context.legs?.includes(name)) return legClose(name, node, frame);
  const values = name === 'signal' ? context.signal : context.columns(name);
  if (values === undefined) throw unusable(node);
  return values;
}

function legClose(symbol: string, node: FormulaNode, { context, calls }: Frame): Value {
  const known = calls.get(symbol);
  if (known !== undefined) return known;
  if (context.symbolBars === undefined) throw unusable(node);
  const { bars, rows } = context.symbolBars(symbol);
  const close = pick(bars.close, rows);
  calls.set(symbol, close);
  return close;
}

/** The value of `$name`. */
export function parameterValue(name: string, node: FormulaNode, { parameters }: FormulaContext): number {
  if (!Object.hasOwn(parameters, name)) throw unusable(node);
  return parameters[name];
}

function called(node: CallNode, frame: Frame): Value {
  const key = canonicalText(node);
  const known = frame.calls.get(key);
  if (known !== undefined) return known;
  const value = call(node, frame);
  frame.calls.set(key, value);
  return value;
}

function call(node: CallNode, frame: Frame): Value {
  if (node.name === 'tf') return onTimeframe(node, frame);
  if (node.name === 'series') return onSymbol(node, frame);
  if (node.name === 'session') return duringSession(node, frame);
  if (node.name === 'cs_rank') return amongUniverse(node, frame);
  const definition = findFunction(node.name);
  if (definition !== undefined && !takesArguments(definition, node.arguments.length)) throw unusable(node);
  if (definition?.kind === 'row') return byRow(definition, node, frame);
  if (definition?.kind === 'series') return bySeries(definition, node, frame);
  if (findClockWord(node.name) !== undefined)
    return clockSeries(node.name, zoneOf(node.arguments[0], node), frame.context);
  const indicator = indicatorCall(node);
  if (indicator === undefined) throw unusable(node);
  return ofIndicator(indicator, node, frame);
}

function byRow({ row, variadic }: RowFunction, node: CallNode, frame: Frame): Value {
  const values = node.arguments.map((argument) => evaluate(argument, frame));
  const [first, second, third] = values;
  if (third !== undefined && !variadic) return zip3Rows(row, first, second, third);
  if (second === undefined) return mapRows((a) => row(a, Number.NaN, Number.NaN), first);
  return values.reduce((folded, value) => zipRows((a, b) => row(a, b, Number.NaN), folded, value));
}

function bySeries(definition: SeriesFunction, node: CallNode, frame: Frame): Float64Array {
  const inputs: Float64Array[] = [];
  let window = 0;
  definition.arguments.forEach((declared, k) => {
    const given = node.arguments[k];
    if (declared.kind === 'window') window = windowOf(given, declared.min, frame);
    else inputs.push(spread(evaluate(given, frame), frame));
  });
  return allFinite(definition.compute(inputs, window, frame.context));
}

function windowOf(node: FormulaNode, min: number, { context }: Frame): number {
  const value = constantOf(node, context);
  if (typeof value === 'number' && isWindow(value, min)) return value;
  throw unusable(node, `${value} is no window: a whole number of bars from ${min} is`);
}

function constantOf(node: FormulaNode, context: FormulaContext): number | string {
  if (node.kind === 'number' || node.kind === 'text') return node.value;
  if (node.kind === 'parameter') return parameterValue(node.name, node, context);
  throw unusable(node);
}

function ofIndicator(call: IndicatorCall, node: CallNode, frame: Frame): Float64Array {
  const { indicator, source } = call;
  const { bars } = frame.context;
  const output = node.output === undefined ? 0 : indicator.outputs.indexOf(node.output);
  if (output < 0 || (node.output === undefined && indicator.outputs.length > 0)) throw unusable(node);
  const series: Record<string, Float64Array> = {};
  for (const [name, field] of Object.entries(indicator.inputs)) {
    series[name] = source === undefined ? priceSeries(bars, field) : spread(evaluate(source, frame), frame);
  }
  const outputs = runIndicator(indicator, { bars, series }, indicatorParameters(call, frame.context)).map(allFinite);
  indicator.outputs.forEach((name, k) => {
    frame.calls.set(canonicalText({ ...node, output: name }), outputs[k]);
  });
  return outputs[output];
}

function indicatorParameters({ parameters }: IndicatorCall, context: FormulaContext): ParameterValues {
  const values: Record<string, number | string> = {};
  for (const { name, parameter, node } of parameters) {
    const value = node === undefined ? parameter.default : constantOf(node, context);
    const allowed = parameterFault(parameter, value);
    if (node !== undefined && allowed !== null) {
      throw unusable(node, `${value} is no ${name}; ${name} is ${allowed}`);
    }
    values[name] = value;
  }
  return values;
}

function onTimeframe(node: CallNode, frame: Frame): Value {
  const [name, inner] = node.arguments;
  const timeframe = textOf(name, node);
  if (!isTimeframe(timeframe) || inner === undefined) throw unusable(node);
  if (timeframe === frame.context.timeframe) return evaluate(inner, frame);
  const other = otherFrame(timeframe, node, frame);
  const value = evaluate(inner, other.frame);
  return typeof value === 'number' ? value : pick(value, other.rows);
}

function otherFrame(
  timeframe: Timeframe,
  node: CallNode,
  { context, others }: Frame,
): { frame: Frame; rows: Int32Array } {
  const known = others.get(timeframe);
  if (known !== undefined) return known;
  if (context.timeframeBars === undefined) throw unusable(node);
  const { rows, ...bars } = context.timeframeBars(timeframe);
  const other = { frame: frameOf({ ...bars, timeframe, parameters: context.parameters }), rows };
  others.set(timeframe, other);
  return other;
}

function onSymbol(node: CallNode, { context }: Frame): Float64Array {
  if (context.symbolBars === undefined || node.output === undefined || !isPriceField(node.output)) throw unusable(node);
  const { bars, rows } = context.symbolBars(textOf(node.arguments[0], node));
  return pick(priceSeries(bars, node.output), rows);
}

function duringSession(node: CallNode, { context }: Frame): Float64Array {
  const [hours, zone] = node.arguments;
  const span = parseSessionHours(textOf(hours, node));
  if (span === undefined) throw unusable(node);
  return sessionSeries(span, zone === undefined ? undefined : zoneOf(zone, node), context);
}

function amongUniverse(node: CallNode, { context }: Frame): Float64Array {
  const [x] = node.arguments;
  if (context.crossSection === undefined || node.arguments.length !== 1) throw unusable(node);
  return context.crossSection(x);
}

function textOf(node: FormulaNode | undefined, call: CallNode): string {
  if (node?.kind !== 'text') throw unusable(call);
  return node.value;
}

function zoneOf(node: FormulaNode | undefined, call: CallNode): string {
  const zone = textOf(node, call);
  if (zoneFault(zone) !== null) throw unusable(call);
  return zone;
}

function unusable(node: FormulaNode, why = 'it is not known here, or not in this form'): LabError {
  return new LabError('invalid_strategy', `Formula, column ${node.column}: ${canonicalText(node)}: ${why}.`, {
    hint: 'validate_strategy says what can stand here.',
  });
}

// Rows

function spread(value: Value, { context }: Frame): Float64Array {
  return typeof value === 'number' ? new Float64Array(barCount(context.bars)).fill(value) : value;
}

function pick(values: Float64Array, rows: Int32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = rows[i] < 0 ? Number.NaN : values[rows[i]];
  return picked;
}

function allFinite(values: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] = finite(values[i]);
  return values;
}

function mapRows(row: Unary, a: Value): Value {
  if (typeof a === 'number') return row(a);
  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = row(a[i]);
  return out;
}

function zipRows(row: Binary, a: Value, b: Value): Value {
  if (typeof a === 'number') return mapRows((value) => row(a, value), b);
  if (typeof b === 'number') return mapRows((value) => row(value, b), a);
  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = row(a[i], b[i]);
  return out;
}

function zip3Rows(row: Ternary, a: Value, b: Value, c: Value): Value {
  const at = (value: Value, i: number) => (typeof value === 'number' ? value : value[i]);
  const length = [a, b, c].reduce<number>((known, value) => (typeof value === 'number' ? known : value.length), -1);
  if (length < 0) return row(at(a, 0), at(b, 0), at(c, 0));
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) out[i] = row(at(a, i), at(b, i), at(c, i));
  return out;
}
