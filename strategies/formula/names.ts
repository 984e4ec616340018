import { type PriceField, priceFields } from '@stratlab/data/bars.ts';
import { type PositionState, positionStateNames } from '../position-state.ts';
import { clockWords } from './clock.ts';
import { childNodes, type FormulaNode } from './node.ts';

const fields: ReadonlySet<string> = new Set(priceFields);
const states: ReadonlySet<string> = new Set(positionStateNames);

export function isPriceField(name: string): name is PriceField {
  return fields.has(name);
}

export function isStateName(name: string): name is keyof PositionState {
  return states.has(name);
}

/** Bare names with a meaning of their own: an indicator id that equals one could never be read. */
export const reservedNames: ReadonlySet<string> = new Set([
  ...priceFields,
  'signal',
  ...positionStateNames,
  ...clockWords.map(({ name }) => name),
  ...['and', 'or', 'not'],
]);

/** Whether a formula, or a part of one, reads the open position. */
export function readsState(node: FormulaNode): boolean {
  return node.kind === 'name' ? isStateName(node.name) : childNodes(node).some(readsState);
}
