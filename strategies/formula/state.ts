import type { PositionState } from '../position-state.ts';
import { evaluateNode, type FormulaContext } from './evaluate.ts';
import { findFunction, type RowFunction } from './functions.ts';
import { isStateName, readsState } from './names.ts';
import type { CallNode, FormulaNode } from './node.ts';
import { type Binary, binaryOperators, negate, not } from './operators.ts';
import type { Formula } from './parse.ts';

/** The value of a formula at the close of a bar, given the open position; true is 1, false 0, unknown NaN. */
export type StateFormula = (bar: number, state: PositionState) => number;

/**
 * A formula that may read the open position, ready to be asked bar by bar: the parts that do not are computed over all
 * bars here, the rest without allocation at each call. Throws `invalid_strategy` for what `checkFormula` refuses.
 */
export function compileState(formula: Formula, context: FormulaContext): StateFormula {
  return compile(formula.root, context);
}

function compile(node: FormulaNode, context: FormulaContext): StateFormula {
  if (node.kind === 'name' && isStateName(node.name)) {
    const { name } = node;
    return (_, state) => state[name];
  }
  if (node.kind === 'unary' && readsState(node)) {
    const row = node.operator === 'not' ? not : negate;
    const operand = compile(node.operand, context);
    return (bar, state) => row(operand(bar, state));
  }
  if (node.kind === 'binary' && readsState(node)) {
    return combined(binaryOperators[node.operator], compile(node.left, context), compile(node.right, context));
  }
  const definition = node.kind === 'call' && readsState(node) ? findFunction(node.name) : undefined;
  if (node.kind === 'call' && definition?.kind === 'row') return rowCall(definition, node, context);
  const values = evaluateNode(node, context);
  return (bar) => values[bar];
}

function rowCall(definition: RowFunction, node: CallNode, context: FormulaContext): StateFormula {
  const { row, variadic } = definition;
  const taken = node.arguments.map((argument) => compile(argument, context));
  if (variadic) return taken.reduce((folded, next) => combined((a, b) => row(a, b, Number.NaN), folded, next));
  const [first, second, third] = taken;
  if (second === undefined) return (bar, state) => row(first(bar, state), Number.NaN, Number.NaN);
  return (bar, state) => row(first(bar, state), second(bar, state), third(bar, state));
}

function combined(row: Binary, left: StateFormula, right: StateFormula): StateFormula {
  return (bar, state) => row(left(bar, state), right(bar, state));
}
