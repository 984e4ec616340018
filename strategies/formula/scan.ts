import type { FormulaProblem } from './node.ts';

const maxLength = 4096;
const maxNesting = 64;

const space = /[ \t\r\n]+/y;
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const word = /\$?[A-Za-z_][A-Za-z0-9_]*/y;
const text = /"[^"\\\r\n]*"|'[^'\\\r\n]*'/y;
const symbol = /<=|>=|==|!=|[-+*/%<>?:(),.]/y;
const foreign = /===|!==|&&|\|\||\*\*|\?\?|\?\.(?!\d)|=(?!=)|!(?!=)/y;

const insteadOf = new Map([
  ['===', 'Write ==.'],
  ['!==', 'Write !=.'],
  ['&&', 'Write and.'],
  ['||', 'Write or.'],
  ['!', 'Write not.'],
  ['=', 'A formula assigns nothing; to compare, write ==.'],
  ['**', 'Write the product out, or use exp and log.'],
]);

/** Words that are operators. */
export const wordOperators: ReadonlySet<string> = new Set(['and', 'or', 'not']);

/**
 * Walks the tokens before any parser sees them: bounds length and nesting, and refuses what is no token of the
 * grammar or stands beside a value without an operator between. Null when the parser may have the text.
 */
export function scanFormula(formula: string): FormulaProblem | null {
  if (formula.length > maxLength) {
    return { message: `A formula has at most ${maxLength} characters, this one has ${formula.length}.`, column: 1 };
  }
  let index = 0;
  let nesting = 0;
  let signs = 0;
  let afterValue = false;

  const matched = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = index;
    return pattern.exec(formula)?.[0];
  };

  while (index < formula.length) {
    const blank = matched(space);
    if (blank !== undefined) {
      index += blank.length;
      continue;
    }
    const column = index + 1;
    const stranger = matched(foreign);
    if (stranger !== undefined) return notInGrammar(stranger, column);
    const name = matched(word);
    const value = name ?? matched(number) ?? matched(text);
    const token = value ?? matched(symbol);
    if (token === undefined) return notInGrammar(formula.slice(index, index + 1), column);
    index += token.length;

    const joins = token === 'and' || token === 'or';
    const startsValue = value !== undefined && !joins;
    if (startsValue && afterValue) return missingOperator(token, column);
    signs = token === '-' && !afterValue ? signs + 1 : 0;
    if (token === '(' || token === '?') nesting++;
    if (token === ')') nesting--;
    if (nesting + signs > maxNesting) {
      return {
        message: `A formula nests at most ${maxNesting} levels deep.`,
        hint: 'Split it into indicators.',
        column,
      };
    }
    afterValue = token === ')' || (startsValue && token !== 'not');
  }
  if (formula.trim() === '') return { message: 'The formula is empty.', column: 1 };
  return afterValue ? null : { message: 'The formula ends where a value is expected.', column: formula.length + 1 };
}

function notInGrammar(token: string, column: number): FormulaProblem {
  if (token === '"' || token === "'") return { message: 'A text is not closed on its line.', column };
  const hint = insteadOf.get(token);
  const message = `${JSON.stringify(token)} is not part of the formula language.`;
  return hint === undefined ? { message, column } : { message, hint, column };
}

function missingOperator(token: string, column: number): FormulaProblem {
  const lower = token.toLowerCase();
  const hint = wordOperators.has(lower) && lower !== token ? `Write ${lower}, in lower case.` : undefined;
  const message = `An operator or a comma is missing before ${token}.`;
  return hint === undefined ? { message, column } : { message, hint, column };
}
