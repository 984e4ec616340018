import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabError } from '@stratlab/data/error.ts';
import { evaluateFormula, readFormula } from '@stratlab/strategies/formula.ts';
import { findIndicator } from '@stratlab/strategies/indicators/index.ts';
import { closes, coarser, context, evaluate, walk } from '../formula-world.ts';
import { referenceTable, withoutReference } from '../reference.ts';

const unknown = Number.NaN;

test('a rule reads as it is written', () => {
  const prices = closes(1, 2, 3, 2, 4);
  assert.deepEqual(evaluate('close > lag(close, 1) and close > 2', prices), [0, 0, 1, 0, 1]);
  assert.deepEqual(evaluate('close > lag(close, 1) or close > 2', prices), [unknown, 1, 1, 0, 1]);
  assert.deepEqual(evaluate('close > 2 ? -close : 0.5', prices), [0.5, 0.5, -3, 0.5, -4]);
  assert.deepEqual(evaluate('(close + 1) * 2 - close / 2 % 2', prices), [3.5, 5, 6.5, 5, 10]);
  assert.deepEqual(evaluate('1 + 2 * 3', prices), [7, 7, 7, 7, 7]);
});

test('a cross fires on the bar after the last one at or below, also against a constant', () => {
  assert.deepEqual(evaluate('crosses_above(close, 50)', closes(51, 49, 50, 51, 52, 49, 60)), [
    unknown,
    0,
    0,
    1,
    0,
    0,
    1,
  ]);
  assert.deepEqual(evaluate('crosses_below(close, 50)', closes(49, 50, 49, 48)), [unknown, 0, 1, 0]);
});

test('unknown is contagious but for "false and" and "true or"', () => {
  const known = { true: '1 < 2', false: '1 > 2', unknown: '0 / 0 > 1' };
  const value = (text: string) => evaluate(text, closes(1))[0];
  assert.equal(value(`${known.false} and ${known.unknown}`), 0);
  assert.equal(value(`${known.unknown} and ${known.false}`), 0);
  assert.equal(value(`${known.true} and ${known.unknown}`), unknown);
  assert.equal(value(`${known.true} or ${known.unknown}`), 1);
  assert.equal(value(`${known.unknown} or ${known.true}`), 1);
  assert.equal(value(`${known.false} or ${known.unknown}`), unknown);
  assert.equal(value(`not ${known.unknown}`), unknown);
  assert.equal(value(`0 / 0 == 0 / 0`), unknown);
  assert.equal(value(`0 / 0 != 1`), unknown);
  assert.equal(value(`${known.unknown} ? 1 : 2`), unknown);
});

test('what has no value is unknown, never infinite', () => {
  for (const text of [
    '1 / 0',
    '-1 / 0',
    '5 % 0',
    'log(0)',
    'log(-1)',
    'sqrt(-1)',
    'exp(1000)',
    '1e308 * 10',
    '1e308 + 1e308',
    'sum(close * 1e308, 2)',
  ]) {
    assert.deepEqual(evaluate(text, closes(1, 2)).slice(1), [unknown], text);
  }
});

test('a window forgets an unknown or huge value once it has left', () => {
  const prices = closes(1, 2, 1e15, 0, 1, 2, 3);
  assert.deepEqual(evaluate('sum(1 / close, 2)', prices).slice(4), [unknown, 1.5, 0.5 + 1 / 3]);
  assert.deepEqual(evaluate('std(close, 2)', prices).slice(4), [Math.SQRT1_2, Math.SQRT1_2, Math.SQRT1_2]);
  assert.deepEqual(evaluate('sma(1 / close, 2)', prices).slice(5), [0.75, (1 / 2 + 1 / 3) / 2]);
});

test('every indicator is called by its type, with defaults or with its parameters in order', () => {
  const bars = walk(120, 3);
  const world = context(bars, { parameters: { fast: 5 } });
  const bollinger = findIndicator('bollinger');
  const [upper] =
    bollinger?.compute({ bars, series: { source: bars.close } }, { period: 10, multiplier: 2.5, ddof: 0 }) ?? [];
  assert.deepEqual(evaluate('bollinger(10, 2.5).upper', world), [...upper]);
  assert.deepEqual(evaluate('sma($fast)', world), evaluate('sma(5)', world));
  assert.deepEqual(evaluate('SMA(close, 20)', world), evaluate('sma()', world));
  assert.notDeepEqual(evaluate('ema(high, 12)', world), evaluate('ema(12)', world));
  assert.equal(
    evaluate('ema(rsi(14), 3)', world).findIndex((value) => !Number.isNaN(value)),
    16,
  );
});

test('the indicators of a formula equal the reference values', { skip: withoutReference }, () => {
  const { values } = referenceTable('reference/indicators_goog_A.csv.gz');
  const input = referenceTable('reference/inputs/GOOG.csv').values;
  const column = (name: string) => input[Object.keys(input).find((key) => key.toLowerCase() === name) ?? ''];
  const bars = {
    time: column('open').map((_, i) => i * 86_400_000),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
  const world = context(bars);
  for (const [text, reference] of Object.entries({
    'rsi(14)': 'rsi',
    'mean(close, 20)': 'sma',
    'ema(20)': 'ema',
    'adx(14).plus_di': 'plus_di',
    'macd().histogram': 'macd_hist',
    'highest(high, 20)': 'donchian_upper',
    'lowest(low, 20)': 'donchian_lower',
    'diff(close, 10)': 'mom',
    'slope(close, 14)': 'linreg_slope',
    'correlation(high, low, 30)': 'correl',
    '(close / mean(close, 20) - 1) * 100': 'dist_sma_pct',
  })) {
    const actual = evaluate(text, world);
    values[reference].forEach((wanted, i) => {
      if (Number.isNaN(wanted)) return;
      assert.ok(
        Math.abs(actual[i] - wanted) <= 1e-8 * Math.max(1, Math.abs(wanted)),
        `${text} row ${i}: ${actual[i]}, ${wanted}`,
      );
    });
  }
});

test('another timeframe shows its last closed bar only, and price names inside mean its prices', () => {
  const bars = walk(10, 4);
  const slow = coarser(bars, 4);
  const asked: string[] = [];
  const world = context(bars, {
    timeframeBars: (timeframe) => {
      asked.push(timeframe);
      return { ...slow, barsPerYear: 1500, columns: (name) => (name === 'trend' ? slow.bars.low : undefined) };
    },
  });
  const { close } = bars;
  assert.deepEqual(evaluate('tf("4h", close)', world), [
    unknown,
    unknown,
    unknown,
    ...Array(4).fill(close[3]),
    ...Array(3).fill(close[7]),
  ]);
  assert.deepEqual(evaluate('tf("4h", lag(close, 1))', world).slice(6), [unknown, close[3], close[3], close[3]]);
  assert.deepEqual(evaluate('tf("4h", trend)', world).slice(7), Array(3).fill(bars.low[7]));
  assert.deepEqual(evaluate('tf("4h", 7)', world), Array(10).fill(7));
  assert.deepEqual(evaluate('tf("1h", close)', world), [...close]);
  assert.deepEqual(asked, ['4h'], 'the bars of a timeframe are asked for once');
});

test('another symbol is read by the rows that its bars were aligned to', () => {
  const bars = walk(4, 4);
  const world = context(bars, { symbolBars: () => ({ bars: walk(2, 9), rows: Int32Array.of(-1, 0, 0, 1) }) });
  const { close } = walk(2, 9);
  assert.deepEqual(evaluate('series("GBPUSD").close', world), [unknown, close[0], close[0], close[1]]);
});

test('equal parts of formulas over one context are computed once', () => {
  let asked = 0;
  const world = context(walk(50, 2), {
    columns: (name) => {
      asked++;
      return name === 'x' ? new Float64Array(50).fill(1) : undefined;
    },
  });
  evaluate('sum(x, 5) > 1 and sum( x , 5.0 ) < 9', world);
  evaluate('sum(x, 5) / 5', world);
  assert.equal(asked, 1);
});

test('a formula that was not checked fails as an invalid strategy, naming the part', () => {
  const world = context(walk(5, 1), { parameters: { fast: 2.5 } });
  for (const text of [
    'nothing',
    '$missing',
    'position',
    'signal',
    'nothing(1)',
    'mean(close, $fast)',
    'sma($fast)',
    'adx(14)',
    'adx(14).x',
    'tf("4h", close)',
    'series("A").close',
    'session("x")',
    'hour("Nowhere/Else")',
    '"a"',
    '$toString',
    'cs_rank(close)',
    'lag(close)',
  ]) {
    assert.throws(
      () => evaluateFormula(readFormula(text), world),
      (error) => error instanceof LabError && error.code === 'invalid_strategy',
      text,
    );
  }
});

test('a formula over no bars is empty', () => {
  for (const text of [
    '1',
    'close > 1',
    'mean(close, 20)',
    'rsi(14)',
    'hour',
    'session("09:30-16:00", "America/New_York")',
    'since(close > 1)',
  ]) {
    assert.deepEqual(evaluate(text, context(walk(0, 1))), [], text);
  }
});

test('rank counts the window whatever its length, over ties and after values that are unknown', () => {
  const bars = walk(4000, 3);
  const ticks = Float64Array.from(bars.close, (close) => Math.round(close));
  const world = context({ ...bars, close: ticks });
  for (const n of [1, 20, 1023, 1024, 1500]) {
    const ranks = evaluate(`rank(diff(close, 2), ${n})`, world);
    const values = [...ticks].map((value, row) => value - (ticks[row - 2] ?? Number.NaN));
    for (const row of [0, n - 1, n, n + 1, n + 2, 1023, 1024, 1025, 2048, 3000, 3999]) {
      const window = values.slice(row - n + 1, row + 1);
      const known = row >= n + 1;
      const expected = known ? window.filter((value) => value <= values[row]).length / n : Number.NaN;
      assert.equal(ranks[row], expected, `rank over ${n} at row ${row}`);
    }
  }
});
