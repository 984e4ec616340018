import { nearest, type Problem } from '@stratlab/data/error.ts';
import { problemsOfIssues } from '@stratlab/data/problems.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import { z } from 'zod';
import { baseTimeframe, type DocumentCore, documentTimeframes, unbuiltBlocks } from './document.ts';
import {
  canonicalFormula,
  checkFormula,
  type Formula,
  type FormulaScope,
  parseFormula,
  problemsAt,
  reservedNames,
  type ValueType,
} from './formula.ts';
import { checkFuzzyRule, type FuzzyCondition, parseFuzzyRule } from './fuzzy-rule.ts';
import { columnNames } from './indicator.ts';
import { type IndicatorDefinition, parseIndicatorDefinition } from './indicator-definition.ts';
import { findIndicator } from './indicators/index.ts';
import { type ParsedMembership, parseMembership } from './memberships/index.ts';
import { upgradeDocument } from './upgrade.ts';

/** One set of a fuzzy-set id: `oversold` of `rsi_zone`. */
export interface FuzzySet {
  readonly set: string;
  readonly membership: ParsedMembership;
}

export interface FuzzyVariable {
  /** Column it reads: `rsi_14` or `adx_14.adx`. */
  readonly column: string;
  readonly sets: readonly FuzzySet[];
}

/** Formulas by where they stand in the document: `rules.enter_long`, `decisions.filters.when`, `execution.stop_loss.price`. */
export type Formulas = ReadonlyMap<string, Formula>;

export type Decider = 'model' | 'rules' | 'fuzzy_rules';

/** A strategy that has been read and checked whole: whatever it names exists, whatever it says can be run. */
export interface Strategy<Document extends DocumentCore> {
  /** Version 4, every default filled in, `$name` replaced by the parameters' values. */
  readonly document: Document;
  readonly parameters: Readonly<Record<string, number>>;
  readonly decider: Decider;
  readonly indicators: Readonly<Record<string, IndicatorDefinition>>;
  /** Indicators that are formulas, by id. */
  readonly formulaIndicators: ReadonlyMap<string, Formula>;
  readonly fuzzy: ReadonlyMap<string, FuzzyVariable>;
  readonly fuzzyRules: readonly { condition: FuzzyCondition; then: number; weight: number }[];
  readonly formulas: Formulas;
}

export type StrategyReading<Document extends DocumentCore> =
  | { strategy: Strategy<Document>; warnings: Problem[] }
  | { problems: Problem[]; warnings: Problem[] };

interface Blocks {
  readonly model: unknown;
  readonly training: unknown;
  readonly execution: unknown;
}

/** A parsed document of any model, training and execution schema. */
export type AnyDocument = DocumentCore & Blocks;

/**
 * Reads a document of any form the grammar knows, with all its problems at once. `values` replace the defaults of the
 * document's parameters.
 */
export function readStrategy<Schema extends z.ZodType<AnyDocument>>(
  raw: Record<string, unknown>,
  schema: Schema,
  knownKeys: Iterable<string>,
  values: Readonly<Record<string, number>> = {},
): StrategyReading<z.output<Schema>> {
  const { document: upgraded, lenient, warnings } = upgradeDocument(raw);
  const problems = refuseUnbuilt(upgraded);
  const parameters = parameterValues(upgraded, values, problems);
  const replaced = replaceParameters(upgraded, parameters, problems);
  const parsed = parseBlocks(replaced, schema, knownKeys, lenient, warnings);
  problems.push(...parsed.problems);
  if (parsed.document === null) return { problems, warnings };
  const reader = new Reader(parsed.document, parameters);
  problems.push(...reader.problems);
  if (problems.length > 0) return { problems, warnings };
  return { strategy: reader.strategy(parsed.document), warnings: [...warnings, ...reader.warnings] };
}

function refuseUnbuilt(document: Record<string, unknown>): Problem[] {
  return unbuiltBlocks.flatMap((key) => {
    const value = document[key];
    delete document[key];
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return [];
    return [
      {
        path: key,
        message: `"${key}" is in the grammar, but this version cannot run it yet.`,
        hint: 'Use model, rules or fuzzy_rules.',
      },
    ];
  });
}

const parameterEntries = z.record(z.string(), z.object({ default: z.number() }));

function parameterValues(
  document: Record<string, unknown>,
  values: Readonly<Record<string, number>>,
  problems: Problem[],
) {
  const declared = parameterEntries.safeParse(document.parameters ?? {});
  const defaults = declared.success
    ? Object.entries(declared.data).map(([name, entry]) => [name, entry.default] as const)
    : [];
  for (const name of Object.keys(values)) {
    if (!defaults.some(([known]) => known === name))
      problems.push({ path: `parameters.${name}`, message: `"${name}" is not a parameter.` });
  }
  return { ...Object.fromEntries(defaults), ...values };
}

/** `$fast` where a number stands becomes its value; inside formulas it stays. */
function replaceParameters(
  document: Record<string, unknown>,
  parameters: Readonly<Record<string, number>>,
  problems: Problem[],
) {
  const replace = (value: unknown, path: string): unknown => {
    if (typeof value === 'string' && /^\$[A-Za-z]\w*$/.test(value)) {
      const name = value.slice(1);
      if (Object.hasOwn(parameters, name)) return parameters[name];
      const near = nearest(name, Object.keys(parameters));
      problems.push({
        path,
        message: `"${value}" is not a declared parameter.`,
        ...(near ? { hint: `Did you mean "$${near}"?` } : {}),
      });
      return 1;
    }
    if (Array.isArray(value)) return value.map((item, k) => replace(item, `${path}.${k}`));
    if (isMapping(value))
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, replace(item, path === '' ? key : `${path}.${key}`)]),
      );
    return value;
  };
  const kept = ['name', 'description', 'hypothesis', 'parameters'];
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => [key, kept.includes(key) ? value : replace(value, key)]),
  );
}

interface ParsedBlocks<Document> {
  /** What could be read, faulty blocks at their defaults, so that the rest is checked too; null where nothing could. */
  document: Document | null;
  problems: Problem[];
}

/** A lenient document's unknown keys are dropped with a warning each, and it is read again without them. */
function parseBlocks<Schema extends z.ZodType<AnyDocument>>(
  document: Record<string, unknown>,
  schema: Schema,
  knownKeys: Iterable<string>,
  lenient: boolean,
  warnings: Problem[],
): ParsedBlocks<z.output<Schema>> {
  const parsed = schema.safeParse(document);
  if (parsed.success) return { document: parsed.data, problems: [] };
  const { issues } = parsed.error;
  const unknown = issues.filter((issue) => issue.code === 'unrecognized_keys');
  if (lenient && unknown.length > 0) {
    const paths = unknown.flatMap(({ path, keys }) => keys.map((key) => [...path, key]));
    for (const path of paths) {
      warnings.push({ path: path.join('.'), message: `"${path.join('.')}" is ignored: the lab has no such key.` });
    }
    return parseBlocks(withoutAll(document, paths), schema, knownKeys, lenient, warnings);
  }
  const rest = schema.safeParse(withoutFaults(document, issues));
  return { document: rest.success ? rest.data : null, problems: problemsOfIssues(issues, [], knownKeys) };
}

/** The document less its unknown keys, with each block that has another fault at its defaults. */
function withoutFaults(
  document: Record<string, unknown>,
  issues: readonly z.core.$ZodIssue[],
): Record<string, unknown> {
  const paths = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path.slice(0, 1)],
  );
  const kept = withoutAll(document, paths);
  if (document.model != null && kept.model === undefined) kept.model = { type: 'mlp' };
  if (document.training != null && kept.training === undefined) kept.training = {};
  return kept;
}

function withoutAll(document: Record<string, unknown>, paths: readonly PropertyKey[][]): Record<string, unknown> {
  const kept = paths.reduce<unknown>((value, path) => without(value, path), document);
  return isMapping(kept) ? kept : {};
}

function without(value: unknown, [key, ...rest]: PropertyKey[]): unknown {
  if (Array.isArray(value)) return value.map((item, k) => (k === Number(key) ? without(item, rest) : item));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) =>
      name !== key ? [[name, item]] : rest.length === 0 ? [] : [[name, without(item, rest)]],
    ),
  );
}

const deciders = ['model', 'rules', 'fuzzy_rules'] as const;

/** Checks every name and formula of a parsed document and keeps what they were read as. */
class Reader {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #document: AnyDocument;
  readonly #parameters: Readonly<Record<string, number>>;
  readonly #indicators: Record<string, IndicatorDefinition> = {};
  readonly #formulaIndicators = new Map<string, Formula>();
  readonly #fuzzy = new Map<string, FuzzyVariable>();
  readonly #fuzzyRules: { condition: FuzzyCondition; then: number; weight: number }[] = [];
  readonly #formulas = new Map<string, Formula>();
  readonly #columns: string[] = [];
  #decider: Decider = 'rules';

  constructor(document: AnyDocument, parameters: Readonly<Record<string, number>>) {
    this.#document = document;
    this.#parameters = parameters;
    this.#readIndicators();
    this.#readFuzzySets();
    this.#readInputs();
    this.#readDecider();
    this.#readFormulas();
    this.#checkTimeframes();
  }

  strategy<Document extends AnyDocument>(document: Document): Strategy<Document> {
    return {
      document: { ...document, indicators: this.#spelledIndicators(), fuzzy_sets: this.#spelledFuzzySets() },
      parameters: this.#parameters,
      decider: this.#decider,
      indicators: this.#indicators,
      formulaIndicators: this.#formulaIndicators,
      fuzzy: this.#fuzzy,
      fuzzyRules: this.#fuzzyRules,
      formulas: this.#formulas,
    };
  }

  #readIndicators(): void {
    const entries = Object.entries(this.#document.indicators);
    for (const [id, entry] of entries) {
      const path = `indicators.${id}`;
      if (reservedNames.has(id))
        this.problems.push({ path, message: `"${id}" means something else in formulas; choose another id.` });
      if (isMapping(entry) && typeof entry.type === 'string' && entry.type.toLowerCase() === 'formula') {
        this.#columns.push(id);
        this.#readFormulaIndicator(id, entry, path);
        continue;
      }
      const read = parseIndicatorDefinition(entry, path);
      if ('problems' in read) {
        this.problems.push(...read.problems);
        this.#columns.push(id);
        continue;
      }
      this.#indicators[id] = read.definition;
      const indicator = findIndicator(read.definition.type);
      if (indicator) this.#columns.push(...columnNames(id, indicator));
    }
    for (const [id, { inputs }] of Object.entries(this.#indicators)) this.#checkReferences(id, inputs);
  }

  #readFormulaIndicator(id: string, entry: Record<string, unknown>, path: string): void {
    const { type: _, formula, ...rest } = entry;
    for (const key of Object.keys(rest))
      this.problems.push({ path: `${path}.${key}`, message: `"${key}" is not a key of a formula indicator.` });
    if (typeof formula !== 'string') {
      this.problems.push({ path: `${path}.formula`, message: 'A formula indicator needs its formula as text.' });
      return;
    }
    // A formula indicator sees prices and the indicators of the catalogue, not other ids: no order of computing to fix.
    const columns = Object.entries(this.#document.indicators).flatMap(([other, definition]) =>
      plainColumns(other, definition),
    );
    const read = this.#formula(formula, `${path}.formula`, 'number', { columns });
    if (read) this.#formulaIndicators.set(id, read);
  }

  #checkReferences(id: string, inputs: Readonly<Record<string, string>>): void {
    for (const [name, reference] of Object.entries(inputs)) {
      if (!/^[A-Za-z]/.test(reference) || priceNames.has(reference)) continue;
      const known = this.#columns.filter((column) => column !== id && !column.startsWith(`${id}.`));
      if (!known.includes(reference) || this.#formulaIndicators.has(reference)) {
        this.problems.push(this.#unknownColumn(`indicators.${id}.${name}`, reference, known));
      }
    }
  }

  #unknownColumn(path: string, name: string, known: readonly string[]): Problem {
    const outputs = known.filter((column) => column.startsWith(`${name}.`));
    const near = nearest(name, known);
    const hint =
      outputs.length > 0
        ? `Name one of its outputs: ${outputs.join(', ')}.`
        : near
          ? `Did you mean "${near}"?`
          : known.length > 0
            ? `Declared: ${known.join(', ')}.`
            : 'No indicator is declared.';
    return { path, message: `"${name}" is not an indicator id.`, hint };
  }

  #readFuzzySets(): void {
    for (const [id, { indicator, ...sets }] of Object.entries(this.#document.fuzzy_sets)) {
      const path = `fuzzy_sets.${id}`;
      if (typeof indicator !== 'string')
        this.problems.push({ path: `${path}.indicator`, message: 'A fuzzy set names its indicator.' });
      else if (!this.#columns.includes(indicator))
        this.problems.push(this.#unknownColumn(`${path}.indicator`, indicator, this.#columns));
      if (Object.keys(sets).length === 0)
        this.problems.push({ path, message: 'It has no sets.', hint: 'Write oversold: [0, 20, 35].' });
      const read: FuzzySet[] = [];
      for (const [set, value] of Object.entries(sets)) {
        if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(set))
          this.problems.push({ path: `${path}.${set}`, message: 'A set is named by letters, digits and _.' });
        const membership = parseMembership(value, `${path}.${set}`);
        if ('problems' in membership) this.problems.push(...membership.problems);
        else read.push({ set, membership });
      }
      this.#warnOverlap(path, read);
      this.#fuzzy.set(id, { column: String(indicator), sets: read });
    }
  }

  #warnOverlap(path: string, sets: readonly FuzzySet[]): void {
    const spans = sets
      .map(({ set, membership }) => ({ set, span: membership.membership.support(membership.parameters) }))
      .sort((a, b) => a.span[0] - b.span[0]);
    let reached = spans[0]?.span[1] ?? 0;
    for (const { set, span } of spans.slice(1)) {
      if (span[0] > reached) {
        const message = `Between ${round(reached)} and ${round(span[0])} (before "${set}") no set is above 0.01: the inputs are blind there.`;
        this.warnings.push({ path, message });
      }
      reached = Math.max(reached, span[1]);
    }
    sets.forEach((a, i) => {
      for (const b of sets.slice(i + 1)) {
        if (
          a.membership.membership.type === b.membership.membership.type &&
          String(a.membership.parameters) === String(b.membership.parameters)
        ) {
          this.warnings.push({ path: `${path}.${b.set}`, message: `"${b.set}" is the same set as "${a.set}".` });
        }
      }
    });
  }

  #readInputs(): void {
    const listed = documentTimeframes(this.#document);
    this.#document.nn_inputs.forEach((input, k) => {
      const path = `nn_inputs.${k}`;
      if ('fuzzy_set' in input && !this.#fuzzy.has(input.fuzzy_set)) {
        const near = nearest(input.fuzzy_set, this.#fuzzy.keys());
        const hint = near ? `Did you mean "${near}"?` : `Declared: ${[...this.#fuzzy.keys()].join(', ') || 'none'}.`;
        this.problems.push({ path: `${path}.fuzzy_set`, message: `"${input.fuzzy_set}" is not a fuzzy set.`, hint });
      }
      if ('raw_indicator' in input && !this.#columns.includes(input.raw_indicator)) {
        this.problems.push(this.#unknownColumn(`${path}.raw_indicator`, input.raw_indicator, this.#columns));
      }
      for (const timeframe of input.timeframes === 'all' ? [] : input.timeframes) {
        if (!listed.includes(timeframe)) this.problems.push(notListed(`${path}.timeframes`, timeframe, listed));
      }
    });
  }

  #readDecider(): void {
    const given = deciders.filter((key) => this.#document[key] !== null);
    if (given.length !== 1) {
      const found = given.length === 0 ? 'has none' : `has ${given.join(' and ')}`;
      this.problems.push({
        path: '',
        message: `A strategy has exactly one of ${deciders.join(', ')}; this one ${found}.`,
      });
      return;
    }
    this.#decider = given[0];
    if (this.#decider === 'model') this.#checkModel();
    this.#document.fuzzy_rules?.forEach((rule, k) => {
      const parsed = parseFuzzyRule(rule.if);
      const sets = Object.fromEntries([...this.#fuzzy].map(([id, { sets }]) => [id, sets.map(({ set }) => set)]));
      const faults = 'problems' in parsed ? parsed.problems : checkFuzzyRule(parsed.condition, sets);
      this.problems.push(...problemsAt(`fuzzy_rules.${k}.if`, faults));
      if ('condition' in parsed)
        this.#fuzzyRules.push({ condition: parsed.condition, then: rule.then, weight: rule.weight });
    });
  }

  #checkModel(): void {
    if (this.#document.nn_inputs.length === 0) {
      this.problems.push({
        path: 'nn_inputs',
        message: 'A model needs inputs.',
        hint: 'Write - {fuzzy_set: rsi_zone, timeframes: all}.',
      });
    }
    if (this.#document.training === null) {
      this.problems.push({
        path: 'training',
        message: 'A model needs a training block.',
        hint: 'Write training: {labels: {source: next_direction}}.',
      });
    }
  }

  #readFormulas(): void {
    const { rules, decisions } = this.#document;
    const signal = this.#decider !== 'rules';
    for (const [key, text] of Object.entries(rules ?? {})) {
      if (text !== null) this.#keep(`rules.${key}`, text, 'boolean', { state: key.startsWith('exit') });
    }
    if (decisions.filters.when !== null)
      this.#keep('decisions.filters.when', decisions.filters.when, 'boolean', { signal });
    for (const [path, text] of executionFormulas(this.#document.execution))
      this.#keep(path, text, 'number', { state: true, signal });
    if (rules !== null && rules.enter_long === null && rules.enter_short === null) {
      this.problems.push({
        path: 'rules',
        message: 'Neither enter_long nor enter_short is given: it would never trade.',
      });
    }
  }

  #keep(path: string, text: string, type: ValueType, scope: FormulaScope): void {
    const formula = this.#formula(text, path, type, { columns: this.#columns, ...scope });
    if (formula) this.#formulas.set(path, formula);
  }

  #formula(text: string, path: string, type: ValueType, scope: FormulaScope): Formula | undefined {
    const parsed = parseFormula(text);
    const faults =
      'problems' in parsed
        ? parsed.problems
        : checkFormula(parsed.formula, { parameters: this.#parameters, ...scope }, type).problems;
    this.problems.push(...problemsAt(path, faults));
    return faults.length === 0 && 'formula' in parsed ? parsed.formula : undefined;
  }

  #checkTimeframes(): void {
    const listed = documentTimeframes(this.#document);
    const base = baseTimeframe(this.#document);
    if (!listed.includes(base)) this.problems.push(notListed('training_data.timeframes.base_timeframe', base, listed));
  }

  #spelledIndicators(): Record<string, unknown> {
    return Object.fromEntries(
      Object.keys(this.#document.indicators).map((id) => {
        const formula = this.#formulaIndicators.get(id);
        if (formula) return [id, { type: 'formula', formula: canonicalFormula(formula) }];
        const { type, parameters, inputs, dataSource } = this.#indicators[id];
        return [
          id,
          { type, ...parameters, ...inputs, ...(dataSource === undefined ? {} : { data_source: dataSource }) },
        ];
      }),
    );
  }

  #spelledFuzzySets(): Record<string, Record<string, unknown>> {
    return Object.fromEntries(
      [...this.#fuzzy].map(([id, { column, sets }]) => [
        id,
        {
          indicator: column,
          ...Object.fromEntries(
            sets.map(({ set, membership: { membership, parameters } }) => [
              set,
              { type: membership.type, parameters: [...parameters] },
            ]),
          ),
        },
      ]),
    );
  }
}

const priceNames = new Set(['open', 'high', 'low', 'close', 'volume', 'hl2', 'hlc3', 'ohlc4']);

function plainColumns(id: string, definition: unknown): string[] {
  const read = parseIndicatorDefinition(definition, id);
  const indicator = 'definition' in read ? findIndicator(read.definition.type) : undefined;
  return indicator ? columnNames(id, indicator) : [];
}

/** Formula prices of an execution block, by their dotted path. */
function executionFormulas(execution: unknown): [string, string][] {
  const found: [string, string][] = [];
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value))
      value.forEach((item, k) => {
        visit(item, `${path}.${k}`);
      });
    else if (isMapping(value)) {
      for (const [key, item] of Object.entries(value)) {
        if ((key === 'price' || key === 'limit_price') && typeof item === 'string')
          found.push([`${path}.${key}`, item]);
        else visit(item, `${path}.${key}`);
      }
    }
  };
  visit(execution, 'execution');
  return found;
}

function notListed(path: string, timeframe: Timeframe, listed: readonly Timeframe[]): Problem {
  return {
    path,
    message: `${timeframe} is not among the strategy's timeframes.`,
    hint: `Listed: ${listed.join(', ')}.`,
  };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
