import type { BinaryOperator } from './node.ts';

/** Values of one row. Booleans are 1 and 0; NaN is unknown. */
export type Unary = (a: number) => number;
export type Binary = (a: number, b: number) => number;
export type Ternary = (a: number, b: number, c: number) => number;

/** Infinity is no value of a formula: it becomes NaN. */
export const finite: Unary = (x) => (x - x === 0 ? x : Number.NaN);

export const negate: Unary = (a) => -a;
export const not: Unary = (a) => 1 - a;

/** Arithmetic, comparison (unknown where a side is unknown) and Kleene's three-valued logic. `%` takes the dividend's sign. */
export const binaryOperators: Readonly<Record<BinaryOperator, Binary>> = {
  '+': (a, b) => finite(a + b),
  '-': (a, b) => finite(a - b),
  '*': (a, b) => finite(a * b),
  '/': (a, b) => finite(a / b),
  '%': (a, b) => finite(a % b),
  '<': (a, b) => (a < b ? 1 : a >= b ? 0 : Number.NaN),
  '<=': (a, b) => (a <= b ? 1 : a > b ? 0 : Number.NaN),
  '>': (a, b) => (a > b ? 1 : a <= b ? 0 : Number.NaN),
  '>=': (a, b) => (a >= b ? 1 : a < b ? 0 : Number.NaN),
  '==': (a, b) => (a === b ? 1 : a < b || a > b ? 0 : Number.NaN),
  '!=': (a, b) => (a === b ? 0 : a < b || a > b ? 1 : Number.NaN),
  and: (a, b) => (a === 0 || b === 0 ? 0 : a * b),
  or: (a, b) => (a === 1 || b === 1 ? 1 : a + b),
};
