import { priceFields } from '@stratlab/data/bars.ts';
import { nearest } from '@stratlab/data/error.ts';
import { isTimeframe, type Timeframe, timeframes } from '@stratlab/data/timeframe.ts';
import { findIndicator, indicators } from '../indicators/index.ts';
import { positionStateNames } from '../position-state.ts';
import { canonicalText } from './canonical.ts';
import { clockWords, findClockWord, parseSessionHours, zoneFault } from './clock.ts';
import {
  type FormulaFunction,
  type FunctionArgument,
  findFunction,
  formulaFunctions,
  isWindow,
  maxWindow,
  signature,
  takesArguments,
  type ValueType,
} from './functions.ts';
import { type IndicatorArgument, indicatorCall, indicatorSignature, parameterFault } from './indicator-call.ts';
import { isPriceField, isStateName } from './names.ts';
import type { BinaryNode, BinaryOperator, CallNode, FormulaNode, FormulaProblem, NameNode } from './node.ts';
import type { Formula } from './parse.ts';

/** What a formula may name where it stands. */
export interface FormulaScope {
  /** Indicator columns: `rsi_14`, `adx_14.plus_di`. */
  readonly columns?: Iterable<string>;
  /** Values of the strategy's parameters. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Whether there is a model or fuzzy rules. */
  readonly signal?: boolean;
  /** Whether the open position may be read: exits, and prices of `execution`. */
  readonly state?: boolean;
  /** Symbols whose closes may be read by their bare name: the legs. */
  readonly legs?: readonly string[];
  /** Whether there is a universe, whose symbols `cs_rank` ranks. */
  readonly universe?: boolean;
  /** Whether positions are held by weights: then there is none whose state could be read. */
  readonly weights?: boolean;
  /** Symbols that `series` may name; absent: any. */
  readonly symbols?: readonly string[];
  /** Timeframes that `tf` may name; absent: any that the lab knows. */
  readonly timeframes?: readonly Timeframe[];
}

/** What a formula needs from its context. */
export interface FormulaReferences {
  readonly columns: ReadonlySet<string>;
  readonly parameters: ReadonlySet<string>;
  readonly symbols: ReadonlySet<string>;
  /** Columns that are read on each other timeframe. */
  readonly timeframes: ReadonlyMap<Timeframe, ReadonlySet<string>>;
  readonly signal: boolean;
}

export interface CheckedFormula {
  /** With problems, the best guess. */
  readonly type: ValueType;
  readonly usesState: boolean;
  readonly references: FormulaReferences;
  readonly problems: FormulaProblem[];
}

/** Checks names, types, windows and argument counts. `expected` is the type wanted where the formula stands. */
export function checkFormula(formula: Formula, scope: FormulaScope, expected?: ValueType): CheckedFormula {
  const found: Found = {
    columns: new Set(),
    parameters: new Set(),
    symbols: new Set(),
    timeframes: new Map(),
    signal: false,
    state: false,
    problems: [],
  };
  const pass: Pass = { scope, columns: new Set(scope.columns ?? []), found, timeframe: undefined, within: undefined };
  const type = expected === undefined ? typeOf(formula.root, pass) : expect(formula.root, expected, 'This place', pass);
  const { state: usesState, problems, ...references } = found;
  return { type: type === 'unknown' ? (expected ?? 'number') : type, usesState, references, problems };
}

interface Found {
  readonly columns: Set<string>;
  readonly parameters: Set<string>;
  readonly symbols: Set<string>;
  readonly timeframes: Map<Timeframe, Set<string>>;
  signal: boolean;
  state: boolean;
  readonly problems: FormulaProblem[];
}

interface Pass {
  readonly scope: FormulaScope;
  readonly columns: ReadonlySet<string>;
  readonly found: Found;
  /** The timeframe of the `tf` around this part. */
  readonly timeframe: Timeframe | undefined;
  /** The call around this part that reads earlier bars, so that nothing in it can read the position. */
  readonly within: string | undefined;
}

/** `unknown` where a problem was reported already, so that one fault is told once. */
type Type = ValueType | 'unknown';

function typeOf(node: FormulaNode, pass: Pass): Type {
  switch (node.kind) {
    case 'number':
      return 'number';
    case 'text':
      return fault(pass, node, 'A text stands only where a call takes one.', 'As in tf("4h", rsi(14)).');
    case 'name':
      return nameType(node, pass);
    case 'parameter':
      return parameterType(node.name, node, pass);
    case 'unary': {
      const type = node.operator === 'not' ? 'boolean' : 'number';
      expect(node.operand, type, `"${node.operator}"`, pass);
      return type;
    }
    case 'binary':
      return binaryType(node, pass);
    case 'call':
      return callType(node, pass);
  }
}

function fault(pass: Pass, { column }: FormulaNode, message: string, hint?: string): 'unknown' {
  pass.found.problems.push(hint === undefined ? { message, column } : { message, hint, column });
  return 'unknown';
}

const words: Readonly<Record<ValueType, string>> = { number: 'a number', boolean: 'true or false' };

function expect(node: FormulaNode, wanted: ValueType, by: string, pass: Pass): Type {
  const type = typeOf(node, pass);
  if (type === wanted || type === 'unknown') return type;
  return fault(
    pass,
    node,
    `${by} takes ${words[wanted]}; ${shown(node)} is ${words[type]}.`,
    comparisonHint(wanted, node),
  );
}

function comparisonHint(wanted: ValueType, node: FormulaNode): string | undefined {
  if (wanted === 'boolean') return `Compare it with something: ${shown(node)} > 0.`;
  return node.kind === 'binary' && isComparison(node.operator)
    ? 'Join comparisons with and: 1 < x and x < 3.'
    : undefined;
}

function shown(node: FormulaNode): string {
  const text = canonicalText(node);
  return text.length <= 48 ? text : `${text.slice(0, 45)}...`;
}

// Names

function nameType(node: NameNode, pass: Pass): Type {
  const { name } = node;
  const { found, scope } = pass;
  if (isPriceField(name) || findClockWord(name) !== undefined) return 'number';
  if (isStateName(name)) return stateType(node, pass);
  if (name === 'signal' && scope.signal) {
    found.signal = true;
    return pass.timeframe === undefined
      ? 'number'
      : fault(pass, node, '"signal" exists on the base bars only, not in tf.');
  }
  if (pass.columns.has(name)) {
    const columns = pass.timeframe === undefined ? found.columns : found.timeframes.get(pass.timeframe);
    columns?.add(name);
    return 'number';
  }
  if (scope.legs?.includes(name)) return legType(node, pass);
  return unknownName(node, pass);
}

function legType(node: NameNode, pass: Pass): Type {
  if (pass.timeframe !== undefined) return fault(pass, node, `"${node.name}" is a leg, and cannot stand inside tf.`);
  pass.found.symbols.add(node.name);
  return 'number';
}

function stateType(node: NameNode, pass: Pass): Type {
  pass.found.state = true;
  if (pass.scope.weights) {
    const hint = 'Leave by what bars, indicators or the signal say.';
    return fault(pass, node, `"${node.name}" is not known: this strategy holds by weights, not one position.`, hint);
  }
  if (!pass.scope.state) {
    return fault(
      pass,
      node,
      `"${node.name}" is known only while a position is simulated.`,
      'It can stand in exit_long, exit_short and the prices of execution.',
    );
  }
  return pass.within === undefined
    ? 'number'
    : fault(pass, node, `${pass.within} reads bars; "${node.name}" of the position has no earlier values.`);
}

function unknownName(node: NameNode, pass: Pass): Type {
  const { name } = node;
  if (findFunction(name) !== undefined || findIndicator(name) !== undefined) {
    return fault(pass, node, `"${name}" is a function.`, `Call it: ${exampleOf(name)}.`);
  }
  if (name === 'signal') {
    return fault(pass, node, '"signal" exists only where a model or fuzzy rules decide.');
  }
  const columns = [...pass.columns];
  const outputs = columns.filter((column) => column.startsWith(`${name}.`));
  if (outputs.length > 0)
    return fault(pass, node, `"${name}" has several outputs.`, `Say which: ${outputs.join(', ')}.`);
  const hyphenated = columns.find((column) => column.startsWith(`${name}-`));
  if (hyphenated !== undefined) {
    return fault(pass, node, `"${name}" is not known.`, `A hyphen is read as minus: rename "${hyphenated}".`);
  }
  const known = [
    ...columns,
    ...(pass.scope.legs ?? []),
    ...priceFields,
    ...clockWords.map((word) => word.name),
    ...(pass.scope.signal ? ['signal'] : []),
    ...(pass.scope.state ? positionStateNames : []),
  ];
  const fallback = columns.length === 0 ? undefined : `Indicators here: ${columns.slice(0, 12).join(', ')}.`;
  return fault(pass, node, `"${name}" is not known.`, suggestion(name, known) ?? fallback);
}

function exampleOf(name: string): string {
  const definition = findFunction(name);
  if (definition !== undefined) return signature(definition);
  const indicator = findIndicator(name);
  return indicator === undefined ? `${name}()` : indicatorSignature(indicator);
}

function suggestion(name: string, known: Iterable<string>): string | undefined {
  const guess = name.length <= 64 ? nearest(name, known) : undefined;
  return guess === undefined ? undefined : `Did you mean "${guess}"?`;
}

function parameterType(name: string, node: FormulaNode, pass: Pass): Type {
  const parameters = pass.scope.parameters ?? {};
  if (!Object.hasOwn(parameters, name)) {
    const guess = suggestion(name, Object.keys(parameters));
    return fault(pass, node, `"$${name}" is not a parameter of the strategy.`, guess ?? 'Declare it under parameters.');
  }
  pass.found.parameters.add(name);
  return 'number';
}

// Operators

function isComparison(operator: BinaryOperator): boolean {
  return /^[<>=!]/.test(operator);
}

function binaryType(node: BinaryNode, pass: Pass): Type {
  const { operator, left, right } = node;
  const by = `"${operator}"`;
  if (operator === '==' || operator === '!=') {
    const type = typeOf(left, pass);
    if (type === 'unknown') typeOf(right, pass);
    else expect(right, type, `${by} after ${words[type]}`, pass);
    return 'boolean';
  }
  const logic = operator === 'and' || operator === 'or';
  const wanted = logic ? 'boolean' : 'number';
  expect(left, wanted, by, pass);
  expect(right, wanted, by, pass);
  return logic || isComparison(operator) ? 'boolean' : 'number';
}

// Calls

function callType(node: CallNode, pass: Pass): Type {
  switch (node.name) {
    case 'tf':
      return timeframeType(node, pass);
    case 'series':
      return symbolType(node, pass);
    case 'session':
      return sessionType(node, pass);
    case 'cs_rank':
      return crossSectionType(node, pass);
  }
  const definition = findFunction(node.name);
  if (definition !== undefined) return functionType(definition, node, pass);
  if (findClockWord(node.name) !== undefined) return clockType(node, pass);
  return indicatorType(node, pass);
}

function functionType(definition: FormulaFunction, node: CallNode, pass: Pass): Type {
  const given = node.arguments;
  const taken = definition.arguments;
  const variadic = definition.kind === 'row' && definition.variadic === true;
  const problemsBefore = pass.found.problems.length;
  if (!takesArguments(definition, given.length)) {
    return fault(
      pass,
      node,
      `${definition.name} takes ${variadic ? 'two or more' : taken.length} arguments, not ${given.length}.`,
      `Write ${signature(definition)}.`,
    );
  }
  noOutput(node, pass);
  const inner = definition.kind === 'series' ? { ...pass, within: definition.name } : pass;
  let same: Type = 'unknown';
  given.forEach((argument, k) => {
    const declared = taken[Math.min(k, taken.length - 1)];
    if (declared.kind === 'window') window(argument, declared, definition, inner);
    else if (declared.kind !== 'any') expect(argument, declared.kind, definition.name, inner);
    else if (same === 'unknown') same = typeOf(argument, inner);
    else expect(argument, same, `${definition.name} after ${words[same]}`, inner);
  });
  if (definition.returns !== 'same') return definition.returns;
  return pass.found.problems.length > problemsBefore ? 'unknown' : same;
}

function noOutput(node: CallNode, pass: Pass): void {
  if (node.output !== undefined) fault(pass, node, `${node.name} has one output, so no ".${node.output}".`);
}

function window(
  node: FormulaNode,
  declared: FunctionArgument & { kind: 'window' },
  definition: FormulaFunction,
  pass: Pass,
): void {
  const value = constantValue(node, pass);
  if (value === 'unknown') return;
  if (typeof value === 'number' && isWindow(value, declared.min)) return;
  const example = `${declared.name} of ${signature(definition)}`;
  fault(
    pass,
    node,
    `${example} is ${shown(node)}${spelled(node, value)}; it is a whole number from ${declared.min} to ${maxWindow}, or a parameter.`,
  );
}

/** The value of a number, text or parameter; undefined for anything computed, `unknown` where a problem was reported. */
function constantValue(node: FormulaNode, pass: Pass): number | string | undefined | 'unknown' {
  if (node.kind === 'number' || node.kind === 'text') return node.value;
  if (node.kind !== 'parameter') return undefined;
  return parameterType(node.name, node, pass) === 'unknown' ? 'unknown' : pass.scope.parameters?.[node.name];
}

function spelled(node: FormulaNode, value: number | string | undefined): string {
  return node.kind === 'parameter' && value !== undefined ? ` = ${value}` : '';
}

function indicatorType(node: CallNode, pass: Pass): Type {
  const call = indicatorCall(node);
  if (call === undefined) return unknownFunction(node, pass);
  const { indicator, source, parameters, surplus } = call;
  const by = indicatorSignature(indicator);
  if (source !== undefined) expect(source, 'number', by, { ...pass, within: indicator.type });
  for (const argument of parameters) indicatorParameter(argument, by, pass);
  if (surplus.length > 0)
    fault(pass, surplus[0], `${indicator.type} has no place for ${shown(surplus[0])}.`, `Write ${by}.`);
  indicatorOutput(node, indicator.type, indicator.outputs, pass);
  return 'number';
}

function indicatorParameter({ name, parameter, node }: IndicatorArgument, by: string, pass: Pass): void {
  if (node === undefined) return;
  const value = constantValue(node, pass);
  if (value === 'unknown') return;
  const allowed = parameterFault(parameter, value ?? Number.NaN);
  if (allowed === null) return;
  fault(pass, node, `${name} of ${by} is ${shown(node)}${spelled(node, value)}; it is ${allowed}.`);
}

function indicatorOutput(node: CallNode, type: string, outputs: readonly string[], pass: Pass): void {
  const { output } = node;
  if (outputs.length === 0) {
    noOutput(node, pass);
  } else if (output === undefined) {
    fault(pass, node, `${type} has several outputs.`, `Say which: ${outputs.map((name) => `.${name}`).join(', ')}.`);
  } else if (!outputs.includes(output)) {
    const hint = suggestion(output, outputs) ?? `It has ${outputs.join(', ')}.`;
    fault(pass, node, `${type} has no output "${output}".`, hint);
  }
}

function unknownFunction(node: CallNode, pass: Pass): Type {
  if (isPriceField(node.name) || pass.columns.has(node.name) || pass.scope.legs?.includes(node.name)) {
    return fault(
      pass,
      node,
      `"${node.name}" is a series, not a function.`,
      `For an earlier value write lag(${node.name}, 1).`,
    );
  }
  const known = [
    ...formulaFunctions.map(({ name }) => name),
    ...indicators.flatMap(({ type, aliases }) => [type, ...(aliases ?? [])]),
    ...['tf', 'series', 'session', 'cs_rank'],
  ];
  return fault(pass, node, `"${node.name}" is not a function.`, suggestion(node.name, known));
}

function timeframeType(node: CallNode, pass: Pass): Type {
  noOutput(node, pass);
  const [name, inner] = node.arguments;
  if (node.arguments.length !== 2 || name.kind !== 'text') {
    return fault(pass, node, 'tf takes a timeframe in quotes and a formula.', 'Write tf("4h", rsi(14)).');
  }
  if (pass.timeframe !== undefined) return fault(pass, node, 'tf cannot stand inside tf.');
  const known = pass.scope.timeframes ?? timeframes;
  const timeframe = name.value;
  if (!isTimeframe(timeframe) || !known.includes(timeframe)) {
    return fault(pass, name, `"${timeframe.slice(0, 32)}" is not a timeframe here.`, `Known: ${known.join(', ')}.`);
  }
  if (!pass.found.timeframes.has(timeframe)) pass.found.timeframes.set(timeframe, new Set());
  return typeOf(inner, { ...pass, timeframe, within: 'tf' });
}

function symbolType(node: CallNode, pass: Pass): Type {
  const [name] = node.arguments;
  if (node.arguments.length !== 1 || name.kind !== 'text' || node.output === undefined || !isPriceField(node.output)) {
    return fault(
      pass,
      node,
      'series takes a symbol in quotes and a price.',
      `series("GBPUSD").close, or one of ${priceFields.join(', ')}.`,
    );
  }
  if (pass.timeframe !== undefined) return fault(pass, node, 'series cannot stand inside tf.');
  const { symbols } = pass.scope;
  if (symbols !== undefined && !symbols.includes(name.value)) {
    const hint =
      suggestion(name.value, symbols) ??
      (symbols.length > 0 ? `Known: ${symbols.slice(0, 12).join(', ')}.` : undefined);
    return fault(pass, name, `"${name.value.slice(0, 64)}" is not a symbol here.`, hint);
  }
  pass.found.symbols.add(name.value);
  return 'number';
}

function crossSectionType(node: CallNode, pass: Pass): Type {
  noOutput(node, pass);
  if (!pass.scope.universe) {
    const hint = 'It can stand in target.position, portfolio.rank and decisions.filters.when beside a universe.';
    return fault(pass, node, 'cs_rank ranks the symbols of a universe.', hint);
  }
  if (pass.timeframe !== undefined) return fault(pass, node, 'cs_rank cannot stand inside tf.');
  const [x] = node.arguments;
  if (node.arguments.length !== 1) {
    return fault(pass, node, `cs_rank takes 1 argument, not ${node.arguments.length}.`, 'Write cs_rank(roc(60)).');
  }
  return expect(x, 'number', 'cs_rank', { ...pass, within: 'cs_rank' });
}

function sessionType(node: CallNode, pass: Pass): Type {
  noOutput(node, pass);
  const [hours, zone] = node.arguments;
  const fits = node.arguments.length === 1 || node.arguments.length === 2;
  if (!fits || hours.kind !== 'text' || parseSessionHours(hours.value) === undefined) {
    return fault(
      pass,
      node,
      'session takes hours in quotes, and a time zone.',
      'session("09:30-16:00", "America/New_York")',
    );
  }
  if (zone !== undefined) checkZone(zone, node.name, pass);
  return 'boolean';
}

function clockType(node: CallNode, pass: Pass): Type {
  noOutput(node, pass);
  const [zone] = node.arguments;
  if (findClockWord(node.name)?.zoned !== true || node.arguments.length !== 1) {
    return fault(
      pass,
      node,
      `"${node.name}" takes ${node.name === 'bar_index' ? 'nothing' : 'one time zone, or stands alone for UTC'}.`,
      `Write ${node.name}.`,
    );
  }
  checkZone(zone, node.name, pass);
  return 'number';
}

function checkZone(zone: FormulaNode, by: string, pass: Pass): void {
  if (zone.kind !== 'text') {
    fault(pass, zone, `${by} takes a time zone in quotes.`, 'America/New_York');
    return;
  }
  const wrong = zoneFault(zone.value);
  if (wrong !== null) fault(pass, zone, wrong.message, wrong.hint);
}
