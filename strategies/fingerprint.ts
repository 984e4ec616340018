import { sha256 } from '@stratlab/data/hash.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import { type AnyDocument, baseTimeframe, decidingSymbol, documentSymbols, documentTimeframes } from './document.ts';
import { canonicalText } from './formula/canonical.ts';
import type { FormulaNode } from './formula/node.ts';
import type { Formula } from './formula.ts';
import { canonicalFuzzyRule } from './fuzzy-rule.ts';
import { isMapping, listOr, type Mapping, mappingOr } from './mapping.ts';
import type { Strategy } from './strategy.ts';

/**
 * SHA-256 (hex) over the canonical form of a strategy: version 4 with defaults, keys sorted, formulas in their one
 * spelling with parameters replaced by their values; name, description, hypothesis and ranges of parameters left out.
 */
export function fingerprint(strategy: Strategy<AnyDocument>): string {
  return sha256(canonicalJson(canonicalForm(strategy)));
}

/** What a strategy decides by, each thing written in one way. */
export function canonicalForm(strategy: Strategy<AnyDocument>): Mapping {
  const { document, parameters, formulas, formulaIndicators, fuzzyRules } = strategy;
  const {
    name: _name,
    description: _description,
    hypothesis: _hypothesis,
    parameters: _ranges,
    ...deciding
  } = document;
  const text = (formula: Formula) => canonicalText(withValues(formula.root, parameters));
  const texts = new Map([
    ...[...formulas].map(([path, formula]) => [path, text(formula)] as const),
    ...[...formulaIndicators].map(([id, formula]) => [`indicators.${id}.formula`, text(formula)] as const),
  ]);
  const rules = fuzzyRules.map(({ condition, ...rule }) => ({ ...rule, if: canonicalFuzzyRule(condition) }));
  const timeframes = documentTimeframes(document);
  return {
    ...mapped(deciding, '', texts),
    training_data: {
      ...document.training_data,
      symbols: decidingSymbols(document),
      timeframes: { list: timeframes, base: baseTimeframe(document) },
    },
    nn_inputs: document.nn_inputs.map((input) => onTimeframes(input, timeframes)),
    fuzzy_rules: document.fuzzy_rules && rules,
    context_data: contextOf(document),
    composition: compositionOf(document, timeframes),
    ...allocation(document, texts),
  };
}

/** Less what decides nothing: the symbols of a universe's document that trains no model. */
function decidingSymbols(document: AnyDocument): string[] {
  if (document.universe !== null && document.model === null) return [];
  const named = documentSymbols(document);
  const first = decidingSymbol(document);
  return named.length === 0 && first !== undefined ? [first] : named;
}

function onTimeframes<Input extends Mapping>(input: Input, timeframes: readonly Timeframe[]): Mapping {
  return { ...input, timeframes: input.timeframes === 'all' ? timeframes : input.timeframes };
}

/** In no order; absent where nothing is read beside, so that a document without it has the form it always had. */
function contextOf({ context_data: series }: AnyDocument): Mapping[] | undefined {
  return series.length === 0 ? undefined : series.toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
}

function compositionOf({ composition }: AnyDocument, timeframes: readonly Timeframe[]): Mapping | undefined {
  if (!isMapping(composition)) return undefined;
  const gate = mappingOr(composition.gate);
  const inputs = listOr(gate.nn_inputs).map((input) => onTimeframes(mappingOr(input), timeframes));
  return { ...composition, gate: { ...gate, nn_inputs: inputs } };
}

/** The blocks that are there, so that a document without them has the form it always had; a universe has no order. */
function allocation({ target, universe, portfolio, legs }: AnyDocument, texts: ReadonlyMap<string, string>): Mapping {
  const members = universe !== null && 'symbols' in universe ? { symbols: universe.symbols.toSorted() } : universe;
  const blocks = mapped({ target, universe: members, portfolio, legs }, '', texts);
  return Object.fromEntries(Object.entries(blocks).map(([key, block]) => [key, block ?? undefined]));
}

/** A copy with the canonical text of each formula where it stands. */
function mapped(value: Mapping, path: string, texts: ReadonlyMap<string, string>): Mapping {
  const copy = (item: unknown, at: string): unknown => {
    if (Array.isArray(item)) return item.map((part, k) => copy(part, `${at}.${k}`));
    return isMapping(item) ? mapped(item, `${at}.`, texts) : (texts.get(at) ?? item);
  };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item, `${path}${key}`)]));
}

function withValues(node: FormulaNode, parameters: Readonly<Record<string, number>>): FormulaNode {
  switch (node.kind) {
    case 'parameter':
      return literal(parameters[node.name], node.column);
    case 'unary':
      return { ...node, operand: withValues(node.operand, parameters) };
    case 'binary':
      return { ...node, left: withValues(node.left, parameters), right: withValues(node.right, parameters) };
    case 'call':
      return { ...node, arguments: node.arguments.map((argument) => withValues(argument, parameters)) };
    default:
      return node;
  }
}

/** A number as a text with that number would be read. */
function literal(value: number, column: number): FormulaNode {
  const number = { kind: 'number', value: Math.abs(value), column } as const;
  return value < 0 ? { kind: 'unary', operator: '-', operand: number, column } : number;
}

/** JSON with sorted keys; -0 is 0. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isMapping(value)) {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value === 0 ? 0 : value) ?? 'null';
}
