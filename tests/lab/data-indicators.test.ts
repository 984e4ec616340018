import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { computeIndicators } from '@stratlab/lab/compute-indicators.ts';
import { importSeries } from '@stratlab/lab/import-series.ts';
import { listIndicators } from '@stratlab/lab/list-indicators.ts';
import { indicators } from '@stratlab/strategies/indicators/index.ts';
import { dataLab, failureOf, sp500 } from './data-lab.ts';

const spx = { symbol: 'SPX', timeframe: '1d' };

async function withSpx(t: TestContext) {
  const lab = dataLab(t);
  await importSeries(lab, { path: sp500, ...spx });
  return lab;
}

test('one column for an indicator of one output, id.output for each of several, and no bare id', async (t) => {
  const lab = await withSpx(t);
  const definitions = {
    rsi_14: { type: 'RSI' },
    adx_14: { type: 'adx' },
    smooth: { type: 'sma', period: 3, source: 'adx_14.adx' },
  };
  const { timestamps, columns, data_points } = computeIndicators(lab, { ...spx, indicators: definitions, limit: 5 });
  assert.equal(timestamps?.length, 5);
  assert.ok(data_points > 4000);
  assert.deepEqual(Object.keys(columns ?? {}), [
    'rsi_14',
    'adx_14.adx',
    'adx_14.plus_di',
    'adx_14.minus_di',
    'adx_14.dx',
    'smooth',
  ]);
  const { smooth, 'adx_14.adx': adx } = columns ?? {};
  assert.ok(Math.abs(Number(smooth[4]) - (Number(adx[2]) + Number(adx[3]) + Number(adx[4])) / 3) < 1e-9);
});

test('a start date never shortens a warm-up, and values before it are null', async (t) => {
  const lab = await withSpx(t);
  const query = { ...spx, indicators: { m: { type: 'sma', period: 200 } } };
  const late = computeIndicators(lab, { ...query, start_date: '2010-01-04', end_date: '2010-01-08', limit: 100 });
  assert.equal(late.timestamps?.length, 5);
  assert.ok(late.columns?.m.every((value) => value !== null));
  const early = computeIndicators(lab, { ...query, end_date: '2000-12-31', limit: 252 });
  assert.equal(early.timestamps?.[0], '2000-01-03T00:00:00Z');
  assert.equal(early.columns?.m.filter((value) => value === null).length, 199);
});

test('statistics are of the defined values in the range, quantiles interpolated', async (t) => {
  const lab = await withSpx(t);
  const query = { ...spx, start_date: '2008-09-15', end_date: '2008-09-19' };
  const { statistics } = computeIndicators(lab, { ...query, indicators: { c: { type: 'sma', period: 1 } } });
  const values =
    computeIndicators(lab, { ...query, indicators: { c: { type: 'sma', period: 1 } }, limit: 5 }).columns?.c ?? [];
  const sorted = values.map(Number).sort((a, b) => a - b);
  assert.deepEqual(statistics?.c, {
    min: sorted[0],
    q05: sorted[0] + 0.2 * (sorted[1] - sorted[0]),
    q25: sorted[1],
    median: sorted[2],
    q75: sorted[3],
    q95: sorted[3] + 0.8 * (sorted[4] - sorted[3]),
    max: sorted[4],
    last: values[4],
  });
});

test('a column that is nowhere defined has null statistics and a warning', async (t) => {
  const lab = await withSpx(t);
  const query = { ...spx, end_date: '2000-01-31', indicators: { m: { type: 'sma', period: 200 } } };
  const { statistics, warnings } = computeIndicators(lab, query);
  assert.deepEqual(new Set(Object.values(statistics?.m ?? {})), new Set([null]));
  assert.match(warnings.join(), /Not defined on any of these bars: m/);
});

test('every fault of the definitions is reported at its path', async (t) => {
  const lab = await withSpx(t);
  const faulty = {
    a: { type: 'rsi', period: 0 },
    b: { type: 'rsii' },
    c: { type: 'sma', perod: 5 },
    d: { type: 'sma', data_source: 'EURUSD' },
    'e f': { type: 'sma' },
    close: { type: 'sma' },
    g: 'sma',
  };
  const failure = await failureOf(() => computeIndicators(lab, { ...spx, indicators: faulty }));
  assert.equal(failure.code, 'invalid_input');
  assert.deepEqual(
    failure.problems?.map(({ path }) => path),
    [
      'indicators.a.period',
      'indicators.b.type',
      'indicators.c.perod',
      'indicators.d.data_source',
      'indicators.e f',
      'indicators.close',
      'indicators.g',
    ],
  );
});

test('unknown and circular sources are faults of the call', async (t) => {
  const lab = await withSpx(t);
  const circle = { a: { type: 'sma', source: 'b' }, b: { type: 'sma', source: 'a' } };
  for (const definitions of [circle, { a: { type: 'sma', source: 'clse' } }, {}]) {
    const failure = await failureOf(() => computeIndicators(lab, { ...spx, indicators: definitions }));
    assert.equal(failure.code, 'invalid_input');
    assert.match(String(failure.path), /^indicators/);
  }
});

test('more than an answer holds is refused with what would fit', async (t) => {
  const lab = await withSpx(t);
  const many = (count: number, type: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, k) => [`i${k}`, { type }]));
  const cases = [
    [{ indicators: many(51, 'sma') }, 'indicators'],
    [{ indicators: many(8, 'ichimoku') }, 'indicators'],
    [{ indicators: many(50, 'ichimoku'), limit: 4000 }, 'limit'],
  ] as const;
  for (const [query, path] of cases) {
    const failure = await failureOf(() => computeIndicators(lab, { ...spx, ...query }));
    assert.deepEqual([failure.code, failure.path], ['limit_exceeded', path]);
  }
});

test('dates beyond the seal are sealed', async (t) => {
  const lab = await withSpx(t);
  const query = { ...spx, indicators: { r: { type: 'rsi' } }, end_date: '2020-01-01' };
  assert.equal((await failureOf(() => computeIndicators(lab, query))).code, 'sealed');
});

test('the catalogue lists every type with what a strategy can set', () => {
  const all = listIndicators();
  assert.deepEqual(
    all.indicators.map(({ type }) => type),
    indicators.map(({ type }) => type),
  );
  const [macd] = listIndicators({ query: 'MACD' }).indicators;
  assert.deepEqual(macd.parameters[0], { name: 'fast_period', default: 12, min: 1, max: 10_000 });
  assert.deepEqual(macd.outputs, ['line', 'signal', 'histogram']);
  assert.equal(macd.warmup_bars, 33);
  const [supertrend] = listIndicators({ query: 'supertrend' }).indicators;
  assert.deepEqual(supertrend.parameters[2], {
    name: 'atr',
    default: 'tradingview',
    min: null,
    max: null,
    options: ['tradingview', 'wilder', 'sma'],
  });
  assert.ok(listIndicators({ category: 'Volume' }).indicators.every(({ category }) => category === 'volume'));
});

test('an unknown category is refused with the nearest', async () => {
  const failure = await failureOf(() => listIndicators({ category: 'momentun' }));
  assert.deepEqual(
    [failure.code, failure.path, failure.hint],
    ['invalid_input', 'category', 'Did you mean "momentum"?'],
  );
});
