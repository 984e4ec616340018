import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bars, barCount } from '@stratlab/data/bars.ts';
import { generateBars, marketParameters, synthesize } from '@stratlab/data/market.ts';
import { garch } from '@stratlab/data/markets/garch.ts';
import { findMarket } from '@stratlab/data/markets/index.ts';
import { noise } from '@stratlab/data/markets/noise.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { referenceText, withoutReference } from '../reference.ts';

interface Vectors {
  generators: { seed_12345_uniforms: number[]; seed_12345_normals: number[] };
  vectors: {
    market: string;
    seed: number;
    n: number;
    log_returns_1_to_5: number[];
    close_last: number;
    mean: number;
  }[];
}

const close = (actual: number, expected: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= 1e-12 * Math.abs(expected), `${what}: ${actual}, expected ${expected}`);

test('the reference generator and markets are reproduced', { skip: withoutReference }, () => {
  const { generators, vectors }: Vectors = JSON.parse(referenceText('reference/lookahead_vectors.json'));
  const uniforms = seededRandom(12345);
  for (const expected of generators.seed_12345_uniforms) assert.equal(uniforms(), expected);
  const normals = seededRandom(12345);
  for (const expected of generators.seed_12345_normals) close(normal(normals), expected, 'normal');
  for (const { market, seed, n, log_returns_1_to_5, close_last } of vectors) {
    const found = findMarket(market);
    const returns = found.returns(n, seed, marketParameters(found));
    log_returns_1_to_5.forEach((expected, k) => {
      close(returns[k + 1], expected, `${market} ${seed} return ${k + 1}`);
    });
    const bars = generateBars(found, { timeframe: '1d', bars: n, seed });
    close(bars.close[n - 1], close_last, `${market} ${seed} last close`);
  }
});

/** Mean return, over a bar's volatility, of buying at a limit below the previous close and selling at the close. */
function limitOrders(bars: Bars, depth: number): { mean: number; error: number; filled: number } {
  const results: number[] = [];
  for (let t = 1; t < barCount(bars); t++) {
    const limit = bars.close[t - 1] * Math.exp(-depth * 0.01);
    if (bars.low[t] > limit) continue;
    results.push(Math.log(bars.close[t] / Math.min(limit, bars.open[t])) / 0.01);
  }
  const mean = results.reduce((sum, value) => sum + value, 0) / results.length;
  const variance = results.reduce((sum, value) => sum + (value - mean) ** 2, 0) / results.length;
  return { mean, error: Math.sqrt(variance / results.length), filled: results.length };
}

test('orders inside the bars of a random walk earn nothing', () => {
  const bars = generateBars(noise, { timeframe: '1m', bars: 200_000, seed: 4 });
  for (const depth of [0, 0.05, 0.5, 1]) {
    const { mean, error, filled } = limitOrders(bars, depth);
    assert.ok(filled > 10_000);
    assert.ok(Math.abs(mean) < 4 * error, `limit ${depth} below: ${mean} +- ${error}`);
  }
});

test('the gap at the open says nothing of the rest of the bar', () => {
  const { open, close } = generateBars(noise, { timeframe: '1m', bars: 100_000, seed: 6 });
  let product = 0;
  for (let t = 1; t < 100_000; t++) {
    product += Math.sign(open[t] - close[t - 1]) * Math.sign(close[t] - open[t]);
  }
  assert.ok(Math.abs(product) < 4 * Math.sqrt(100_000));
});

test('ranges are those of a random walk: twice the mean of its maximum', () => {
  const { high, low } = generateBars(noise, { timeframe: '1m', bars: 100_000, seed: 8 });
  const range = high.reduce((sum, value, t) => sum + Math.log(value / low[t]), 0) / 100_000 / 0.01;
  assert.ok(Math.abs(range - 2 * Math.sqrt(2 / Math.PI)) < 0.02, `${range}`);
});

test('bars follow one another on the grid of their timeframe', () => {
  const { time } = generateBars(noise, { timeframe: '1w', bars: 3, seed: 1, start: Date.UTC(2024, 0, 4, 5) });
  assert.deepEqual([...time], [Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 8), Date.UTC(2024, 0, 15)]);
});

test('other seeds give other symbols of the same market, all marked as synthetic', () => {
  const made = [1, 2, 3].map((seed) => synthesize(garch, { timeframe: '1h', bars: 50, seed }));
  assert.deepEqual(
    made.map(({ series }) => series.symbol),
    ['SYN-GARCH-1', 'SYN-GARCH-2', 'SYN-GARCH-3'],
  );
  for (const { series, bars } of made) {
    assert.equal(series.synthetic, true);
    assert.equal(series.instrument.asset_class, 'synthetic');
    assert.equal(series.instrument.underlying, series.symbol);
    const again = generateBars(findMarket(series.market?.name ?? ''), {
      timeframe: '1h',
      bars: 50,
      seed: series.market?.seed ?? 0,
      parameters: series.market?.parameters ?? {},
    });
    assert.deepEqual(again, bars);
  }
});

test('what a market cannot be made of is refused with every fault', () => {
  const make = (options: object) => () => generateBars(garch, { timeframe: '1h', bars: 50, seed: 1, ...options });
  assert.throws(
    make({ parameters: { alpha: 2, gamma: 1, beta: Number.NaN } }),
    (error: { problems: unknown[] }) => error.problems.length === 3,
  );
  assert.throws(make({ parameters: { alpha: 0.2, beta: 0.9 } }), { code: 'invalid_input', message: /alpha \+ beta/ });
  for (const seed of [-1, 0.5, 2 ** 32]) assert.throws(make({ seed }), { code: 'invalid_input', message: /seed/ });
  for (const bars of [0, -1, 1.5, Number.NaN]) assert.throws(make({ bars }), { code: 'invalid_input' });
  for (const options of [{ bars: 1e9 }, { bars: 1e5, timeframe: '1w' }])
    assert.throws(make(options), { code: 'limit_exceeded' });
  assert.throws(() => findMarket('nois'), {
    code: 'invalid_input',
    message: /noise, garch/,
    hint: 'Did you mean noise?',
  });
});
