import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalFormula, checkFormula, parseFormula, readFormula } from '@stratlab/strategies/formula.ts';
import fc from 'fast-check';
import { openScope } from '../formula-world.ts';

function canonical(text: string): string {
  return canonicalFormula(readFormula(text));
}

function problemOf(text: string): string {
  const parsed = parseFormula(text);
  assert.ok('problems' in parsed, `${text} was accepted`);
  const [{ message, hint, column }] = parsed.problems;
  return `${column}: ${message}${hint === undefined ? '' : ` ${hint}`}`;
}

test('a formula has one normal form whatever its spaces, parentheses, numbers and quotes', () => {
  assert.equal(canonical('close>sma( close,20.0 )'), 'close > sma(close, 20)');
  assert.equal(canonical('((close)) - (open - (low - 1e0))'), 'close - (open - (low - 1))');
  assert.equal(canonical('(close - open) - low'), 'close - open - low');
  assert.equal(canonical("session('09:30-16:00','America/New_York')"), 'session("09:30-16:00", "America/New_York")');
  assert.equal(canonical('close > open ? .50 : - 1'), 'where(close > open, 0.5, -1)');
  assert.equal(canonical('-(-close)'), '--close');
});

test('indicators are named by their type with every default filled in', () => {
  assert.equal(canonical('SMA(20)'), 'sma(close, 20)');
  assert.equal(canonical('rsi()'), 'rsi(close, 14)');
  assert.equal(canonical('bbands(20).upper'), 'bollinger(close, 20, 2, 0).upper');
  assert.equal(canonical('atr($fast)'), 'atr($fast)');
  assert.equal(canonical('correlation(close, open, 20)'), 'correlation(close, open, 20)');
});

test('"not" binds looser than comparison and tighter than "and", which binds tighter than "or"', () => {
  assert.equal(canonical('not (close > open) and low < high'), 'not close > open and low < high');
  assert.equal(canonical('(not close > open) and not not (low < high)'), 'not close > open and not not low < high');
  assert.equal(canonical('not (close > open and low < high)'), 'not (close > open and low < high)');
  assert.equal(canonical('a > b or (a > c and b > c)'), 'a > b or a > c and b > c');
  assert.equal(canonical('(not(a > b)) == (a > c)'), '(not a > b) == (a > c)');
});

test('what other languages know and this one does not is refused where it stands', () => {
  assert.equal(problemOf('close > 1 && open > 1'), '11: "&&" is not part of the formula language. Write and.');
  assert.equal(problemOf('close > 1 || open > 1'), '11: "||" is not part of the formula language. Write or.');
  assert.equal(problemOf('!(close > 1)'), '1: "!" is not part of the formula language. Write not.');
  assert.equal(problemOf('close === open'), '7: "===" is not part of the formula language. Write ==.');
  assert.equal(
    problemOf('close = open'),
    '7: "=" is not part of the formula language. A formula assigns nothing; to compare, write ==.',
  );
  for (const [text, column] of [
    ['close[1]', 6],
    ['[1, 2]', 1],
    ['close ^ 2', 7],
    ['close ** 2', 7],
    ['close | open', 7],
    ['~close', 1],
    ['`close`', 1],
    ['close; open', 6],
    ['{a: 1}', 1],
    ['close?.open', 6],
    ['close ?? open', 7],
    ['clöse', 3],
    ['"a\\n"', 1],
    ['close => 1', 7],
  ] as const) {
    assert.match(problemOf(text), new RegExp(`^${column}: `), text);
  }
});

test('faults of form are reported with their column', () => {
  assert.equal(problemOf(''), '1: The formula is empty.');
  assert.equal(problemOf('close >'), '8: The formula ends where a value is expected.');
  assert.equal(problemOf('sma(close 20)'), '11: An operator or a comma is missing before 20.');
  assert.equal(
    problemOf('a > 1 AND b > 1'),
    '7: An operator or a comma is missing before AND. Write and, in lower case.',
  );
  assert.equal(problemOf('(close'), '7: Unclosed (.');
  assert.equal(problemOf('"abc'), '1: A text is not closed on its line.');
  assert.equal(problemOf('close > not open'), '1: "not" stands in the wrong place. Put it in parentheses: (not x).');
  assert.equal(problemOf('1e999'), '1: This number is too large.');
  for (const text of [
    '()',
    'f(,)',
    'f(a,)',
    'f(,a)',
    ')',
    'a)',
    '$f(1)',
    'a.b.c',
    '1.2.3',
    'a ? b',
    'a.1',
    '+a',
    '(a, b)',
  ]) {
    problemOf(text);
  }
});

test('a text too long or too deep is refused before it is parsed', () => {
  assert.match(problemOf('1'.repeat(5000)), /at most 4096 characters/);
  assert.match(problemOf(`${'('.repeat(100_000)}1${')'.repeat(100_000)}`), /at most 4096/);
  assert.match(problemOf(`${'('.repeat(65)}1${')'.repeat(65)}`), /64 levels deep/);
  assert.match(problemOf(`${'-'.repeat(3000)}close`), /64 levels deep/);
  assert.match(problemOf(`${'not '.repeat(1000)}close`), /at most 200 operations/);
  assert.match(problemOf(`${'a?1:'.repeat(1000)}close`), /64 levels deep/);
  assert.match(problemOf(`1${'+1'.repeat(2000)}`), /at most 200 operations/);
  readFormula(`${'('.repeat(64)}1${')'.repeat(64)}`);
});

test('the names of object prototypes are unknown names like any other', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'this', 'true', 'null', 'NaN']) {
    for (const text of [name, `${name}(1)`, `$${name}`, `close.${name}`, `rsi(14).${name}`, `tf("${name}", close)`]) {
      const parsed = parseFormula(text);
      const { problems } = 'formula' in parsed ? checkFormula(parsed.formula, openScope) : parsed;
      assert.ok(problems.length > 0, text);
    }
  }
});

test('no text crashes the parser or the check', () => {
  const fragments = fc.constantFrom(
    ...[
      'close',
      'sma(',
      '(',
      ')',
      ',',
      'not ',
      ' and ',
      ' or ',
      '-',
      '<',
      '==',
      '%',
      '?',
      ':',
      '.',
      '"4h"',
      '$fast',
      '20',
      '1e9',
    ],
    ...[
      'tf(',
      'series("A")',
      'session(',
      'hour(',
      'lag(close, ',
      'position',
      'rsi(14)',
      '"',
      "'",
      '[',
      '\\',
      '\u0000',
      '\u{1f600}',
      ' ',
    ],
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(fragments, { maxLength: 25 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parseFormula(text);
      if ('problems' in parsed) {
        assert.ok(parsed.problems.every(({ column }) => column >= 1 && column <= text.length + 2));
      } else {
        checkFormula(parsed.formula, openScope);
        const again = canonicalFormula(parsed.formula);
        assert.equal(canonical(again), again);
      }
    }),
    { numRuns: 3000 },
  );
});
