/**
 * The formula language of rules, `formula` indicators, filters and prices: parse, check against what is known where the
 * formula stands, evaluate over bars. Total and causal: no text crashes it, no formula sees a later bar.
 */
export { canonicalFormula } from './formula/canonical.ts';
export { type CheckedFormula, checkFormula, type FormulaReferences, type FormulaScope } from './formula/check.ts';
export { type ClockWord, clockWords } from './formula/clock.ts';
export { type AlignedRows, evaluateFormula, type FormulaContext, type FormulaFrame } from './formula/evaluate.ts';
export { type FormulaFunction, formulaFunctions, signature, type ValueType } from './formula/functions.ts';
export { reservedNames } from './formula/names.ts';
export { type FormulaProblem, problemsAt } from './formula/node.ts';
export { type Formula, type ParsedFormula, parseFormula, readFormula } from './formula/parse.ts';
export { compileState, type StateFormula } from './formula/state.ts';
