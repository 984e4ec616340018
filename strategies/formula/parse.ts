import { LabError } from '@stratlab/data/error.ts';
import jsep from 'jsep';
import type { BinaryOperator, FormulaNode, FormulaProblem } from './node.ts';
import { binaryOperators } from './operators.ts';
import { scanFormula } from './scan.ts';

/** A formula that follows the grammar; whether its names exist and its types fit, `checkFormula` says. */
export interface Formula {
  readonly text: string;
  readonly root: FormulaNode;
}

export type ParsedFormula = { formula: Formula } | { problems: FormulaProblem[] };

/** Loosest first. `not` is read as a binary operator whose left side is `hole`, which gives it its place below comparison. */
const precedence = new Map<string, number>([
  ['or', 1],
  ['and', 2],
  ['not', 3],
  ...['<', '<=', '>', '>=', '==', '!='].map((operator) => [operator, 4] as const),
  ...['+', '-'].map((operator) => [operator, 5] as const),
  ...['*', '/', '%'].map((operator) => [operator, 6] as const),
]);

const maxDepth = 200;
const holeType = 'Hole';
/** Exactly where jsep reads the operator: a hole before anything else would never be left. */
const wordNot = /^not[^\w$]/;
const columns = new WeakMap<jsep.Expression, number>();

configure();

/** Reads a formula of at most 4 kB and 64 levels. Never throws, whatever the text. */
export function parseFormula(text: string): ParsedFormula {
  const refused = scanFormula(text);
  if (refused !== null) return { problems: [refused] };
  try {
    return { formula: { text, root: build(jsep(text), 1) } };
  } catch (error) {
    if (error instanceof Fault) return { problems: [error.problem] };
    if (isParserError(error)) return { problems: [{ message: `${error.description}.`, column: error.index + 1 }] };
    throw error;
  }
}

/** As `parseFormula`, for text that was validated before. Throws `invalid_strategy` where it was not. */
export function readFormula(text: string): Formula {
  const parsed = parseFormula(text);
  if ('formula' in parsed) return parsed.formula;
  const [{ message, hint, column }] = parsed.problems;
  throw new LabError('invalid_strategy', `Formula, column ${column}: ${message}`, hint === undefined ? {} : { hint });
}

class Fault extends Error {
  readonly problem: FormulaProblem;
  constructor(problem: FormulaProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

function isParserError(error: unknown): error is Error & { index: number; description: string } {
  return error instanceof Error && 'index' in error && 'description' in error;
}

function configure(): void {
  jsep.removeAllUnaryOps();
  jsep.removeAllBinaryOps();
  jsep.removeAllLiterals();
  jsep.addUnaryOp('-');
  for (const [operator, level] of precedence) jsep.addBinaryOp(operator, level, operator === 'not');

  // jsep keeps no positions: the hook lets it read each token as it would, and notes where that began.
  let entered = false;
  jsep.hooks.add('gobble-token', function (env) {
    if (entered) {
      entered = false;
      return;
    }
    const start = this.index;
    if (wordNot.test(this.expr.slice(start, start + 4))) {
      env.node = { type: holeType };
    } else {
      entered = true;
      const node = this.gobbleToken();
      if (node) env.node = node;
      else if (this.index !== start) this.throwError('A value is missing');
    }
    if (env.node) columns.set(env.node, start + 1);
  });
}

function build(expression: jsep.Expression, depth: number): FormulaNode {
  const node = documented(expression);
  const column = columns.get(expression) ?? 1;
  if (depth > maxDepth) throw new Fault({ message: `A formula chains at most ${maxDepth} operations.`, column });
  const child = (part: jsep.Expression) => build(part, depth + 1);
  switch (node.type) {
    case 'Literal':
      return literal(node, column);
    case 'Identifier':
      return identifier(node.name, column);
    case 'ThisExpression':
      return { kind: 'name', name: 'this', column };
    case 'UnaryExpression':
      return negative(child(node.argument), column);
    case 'BinaryExpression':
      return binary(node, child);
    case 'ConditionalExpression': {
      const parts = [node.test, node.consequent, node.alternate].map(child);
      return { kind: 'call', name: 'where', arguments: parts, output: undefined, column: parts[0].column };
    }
    case 'CallExpression':
      return call(node, undefined, column, child);
    case 'MemberExpression':
      return member(node, column, child);
    case 'Compound':
    case 'SequenceExpression':
      throw new Fault({ message: 'One formula is expected, several were found.', column });
    default:
      if (expression.type === holeType) throw misplacedNot(column);
      throw new Fault({ message: 'This is not part of the formula language.', column });
  }
}

/** jsep declares its results loosely; its documentation lists these node types. */
function documented(expression: jsep.Expression): jsep.CoreExpression {
  return expression as jsep.CoreExpression;
}

function literal({ value }: jsep.Literal, column: number): FormulaNode {
  if (typeof value === 'string') return { kind: 'text', value, column };
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'number', value, column };
  throw new Fault({ message: 'This number is too large.', column });
}

function identifier(name: string, column: number): FormulaNode {
  return name.startsWith('$') ? { kind: 'parameter', name: name.slice(1), column } : { kind: 'name', name, column };
}

function negative(operand: FormulaNode, column: number): FormulaNode {
  if (operand.kind === 'number') return { kind: 'number', value: -operand.value, column };
  return { kind: 'unary', operator: '-', operand, column };
}

function binary(node: jsep.BinaryExpression, child: (part: jsep.Expression) => FormulaNode): FormulaNode {
  if (node.operator === 'not') {
    const column = columns.get(node.left) ?? 1;
    if (node.left.type !== holeType) throw misplacedNot(column);
    return { kind: 'unary', operator: 'not', operand: child(node.right), column };
  }
  const { operator } = node;
  const left = child(node.left);
  if (!isBinaryOperator(operator))
    throw new Fault({ message: `"${operator}" is not an operator.`, column: left.column });
  return { kind: 'binary', operator, left, right: child(node.right), column: left.column };
}

function isBinaryOperator(operator: string): operator is BinaryOperator {
  return Object.hasOwn(binaryOperators, operator);
}

function call(
  node: jsep.CallExpression,
  output: string | undefined,
  column: number,
  child: (part: jsep.Expression) => FormulaNode,
): FormulaNode {
  const callee = documented(node.callee);
  if (callee.type !== 'Identifier' || callee.name.startsWith('$')) {
    throw new Fault({ message: 'Only a function can be called, by its name.', column });
  }
  return { kind: 'call', name: callee.name, arguments: node.arguments.map(child), output, column };
}

function member(
  node: jsep.MemberExpression,
  column: number,
  child: (part: jsep.Expression) => FormulaNode,
): FormulaNode {
  const object = documented(node.object);
  const property = documented(node.property);
  if (property.type === 'Identifier' && !property.name.startsWith('$')) {
    if (object.type === 'CallExpression') return call(object, property.name, column, child);
    if (object.type === 'Identifier' && !object.name.startsWith('$')) {
      return { kind: 'name', name: `${object.name}.${property.name}`, column };
    }
  }
  throw new Fault({ message: 'A dot names one output, as in adx_14.plus_di or adx(14).plus_di.', column });
}

function misplacedNot(column: number): Fault {
  return new Fault({ message: '"not" stands in the wrong place.', hint: 'Put it in parentheses: (not x).', column });
}
