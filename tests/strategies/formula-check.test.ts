import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CheckedFormula,
  checkFormula,
  type FormulaScope,
  problemsAt,
  readFormula,
} from '@stratlab/strategies/formula.ts';
import { openScope } from '../formula-world.ts';

function check(text: string, scope: FormulaScope = openScope, expected?: 'number' | 'boolean'): CheckedFormula {
  return checkFormula(readFormula(text), scope, expected);
}

function problems(text: string, scope?: FormulaScope, expected?: 'number' | 'boolean'): string[] {
  return check(text, scope, expected).problems.map(
    ({ message, hint, column }) => `${column}: ${message}${hint === undefined ? '' : ` ${hint}`}`,
  );
}

test('the formulas of the grammar have no problems', () => {
  const types = {
    'crosses_above(sma($fast), sma(20))': 'boolean',
    'crosses_above(sma(20), 50)': 'boolean',
    '(open - lag(close, 1)) / atr(14)': 'number',
    'clip(signal * 0.10 / volatility(20), -2, 2)': 'number',
    'session("09:30-16:00", "America/New_York") and volatility(20) < 0.3': 'boolean',
    'tf("4h", rsi(14)) > 50': 'boolean',
    'series("GBPUSD").close': 'number',
    'adx(14).plus_di > adx_14.adx': 'boolean',
    'bollinger(20, 2).upper': 'number',
    'ema(rsi_14, 12)': 'number',
    'keltner(20, 10, 2, "first").upper': 'number',
    'bars_held > 10 or open_return < -0.05': 'boolean',
    'position > 0 ? best_since_entry - 2 * atr(14) : entry_price': 'number',
    'hour("Europe/London") == 8 and weekday != 5': 'boolean',
    'count(close > open, 5) >= 3 and since(rsi_14 < 30) < 10': 'boolean',
    'lag(close > open, 1)': 'boolean',
    '(close > open) == (lag(close, 1) > lag(open, 1))': 'boolean',
    'max(open, close, 1, low)': 'number',
    'rank(hlc3, 20) % 2': 'number',
  };
  for (const [text, type] of Object.entries(types)) {
    const checked = check(text);
    assert.deepEqual(checked.problems, [], text);
    assert.equal(checked.type, type, text);
  }
});

test('an unknown name is told with its column and the nearest known one', () => {
  assert.deepEqual(problems('close > rsi14'), ['9: "rsi14" is not known. Did you mean "rsi_14"?']);
  assert.deepEqual(problems('1 + adx_14.plusdi'), ['5: "adx_14.plusdi" is not known. Did you mean "adx_14.plus_di"?']);
  assert.deepEqual(problems('smaa(20)'), ['1: "smaa" is not a function. Did you mean "sma"?']);
  assert.deepEqual(problems('sma($fasst)'), ['5: "$fasst" is not a parameter of the strategy. Did you mean "fast"?']);
  assert.deepEqual(problems('adx(14).plus'), ['1: adx has no output "plus". It has adx, plus_di, minus_di, dx.']);
  assert.deepEqual(problems('hour("Europe/Londn") > 8'), [
    '6: "Europe/Londn" is not a time zone. Did you mean "Europe/London"?',
  ]);
  assert.deepEqual(problems('tf("2h", close)'), [
    '4: "2h" is not a timeframe here. Known: 1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w.',
  ]);
  assert.deepEqual(problems('series("GBPUSB").close', { symbols: ['GBPUSD'] }), [
    '8: "GBPUSB" is not a symbol here. Did you mean "GBPUSD"?',
  ]);
  assert.deepEqual(problems('rsi-14 > 30', { columns: ['rsi-14'] }), [
    '1: "rsi" is a function. Call it: rsi(x, period).',
  ]);
  assert.deepEqual(problems('my-rsi > 30', { columns: ['my-rsi'] }).slice(0, 1), [
    '1: "my" is not known. A hyphen is read as minus: rename "my-rsi".',
  ]);
});

test('every problem of a formula is told at once', () => {
  assert.equal(problems('clse > opn and lag(close, -1) > hgh').length, 4);
});

test('a name used the wrong way says the right one', () => {
  assert.deepEqual(problems('adx_14 > 20'), [
    '1: "adx_14" has several outputs. Say which: adx_14.adx, adx_14.plus_di.',
  ]);
  assert.deepEqual(problems('sma > 20'), ['1: "sma" is a function. Call it: sma(x, period).']);
  assert.deepEqual(problems('close(1)'), [
    '1: "close" is a series, not a function. For an earlier value write lag(close, 1).',
  ]);
  assert.deepEqual(problems('adx(14)'), ['1: adx has several outputs. Say which: .adx, .plus_di, .minus_di, .dx.']);
  assert.deepEqual(problems('sma(20).value'), ['1: sma has one output, so no ".value".']);
  assert.deepEqual(problems('"close" > 1'), ['1: A text stands only where a call takes one. As in tf("4h", rsi(14)).']);
});

test('operands of the wrong type are problems', () => {
  assert.deepEqual(problems('1 < close < 3'), [
    '1: "<" takes a number; 1 < close is true or false. Join comparisons with and: 1 < x and x < 3.',
  ]);
  assert.deepEqual(problems('close and open > 1'), [
    '1: "and" takes true or false; close is a number. Compare it with something: close > 0.',
  ]);
  for (const text of [
    '(close > 1) + 1',
    'not close',
    '-(close > 1)',
    'sum(close > open, 5)',
    'count(close, 5)',
    'close > 1 ? 2 : open > 1',
    'close ? 1 : 2',
    '(close > 1) == 1',
    'sma(close > open, 20)',
    'where(close > 1, open > 1, 2)',
  ]) {
    assert.equal(problems(text).length, 1, text);
  }
  assert.equal(problems('close', openScope, 'boolean').length, 1);
  assert.equal(problems('close > 1', openScope, 'number').length, 1);
});

test('windows and lags are whole numbers, constant, never negative and not too large', () => {
  assert.deepEqual(problems('lag(close, -1)'), [
    '12: n of lag(x, n) is -1; it is a whole number from 0 to 10000, or a parameter.',
  ]);
  assert.deepEqual(problems('mean(close, $share)'), [
    '13: n of mean(x, n) is $share = 0.5; it is a whole number from 1 to 10000, or a parameter.',
  ]);
  assert.deepEqual(problems('sma(0)'), ['5: period of sma(x, period) is 0; it is a whole number from 1 to 10000.']);
  for (const text of [
    'mean(close, 1.5)',
    'mean(close, 0)',
    'std(close, 1)',
    'mean(close, 10001)',
    'mean(close, volume)',
    'mean(close, 5 + 5)',
    'rsi(volume, close)',
    'rsi($share)',
    'keltner(20, 10, 2, "frist").upper',
    'rsi("14")',
  ]) {
    assert.equal(problems(text).length, 1, text);
  }
});

test('wrong argument counts are problems', () => {
  for (const text of [
    'lag(close)',
    'abs()',
    'abs(close, 2)',
    'min(close)',
    'sma(close, 20, 3)',
    'session()',
    'tf("4h")',
    'hour(1, 2)',
    'bar_index("UTC")',
    'series()',
    'where(close > 1, 2)',
  ]) {
    assert.equal(problems(text).length, 1, text);
  }
});

test('the position, the signal and a universe are known only where they exist', () => {
  assert.deepEqual(problems('bars_held > 5', { state: false }), [
    '1: "bars_held" is known only while a position is simulated. It can stand in exit_long, exit_short and the prices of execution.',
  ]);
  assert.deepEqual(problems('mean(open_return, 5) > 0'), [
    '6: mean reads bars; "open_return" of the position has no earlier values.',
  ]);
  assert.deepEqual(problems('signal > 0', {}), ['1: "signal" exists only where a model or fuzzy rules decide.']);
  assert.deepEqual(problems('cs_rank(close)'), [
    '1: cs_rank ranks the symbols of a universe. It can stand in target.position, portfolio.rank and decisions.filters.when beside a universe.',
  ]);
  assert.deepEqual(problems('cs_rank(roc(60)) > 0.5', { universe: true }), []);
  assert.deepEqual(problems('cs_rank(close, 3)', { universe: true }), [
    '1: cs_rank takes 1 argument, not 2. Write cs_rank(roc(60)).',
  ]);
  assert.deepEqual(problems('cs_rank(close > 1)', { universe: true }), [
    '9: cs_rank takes a number; close > 1 is true or false. Join comparisons with and: 1 < x and x < 3.',
  ]);
  assert.deepEqual(problems('tf("1d", cs_rank(close))', { universe: true }), ['10: cs_rank cannot stand inside tf.']);
  assert.deepEqual(problems('cs_rank(close).x', { universe: true }), ['1: cs_rank has one output, so no ".x".']);
  assert.deepEqual(problems('bars_held > 5', { state: true, weights: true }), [
    '1: "bars_held" is not known: this strategy holds by weights, not one position. Leave by what bars, indicators or the signal say.',
  ]);
  for (const text of [
    'tf("4h", signal)',
    'tf("4h", tf("1d", close))',
    'tf("4h", series("A").close)',
    'tf("4h", position)',
    'ema(position, 3)',
  ]) {
    assert.equal(problems(text).length, 1, text);
  }
});

test('a checked formula says what it refers to', () => {
  const { usesState, references } = check(
    'adx_14.adx > $fast and tf("4h", rsi_14) > 50 and series("GBPUSD").close > 1 and signal > 0 and bars_held > 1',
  );
  assert.equal(usesState, true);
  assert.deepEqual(references, {
    columns: new Set(['adx_14.adx']),
    parameters: new Set(['fast']),
    symbols: new Set(['GBPUSD']),
    timeframes: new Map([['4h', new Set(['rsi_14'])]]),
    signal: true,
  });
  assert.equal(check('close > 1').usesState, false);
});

test('the problems of a formula are told at its path of the document', () => {
  assert.deepEqual(problemsAt('rules.enter_long', check('close > rsi14').problems), [
    { path: 'rules.enter_long', message: 'Column 9: "rsi14" is not known.', hint: 'Did you mean "rsi_14"?' },
  ]);
});

test('a leg is a series by its bare name, on the base bars only', () => {
  const legs = ['EWA', 'EWC'];
  assert.deepEqual(problems('beta(EWA, EWC, 60) > EWA', { legs }), []);
  assert.deepEqual(check('EWA - series("GBPUSD").close', { legs }).references.symbols, new Set(['EWA', 'GBPUSD']));
  assert.deepEqual(problems('EWA(3)', { legs }), [
    '1: "EWA" is a series, not a function. For an earlier value write lag(EWA, 1).',
  ]);
  assert.deepEqual(problems('tf("1d", EWA)', { legs }), ['10: "EWA" is a leg, and cannot stand inside tf.']);
  assert.deepEqual(problems('EWB > 1', { legs }), ['1: "EWB" is not known. Did you mean "EWA"?']);
  assert.match(problems('EWA > 1')[0], /"EWA" is not known/);
});
