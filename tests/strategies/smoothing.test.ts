import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bars, mapColumns } from '@stratlab/data/bars.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { type ParameterValues, runIndicator } from '@stratlab/strategies/indicator.ts';
import { findIndicator } from '@stratlab/strategies/indicators/index.ts';

const rows = 5000;

function bars(volatility: number): Bars {
  const random = seededRandom(9);
  const made = mapColumns(() => new Float64Array(rows).fill(100));
  let close = 100;
  for (let row = 0; row < rows; row++) {
    const open = close * Math.exp(0.5 * volatility * normal(random));
    close = open * Math.exp(volatility * normal(random));
    made.close[row] = close;
    made.high[row] = Math.max(open, close) * (1 + volatility * random());
    made.low[row] = Math.min(open, close) * (1 - volatility * random());
  }
  return made;
}

function compute(type: string, of: Bars, parameters: ParameterValues): Float64Array[] {
  const indicator = findIndicator(type) ?? assert.fail(type);
  const series = Object.fromEntries(Object.keys(indicator.inputs).map((input) => [input, of.close]));
  return runIndicator(indicator, { bars: of, series }, parameters);
}

/** mean += k (x - mean) as it is written, seeded with the mean of the first `seeds` values from row `first` on. */
function recursion(values: readonly number[], k: number, seeds: number, first: number): number[] {
  const start = first + seeds - 1;
  let mean = values.slice(first, start + 1).reduce((sum, value) => sum + value / seeds, 0);
  return values.map((value, row) => {
    if (row > start) mean += k * (value - mean);
    return row < start ? Number.NaN : mean;
  });
}

function assertSame(actual: Float64Array, expected: readonly number[], scale: number, what: string) {
  const first = actual.findIndex((value) => !Number.isNaN(value));
  assert.equal(first < 0, expected.every(Number.isNaN), what);
  for (let row = first; row >= 0 && row < rows; row++) {
    const error = Math.abs(actual[row] - expected[row]);
    assert.ok(error <= 1e-12 * scale, `${what}, row ${row}: ${actual[row]} instead of ${expected[row]}`);
  }
}

const walk = bars(0.01);
const { high, low, close } = walk;
const values = [...close];
const ranges = values.map((_, row) => {
  const before = row === 0 ? high[0] : close[row - 1];
  return Math.max(high[row], before) - Math.min(low[row], before);
});
const largest = (of: readonly number[]) => Math.max(...of.filter(Number.isFinite).map(Math.abs));

for (const period of [1, 2, 3, 14, 200]) {
  test(`means over ${period} that are taken two rows at a time are those of the recursion`, () => {
    const ema = recursion(values, 2 / (period + 1), period, 0);
    assertSame(compute('ema', walk, { period })[0], ema, largest(values), 'ema');
    const atr = recursion(ranges, 1 / period, period, 1);
    assertSame(compute('atr', walk, { period })[0], atr, largest(ranges), 'atr');
  });

  test(`the balance of gains over ${period} is that of Wilder's two means`, () => {
    const changes = values.map((value, row) => value - (values[row - 1] ?? value));
    const gain = recursion(
      changes.map((change) => Math.max(change, 0)),
      1 / period,
      period,
      1,
    );
    const loss = recursion(
      changes.map((change) => Math.max(-change, 0)),
      1 / period,
      period,
      1,
    );
    const rsi = gain.map((up, row) => (100 * up) / (up + loss[row]));
    const cmo = gain.map((up, row) => (100 * (up - loss[row])) / (up + loss[row]));
    assertSame(compute('rsi', walk, { period })[0], rsi, 100, 'rsi');
    assertSame(compute('cmo', walk, { period })[0], cmo, 100, 'cmo');
  });
}

for (const [fast, slow, smoothing] of [
  [12, 26, 9],
  [26, 12, 1],
  [1, 2, 1],
  [5, 5, 40],
]) {
  test(`the MACD over ${fast}, ${slow} and ${smoothing} is the recursion of three means`, () => {
    const seeds = Math.max(fast, slow);
    const fastMean = recursion(values, 2 / (fast + 1), fast, seeds - fast);
    const slowMean = recursion(values, 2 / (slow + 1), slow, seeds - slow);
    const difference = fastMean.map((mean, row) => mean - slowMean[row]);
    const mean = recursion(difference, 2 / (smoothing + 1), smoothing, seeds - 1);
    const [line, signal, histogram] = compute('macd', walk, {
      fast_period: fast,
      slow_period: slow,
      signal_period: smoothing,
    });
    assert.equal(
      line.findIndex((value) => !Number.isNaN(value)),
      seeds + smoothing - 2,
    );
    assertSame(line, difference, largest(values), 'line');
    assertSame(signal, mean, largest(values), 'signal');
    assertSame(
      histogram,
      difference.map((value, row) => value - mean[row]),
      largest(values),
      'histogram',
    );
  });
}

test('directional movement is that of the sums', () => {
  const period = 14;
  const [adx, plusDi, minusDi, dx] = compute('adx', walk, { period });
  let [plus, minus, range] = [0, 0, 0];
  const lines = values.map((_, row) => {
    if (row === 0) return [Number.NaN, Number.NaN, Number.NaN];
    const [up, down] = [high[row] - high[row - 1], low[row - 1] - low[row]];
    const decay = row < period ? 0 : 1 / period;
    plus += (up > down && up > 0 ? up : 0) - decay * plus;
    minus += (down > up && down > 0 ? down : 0) - decay * minus;
    range += ranges[row] - decay * range;
    return [(100 * plus) / range, (100 * minus) / range, (100 * Math.abs(plus - minus)) / (plus + minus)];
  });
  const line = (k: number) => lines.map((of, row) => (row < period ? Number.NaN : of[k]));
  assertSame(plusDi, line(0), 100, 'plus_di');
  assertSame(minusDi, line(1), 100, 'minus_di');
  assertSame(dx, line(2), 100, 'dx');
  assertSame(adx, recursion(line(2), 1 / period, period, period), 100, 'adx');
});

test('of prices that do not move every mean is the price, exactly, and nothing is gained or lost', () => {
  const flat = bars(0);
  const price = flat.close[0];
  assert.ok(
    compute('ema', flat, { period: 7 })[0]
      .subarray(6)
      .every((value) => value === price),
  );
  const [line, signal, histogram] = compute('macd', flat, { fast_period: 3, slow_period: 7, signal_period: 4 });
  for (const zeros of [line, signal, histogram]) assert.ok(zeros.subarray(9).every((value) => value === 0));
  for (const type of ['rsi', 'cmo', 'atr']) {
    assert.ok(
      compute(type, flat, { period: 14 })[0]
        .subarray(14)
        .every((value) => value === 0),
      type,
    );
  }
});
