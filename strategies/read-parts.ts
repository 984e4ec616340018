import { nearest, type Problem } from '@stratlab/data/error.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import type { z } from 'zod';
import { allocatesByWeights } from './allocation.ts';
import { isSetName, parseAutoPartition } from './auto-partition.ts';
import { combinationProblems, deciderOf, hasSignal, isGiven } from './combination.ts';
import { contextProblems, idleContext } from './context-data.ts';
import {
  type AnyDocument,
  baseTimeframe,
  documentTimeframes,
  featureInputSchema,
  fuzzyRuleSchema,
  legSymbols,
} from './document.ts';
import {
  canonicalFormula,
  checkFormula,
  type Formula,
  type FormulaProblem,
  type FormulaScope,
  parseFormula,
  problemsAt,
  type ValueType,
} from './formula.ts';
import { coverageWarnings, rangeOf } from './fuzzy-coverage.ts';
import { checkFuzzyRule, type FuzzyCondition, fuzzyTerms, parseFuzzyRule } from './fuzzy-rule.ts';
import { labelKind } from './label-kind.ts';
import { parseLabel } from './labels/index.ts';
import { isMapping, listOr, type Mapping, mappingOr } from './mapping.ts';
import { parseMembership } from './memberships/index.ts';
import { type ReadIndicators, readIndicators, unknownColumn } from './read-indicators.ts';
import { type Decider, type FuzzySet, type FuzzyVariable, type StrategyParts, setNames } from './strategy-parts.ts';

/** How a document came out of its schema. */
interface Given {
  /** As it was written, so that positions in lists are those of the text. */
  readonly given: Mapping;
  /** Top-level keys in which the schema found a fault: what depends on them is not judged. */
  readonly faulty: ReadonlySet<string>;
}

export interface ReadParts {
  parts: StrategyParts;
  /** The document's indicators and fuzzy sets with every default written out. */
  indicators: Record<string, unknown>;
  fuzzySets: Record<string, Record<string, unknown>>;
  problems: Problem[];
  warnings: Problem[];
}

/** Checks every name and formula of a parsed document, and keeps what they were read as. */
export function readParts(
  document: AnyDocument,
  { given, faulty }: Given,
  parameters: Readonly<Record<string, number>>,
): ReadParts {
  const indicators = readIndicators(document.indicators, parameters, namedLegs(document, given));
  const reader = new Reader(document, given, faulty, parameters, indicators);
  return {
    parts: reader.parts(),
    indicators: spelledIndicators(document.indicators, indicators),
    fuzzySets: spelledFuzzySets(reader.fuzzy),
    problems: [...indicators.problems, ...reader.problems],
    warnings: reader.warnings,
  };
}

class Reader {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly fuzzy = new Map<string, FuzzyVariable>();
  readonly #document: AnyDocument;
  readonly #given: Mapping;
  readonly #faulty: ReadonlySet<string>;
  readonly #parameters: Readonly<Record<string, number>>;
  readonly #indicators: ReadIndicators;
  readonly #decider: Decider;
  readonly #fuzzyRules: StrategyParts['fuzzyRules'];
  readonly #formulas = new Map<string, Formula>();
  #readsSignal = false;

  constructor(
    document: AnyDocument,
    given: Mapping,
    faulty: ReadonlySet<string>,
    parameters: Readonly<Record<string, number>>,
    indicators: ReadIndicators,
  ) {
    this.#document = document;
    this.#given = given;
    this.#faulty = faulty;
    this.#parameters = parameters;
    this.#indicators = indicators;
    this.#readFuzzySets();
    this.#checkInputs('nn_inputs', given.nn_inputs);
    this.#checkGate();
    this.#decider = deciderOf(given);
    this.problems.push(...combinationProblems(given));
    this.#fuzzyRules = this.#readFuzzyRules();
    if (this.#decider === 'model') this.#checkModel();
    else this.#warnUntrained();
    this.#readFormulas();
    this.#readWeights();
    this.#warnIdle();
    this.#checkTimeframe('training_data.timeframes.base_timeframe', baseTimeframe(document));
    this.#checkContext();
  }

  parts(): StrategyParts {
    return {
      decider: this.#decider,
      indicators: this.#indicators.definitions,
      formulaIndicators: this.#indicators.formulas,
      fuzzy: this.fuzzy,
      fuzzyRules: this.#fuzzyRules,
      formulas: this.#formulas,
    };
  }

  #readFuzzySets(): void {
    for (const [id, { indicator, ...sets }] of Object.entries(this.#document.fuzzy_sets)) {
      const path = `fuzzy_sets.${id}`;
      const column = String(indicator);
      this.#checkColumn(`${path}.indicator`, indicator);
      const variable = Object.hasOwn(sets, 'auto')
        ? { column, auto: this.#readPartition(sets, path) }
        : { column, sets: this.#readSets(sets, path, column) };
      this.fuzzy.set(id, variable);
    }
  }

  #readPartition({ auto, ...sets }: Mapping, path: string): readonly string[] {
    const [given] = Object.keys(sets);
    if (given !== undefined) {
      const message = 'It cannot stand beside auto, which makes all sets of its variable.';
      this.problems.push({ path: `${path}.${given}`, message, hint: 'Leave out auto, or every other set.' });
    }
    const names = parseAutoPartition(auto, `${path}.auto`);
    if (!('problems' in names)) return names;
    this.problems.push(...names.problems);
    return [];
  }

  #readSets(sets: Mapping, path: string, column: string): FuzzySet[] {
    const read = Object.entries(sets)
      .flatMap(([set, value]) => this.#readSet(set, value, `${path}.${set}`))
      .sort(alongTheAxis);
    if (Object.keys(sets).length === 0) {
      this.problems.push({ path, message: 'It has no sets.', hint: 'Write oversold: [0, 20, 35], or auto: 3.' });
    }
    this.warnings.push(...coverageWarnings(path, read, this.#rangeOf(column)));
    return read;
  }

  #readSet(set: string, value: unknown, path: string): FuzzySet[] {
    if (!isSetName(set)) {
      this.problems.push({ path, message: 'A set is named by letters, digits and _.' });
    }
    const membership = parseMembership(value, path);
    if (!('problems' in membership)) return [{ set, membership }];
    this.problems.push(...membership.problems);
    return [];
  }

  #checkColumn(path: string, name: unknown): void {
    const { columns } = this.#indicators;
    if (typeof name !== 'string') {
      this.problems.push({
        path,
        message: 'It is missing: a fuzzy set names its indicator.',
        hint: 'indicator: rsi_14',
      });
    } else if (!columns.includes(name) && !this.#isGiven('indicators', name.split('.')[0])) {
      this.problems.push(unknownColumn(path, name, columns));
    }
  }

  /** Whether the text has such an entry after all: then the schema has cut it out and said why. */
  #isGiven(block: 'indicators' | 'fuzzy_sets', id: string): boolean {
    const given = this.#given[block];
    return this.#faulty.has(block) && (!isMapping(given) || Object.hasOwn(given, id));
  }

  #rangeOf(column: string): readonly [number, number] | undefined {
    const [id, output] = column.split('.');
    const { definitions } = this.#indicators;
    return Object.hasOwn(definitions, id) ? rangeOf(definitions[id].type, output) : undefined;
  }

  #checkInputs(block: string, list: unknown): void {
    const seen = new Set<string>();
    for (const [k, input] of entriesOf(list, featureInputSchema)) {
      const path = `${block}.${k}`;
      if ('fuzzy_set' in input) this.#checkFuzzySet(`${path}.fuzzy_set`, input.fuzzy_set);
      else this.#checkColumn(`${path}.raw_indicator`, input.raw_indicator);
      const frames = input.timeframes === 'all' ? documentTimeframes(this.#document) : input.timeframes;
      for (const frame of frames) {
        const name = `${frame} ${'fuzzy_set' in input ? input.fuzzy_set : `raw ${input.raw_indicator}`}`;
        if (input.timeframes !== 'all') this.#checkTimeframe(`${path}.timeframes`, frame);
        if (seen.has(name)) this.problems.push({ path, message: `${name} is an input already.` });
        seen.add(name);
      }
    }
  }

  /** The inputs of a composition's gate, and what it cannot do where positions are weights. */
  #checkGate(): void {
    const { composition } = this.#given;
    if (!isMapping(composition)) return;
    this.#checkInputs('composition.gate.nn_inputs', mappingOr(composition.gate).nn_inputs);
    if (composition.on_regime_transition !== 'close_and_switch' || !allocatesByWeights(this.#document)) return;
    const path = 'composition.on_regime_transition';
    const message = 'close_and_switch closes a position, and here positions are weights that follow the signal.';
    this.problems.push({ path, message, hint: 'Leave it out.' });
  }

  #checkContext(): void {
    if (this.#faulty.has('training_data')) return;
    this.problems.push(...contextProblems(this.#document));
    const { definitions, formulas } = this.#indicators;
    this.warnings.push(...idleContext(this.#document, definitions, [...formulas.values(), ...this.#formulas.values()]));
  }

  #checkFuzzySet(path: string, name: string): void {
    if (this.fuzzy.has(name) || this.#isGiven('fuzzy_sets', name)) return;
    const near = nearest(name, this.fuzzy.keys());
    const hint = near ? `Did you mean "${near}"?` : `Declared: ${[...this.fuzzy.keys()].join(', ') || 'none'}.`;
    this.problems.push({ path, message: `"${name}" is not a fuzzy set.`, hint });
  }

  #checkTimeframe(path: string, timeframe: Timeframe): void {
    const listed = documentTimeframes(this.#document);
    if (listed.includes(timeframe) || this.#faulty.has('training_data')) return;
    const message = `${timeframe} is not among the strategy's timeframes.`;
    this.problems.push({ path, message, hint: `Listed: ${listed.join(', ')}.` });
  }

  #readFuzzyRules(): StrategyParts['fuzzyRules'] {
    const sets = Object.fromEntries([...this.fuzzy].map(([id, variable]) => [id, setNames(variable)]));
    return entriesOf(this.#given.fuzzy_rules, fuzzyRuleSchema).flatMap(([k, rule]) => {
      const parsed = parseFuzzyRule(rule.if);
      const faults = 'problems' in parsed ? parsed.problems : this.#faultsOfRule(parsed.condition, sets);
      this.problems.push(...problemsAt(`fuzzy_rules.${k}.if`, faults));
      return 'condition' in parsed ? [{ condition: parsed.condition, then: rule.then, weight: rule.weight }] : [];
    });
  }

  /** What a rule says of sets that are fitted in training cannot be judged, where nothing is trained. */
  #faultsOfRule(condition: FuzzyCondition, sets: Readonly<Record<string, readonly string[]>>): FormulaProblem[] {
    const fitted = fuzzyTerms(condition).find(({ fuzzySet }) => 'auto' in (this.fuzzy.get(fuzzySet) ?? {}));
    if (fitted === undefined) return checkFuzzyRule(condition, sets);
    const message = `The sets of "${fitted.fuzzySet}" are auto: fitted in training, and fuzzy rules are not trained.`;
    return [{ message, column: fitted.column, hint: 'Give its sets by numbers: low: [0, 20, 35].' }];
  }

  #checkModel(): void {
    const { nn_inputs, training } = this.#given;
    if (listOr(nn_inputs).length === 0) {
      const hint = 'Write - {fuzzy_set: rsi_zone, timeframes: all}.';
      this.problems.push({ path: 'nn_inputs', message: 'A model needs inputs.', hint });
    }
    if (!isMapping(training)) {
      const hint = 'Write training: {labels: {source: next_direction}}.';
      this.problems.push({ path: 'training', message: 'A model needs a training block.', hint });
    } else if (!this.#faulty.has('training') && !this.#faulty.has('decisions')) this.#checkOutput();
  }

  /** A declared `output_format` must be what the labels are. */
  #checkOutput(): void {
    const { training } = this.#document;
    const label = parseLabel(isMapping(training) ? training.labels : undefined, 'training.labels');
    const declared = isMapping(this.#given.decisions) ? this.#given.decisions.output_format : undefined;
    if ('problems' in label || declared === undefined || declared === labelKind(label)) return;
    const path = 'decisions.output_format';
    const message = `${declared} does not fit the labels: ${label.source} as given is ${labelKind(label)}.`;
    this.problems.push({ path, message, hint: 'forward_return without threshold gives numbers; the others classes.' });
  }

  #warnUntrained(): void {
    for (const key of ['training', 'nn_inputs']) {
      const value = this.#given[key];
      if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) continue;
      const decider = this.#decider.replace('_', ' ');
      const verb = decider.endsWith('s') ? 'decide' : 'decides';
      this.warnings.push({ path: key, message: `It has no effect: ${decider} ${verb}.` });
    }
  }

  /** What is given beside weights, and cannot change them. */
  #warnIdle(): void {
    const { target, portfolio, universe, training_data } = this.#document;
    if (universe !== null && !isGiven(this.#given, 'model') && training_data.symbols !== null) {
      const message = 'It has no effect: the symbols of the universe are traded.';
      this.warnings.push({ path: 'training_data.symbols', message });
    }
    if (!hasSignal(this.#given) || (target === null && portfolio === null)) return;
    const path = target === null ? 'portfolio.rank' : 'target.position';
    if (this.#readsSignal) return;
    const message = `No formula reads \`signal\`: ${this.#decider.replace('_', ' ')} cannot change what is held.`;
    this.warnings.push({ path, message });
  }

  #readFormulas(): void {
    const { rules, decisions, execution } = this.#document;
    const signal = hasSignal(this.#given);
    const weights = allocatesByWeights(this.#document);
    const universe = isGiven(this.#given, 'universe');
    for (const [key, text] of Object.entries(rules ?? {})) {
      if (text !== null) this.#keep(`rules.${key}`, text, 'boolean', { state: key.startsWith('exit'), weights });
    }
    const { when } = decisions.filters;
    if (when !== null) this.#keep('decisions.filters.when', when, 'boolean', { signal, weights, universe });
    for (const [path, text] of pricesIn(execution, 'execution')) {
      this.#keep(path, text, 'number', { state: true, signal });
    }
    if (rules !== null && rules.enter_long === null && rules.enter_short === null && !this.#faulty.has('rules')) {
      const message = 'Neither enter_long nor enter_short is given: it would never trade.';
      this.problems.push({ path: 'rules', message });
    }
  }

  #readWeights(): void {
    const { target, portfolio, legs } = this.#document;
    const universe = isGiven(this.#given, 'universe');
    const scope = { signal: hasSignal(this.#given), weights: true, universe };
    if (target !== null) this.#keep('target.position', target.position, 'number', scope);
    if (portfolio !== null) this.#keep('portfolio.rank', portfolio.rank, 'number', scope);
    legs?.forEach(({ weight }, k) => {
      this.#keep(`legs.${k}.weight`, weight, 'number', scope);
    });
  }

  #keep(path: string, text: string, type: ValueType, scope: FormulaScope): void {
    const parsed = parseFormula(text);
    if ('problems' in parsed) {
      this.problems.push(...problemsAt(path, parsed.problems));
      return;
    }
    const legs = namedLegs(this.#document, this.#given);
    const known = { columns: this.#indicators.columns, parameters: this.#parameters, legs };
    const { problems, references } = checkFormula(parsed.formula, { ...known, ...scope }, type);
    this.problems.push(...problemsAt(path, problems));
    this.#readsSignal ||= references.signal;
    this.#formulas.set(path, parsed.formula);
  }
}

/** The legs, faulty ones too, so that formulas that read them are not blamed for the block's fault. */
function namedLegs(document: AnyDocument, { legs }: Mapping): string[] {
  if (document.legs !== null) return legSymbols(document);
  return listOr(legs).flatMap((leg) =>
    isMapping(leg) && typeof leg.symbol === 'string' ? [leg.symbol.toUpperCase()] : [],
  );
}

/** From low values to high, so that the order of keys decides nothing. */
function alongTheAxis(a: FuzzySet, b: FuzzySet): number {
  const [low, high] = [a, b].map(({ membership: { membership, parameters } }) => membership.support(parameters));
  for (const side of [0, 1]) if (low[side] !== high[side]) return low[side] < high[side] ? -1 : 1;
  return a.set < b.set ? -1 : 1;
}

/** The entries of a list that follow their schema, with their positions; the others were reported by the schema. */
function entriesOf<Schema extends z.ZodType>(list: unknown, schema: Schema): [number, z.output<Schema>][] {
  return listOr(list).flatMap((item, k) => {
    const parsed = schema.safeParse(item);
    return parsed.success ? [[k, parsed.data]] : [];
  });
}

/** Formula prices of an execution block, by their dotted path. */
function pricesIn(value: unknown, path: string): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((item, k) => pricesIn(item, `${path}.${k}`));
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, item]): [string, string][] =>
    (key === 'price' || key === 'limit_price') && typeof item === 'string'
      ? [[`${path}.${key}`, item]]
      : pricesIn(item, `${path}.${key}`),
  );
}

function spelledIndicators(entries: Mapping, { definitions, formulas }: ReadIndicators): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(entries).flatMap((id): [string, Mapping][] => {
      const formula = formulas.get(id);
      if (formula !== undefined) return [[id, { type: 'formula', formula: canonicalFormula(formula) }]];
      if (!Object.hasOwn(definitions, id)) return [];
      const { type, parameters, inputs, dataSource } = definitions[id];
      return [[id, { type, ...parameters, ...inputs, ...(dataSource && { data_source: dataSource }) }]];
    }),
  );
}

function spelledFuzzySets(fuzzy: ReadonlyMap<string, FuzzyVariable>): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    [...fuzzy].map(([id, { column, ...divided }]) => [
      id,
      'auto' in divided
        ? { indicator: column, auto: [...divided.auto] }
        : { indicator: column, ...Object.fromEntries(divided.sets.map(({ set, ...own }) => [set, spelledSet(own)])) },
    ]),
  );
}

function spelledSet({ membership: { membership, parameters } }: Omit<FuzzySet, 'set'>): Record<string, unknown> {
  return { type: membership.type, parameters: [...parameters] };
}
