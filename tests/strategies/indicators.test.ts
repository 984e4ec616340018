import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bars, mapColumns } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { columnNames, type Indicator } from '@stratlab/strategies/indicator.ts';
import {
  computeIndicators,
  type IndicatorDefinition,
  parseIndicatorDefinition,
} from '@stratlab/strategies/indicator-definition.ts';
import { findIndicator } from '@stratlab/strategies/indicators/index.ts';

const closes = Array.from({ length: 60 }, (_, row) => 100 + 5 * Math.sin(row) + row / 10);

function barsOf(closes: number[], volume: (row: number) => number = () => 1000): Bars {
  const offset = { time: 0, open: 0.5, high: 2, low: -2, close: 0, volume: 0 };
  return mapColumns((column) =>
    Float64Array.from(closes, (close, row) => {
      if (column === 'time') return row * 86_400_000;
      return column === 'volume' ? volume(row) : close + offset[column];
    }),
  );
}

function define(entry: Record<string, unknown>): IndicatorDefinition {
  const parsed = parseIndicatorDefinition(entry, 'indicators.x');
  assert.ok('definition' in parsed, JSON.stringify(parsed));
  return parsed.definition;
}

function problemsOf(entry: unknown) {
  const parsed = parseIndicatorDefinition(entry, 'indicators.x');
  assert.ok('problems' in parsed);
  return parsed.problems;
}

function failure(definitions: Record<string, IndicatorDefinition>): LabError {
  try {
    computeIndicators(barsOf(closes), definitions);
  } catch (error) {
    assert.ok(error instanceof LabError);
    return error;
  }
  return assert.fail('nothing was thrown');
}

test('an entry is read with every default filled in, its type in the canonical spelling', () => {
  assert.deepEqual(define({ type: 'RSI' }), { type: 'rsi', parameters: { period: 14 }, inputs: { source: 'close' } });
  assert.deepEqual(define({ type: 'BBands', period: 10, source: 'hl2', data_source: 'GBPUSD' }), {
    type: 'bollinger',
    parameters: { period: 10, multiplier: 2, ddof: 0 },
    inputs: { source: 'hl2' },
    dataSource: 'GBPUSD',
  });
  assert.deepEqual(define({ type: 'correlation', y: 'rsi_14' }).inputs, { x: 'high', y: 'rsi_14' });
});

test('an unknown type names the nearest known one', () => {
  assert.deepEqual(problemsOf({ type: 'bolinger' }), [
    { path: 'indicators.x.type', message: '"bolinger" is not an indicator type.', hint: 'Did you mean "bollinger"?' },
  ]);
  assert.match(problemsOf({ type: 'qqqqqqqqq' })[0].hint ?? '', /^Known: .*rsi/);
  assert.equal(problemsOf({ period: 14 })[0].message, 'type is missing.');
  assert.equal(problemsOf({ type: 3 })[0].message, '3 is not an indicator type.');
  assert.equal(problemsOf(['rsi'])[0].message, '["rsi"] is not an indicator.');
});

test('every problem of an entry is reported at once, with what is allowed', () => {
  const problems = problemsOf({ type: 'ppo', fast_period: 2.5, slow_perod: 30, ma: 'wma', source: 7, data_source: '' });
  assert.deepEqual(problems, [
    {
      path: 'indicators.x.slow_perod',
      message: '"slow_perod" is not a parameter of ppo.',
      hint: 'Did you mean "slow_period"?',
    },
    { path: 'indicators.x.fast_period', message: 'fast_period is 2.5; it must be a whole number from 1 to 10000.' },
    { path: 'indicators.x.ma', message: 'ma is "wma"; it must be one of sma, ema.' },
    {
      path: 'indicators.x.source',
      message: 'source is 7; it must name a series.',
      hint: "Name one of open, high, low, close, volume, hl2, hlc3, ohlc4, another indicator's id, or id.output.",
    },
    { path: 'indicators.x.data_source', message: 'data_source is ""; it must be a symbol.' },
  ]);
});

test('a number outside its range, missing or not a number is a problem', () => {
  for (const period of [0, -3, 10_001, Number.NaN, Number.POSITIVE_INFINITY, '14', null, true]) {
    assert.equal(problemsOf({ type: 'sma', period }).length, 1, String(period));
  }
  assert.equal(problemsOf({ type: 'sma', constructor: 1 })[0].path, 'indicators.x.constructor');
});

test('columns go by the id, or by id and output, in the order of the definitions', () => {
  const columns = computeIndicators(barsOf(closes), {
    smooth: define({ type: 'sma', period: 3, source: 'macd_1.signal' }),
    macd_1: define({ type: 'macd', fast_period: 3, slow_period: 5, signal_period: 2 }),
    fast: define({ type: 'sma', period: 2 }),
  });
  assert.deepEqual([...columns.keys()], ['smooth', 'macd_1.line', 'macd_1.signal', 'macd_1.histogram', 'fast']);
});

test('an indicator on an indicator starts where its source does', () => {
  const columns = computeIndicators(barsOf(closes), {
    rsi_14: define({ type: 'rsi' }),
    smooth: define({ type: 'sma', period: 3, source: 'rsi_14' }),
  });
  const [rsi, smooth] = ['rsi_14', 'smooth'].map((name) => columns.get(name) ?? assert.fail(name));
  assert.equal(
    smooth.findIndex((value) => !Number.isNaN(value)),
    16,
  );
  smooth.subarray(16).forEach((value, k) => {
    assert.ok(Math.abs(value - (rsi[14 + k] + rsi[15 + k] + rsi[16 + k]) / 3) < 1e-9);
  });
});

test('where a source is undefined for a while, the indicator passes over those bars', () => {
  const silent = (row: number) => (row >= 20 && row < 30 ? 0 : 1000 + row);
  const columns = computeIndicators(barsOf(closes, silent), {
    ratio: define({ type: 'volume_ratio', period: 2 }),
    smooth: define({ type: 'ema', period: 4, source: 'ratio' }),
  });
  const [ratio, smooth] = ['ratio', 'smooth'].map((name) => columns.get(name) ?? assert.fail(name));
  const undefinedRows = (values: Float64Array) => [...values.keys()].filter((row) => Number.isNaN(values[row]));
  assert.deepEqual(undefinedRows(ratio), [0, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
  assert.deepEqual(undefinedRows(smooth), [0, 1, 2, 3, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
  assert.ok(Math.abs(smooth[30] - (smooth[20] + 0.4 * (ratio[30] - smooth[20]))) < 1e-12);
});

test('a source that is always undefined leaves the indicator undefined', () => {
  const columns = computeIndicators(
    barsOf(closes, () => 0),
    {
      ratio: define({ type: 'volume_ratio' }),
      smooth: define({ type: 'macd', source: 'ratio' }),
    },
  );
  for (const values of columns.values()) assert.ok(values.every(Number.isNaN));
});

test('a reference that leads nowhere names its path and the nearest series', () => {
  const error = failure({ rsi_14: define({ type: 'rsi' }), smooth: define({ type: 'sma', source: 'rsi14' }) });
  assert.equal(error.code, 'invalid_strategy');
  assert.equal(error.path, 'indicators.smooth.source');
  assert.match(error.message, /"rsi14" is not a price field or an indicator's output/);
  assert.equal(error.hint, 'Did you mean "rsi_14"?');
});

test('a reference to several outputs asks which one', () => {
  const error = failure({ adx_14: define({ type: 'adx' }), smooth: define({ type: 'sma', source: 'adx_14' }) });
  assert.equal(error.hint, 'Known: adx_14.adx, adx_14.plus_di, adx_14.minus_di, adx_14.dx.');
});

test('indicators computed from one another are refused', () => {
  const error = failure({
    a: define({ type: 'sma', source: 'b' }),
    b: define({ type: 'ema', source: 'c' }),
    c: define({ type: 'rsi', source: 'a' }),
  });
  assert.equal(error.code, 'invalid_strategy');
  assert.match(error.message, /computed from itself: a from b from c from a/);
  assert.equal(failure({ a: define({ type: 'sma', source: 'a' }) }).path, 'indicators.a.source');
});

test('the session VWAP begins anew with each UTC day', () => {
  const bars = mapColumns((column) =>
    Float64Array.of(...(column === 'time' ? [22, 23, 24, 25].map((hour) => hour * 3_600_000) : [1, 2, 3, 5])),
  );
  const { vwap } = Object.fromEntries(computeIndicators(bars, { vwap: define({ type: 'vwap', anchor: 'session' }) }));
  assert.deepEqual([...vwap], [1, 5 / 3, 3, 34 / 8]);
});

test('an indicator with one output has one column, called by its id alone', () => {
  const named = (type: string): Indicator => findIndicator(type) ?? assert.fail(type);
  assert.deepEqual(columnNames('x', named('rsi')), ['x']);
  assert.deepEqual(columnNames('x', named('bollinger')), ['x.upper', 'x.middle', 'x.lower']);
});

test('the CCI takes typical prices that differ by rounding alone for equal', () => {
  const [high, low, close] = [
    [1.387675, 1.38767, 1.387675],
    [1.38763, 1.387645, 1.38765],
    [1.38767, 1.38766, 1.38765],
  ].map((prices) => Float64Array.from(prices));
  const bars = { time: Float64Array.of(0, 1, 2), open: close, high, low, close, volume: Float64Array.of(1, 1, 1) };
  assert.equal(computeIndicators(bars, { x: define({ type: 'cci', period: 3 }) }).get('x')?.[2], 0);
});
