import { indicatorCall, singleInput } from './indicator-call.ts';
import type { BinaryOperator, CallNode, FormulaNode } from './node.ts';
import type { Formula } from './parse.ts';

const levels: Readonly<Record<BinaryOperator, number>> = {
  ...{ or: 1, and: 2, '<': 4, '<=': 4, '>': 4, '>=': 4, '==': 4, '!=': 4 },
  ...{ '+': 5, '-': 5, '*': 6, '/': 6, '%': 6 },
};
const notLevel = 3;
const signLevel = 7;
const atomLevel = 8;

const texts = new WeakMap<FormulaNode, string>();

/**
 * The normal form for fingerprints: one spelling of spaces, parentheses, numbers, quotes, choices and indicator names,
 * with the defaults of indicators filled in. Reads back as the same formula.
 */
export function canonicalFormula(formula: Formula): string {
  return canonicalText(formula.root);
}

export function canonicalText(node: FormulaNode): string {
  const known = texts.get(node);
  if (known !== undefined) return known;
  const text = spell(node);
  texts.set(node, text);
  return text;
}

function spell(node: FormulaNode): string {
  switch (node.kind) {
    case 'number':
      return String(node.value);
    case 'text':
      return quoted(node.value);
    case 'name':
      return node.name;
    case 'parameter':
      return `$${node.name}`;
    case 'unary':
      return node.operator === 'not' ? `not ${within(node.operand, notLevel)}` : `-${within(node.operand, signLevel)}`;
    case 'binary': {
      const level = levels[node.operator];
      return `${within(node.left, level)} ${node.operator} ${within(node.right, level + 1)}`;
    }
    case 'call':
      return node.output === undefined ? spellCall(node) : `${spellCall(node)}.${node.output}`;
  }
}

function spellCall(node: CallNode): string {
  const call = indicatorCall(node);
  if (call === undefined) return `${node.name}(${node.arguments.map(canonicalText).join(', ')})`;
  const input = singleInput(call.indicator);
  const source = call.source === undefined ? input?.[1] : canonicalText(call.source);
  const values = call.parameters.map(({ node: given, parameter }) =>
    given === undefined ? constant(parameter.default) : canonicalText(given),
  );
  const taken = [...(source === undefined ? [] : [source]), ...values, ...call.surplus.map(canonicalText)];
  return `${call.indicator.type}(${taken.join(', ')})`;
}

function within(node: FormulaNode, level: number): string {
  const text = canonicalText(node);
  return levelOf(node) < level ? `(${text})` : text;
}

function levelOf(node: FormulaNode): number {
  if (node.kind === 'binary') return levels[node.operator];
  if (node.kind === 'unary') return node.operator === 'not' ? notLevel : signLevel;
  return atomLevel;
}

function constant(value: number | string): string {
  return typeof value === 'number' ? String(value) : quoted(value);
}

function quoted(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
