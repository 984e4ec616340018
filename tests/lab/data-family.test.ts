import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bars, mapColumns, sliceBars } from '@stratlab/data/bars.ts';
import { generateBars } from '@stratlab/data/market.ts';
import { noise } from '@stratlab/data/markets/noise.ts';
import { resample } from '@stratlab/data/resample.ts';
import { familyOf } from '@stratlab/lab/family.ts';
import { generateMarket } from '@stratlab/lab/generate-market.ts';
import { importSeries } from '@stratlab/lab/import-series.ts';
import { referencePath, withoutReference } from '../reference.ts';
import { csvOf, dataLab, sp500, walk } from './data-lab.ts';

/** Bars that follow `bars` day by day with a share of the moves of `other`. */
function blend(bars: Bars, other: Bars, share: number): Bars {
  const close = bars.close.map((price, i) => price ** (1 - share) * other.close[i] ** share);
  return mapColumns((name) => (name === 'time' || name === 'volume' ? bars[name] : close));
}

test('series whose daily returns correlate above 0.9 share a family, and keep their own underlying', async (t) => {
  const lab = dataLab(t);
  const [a, b] = [walk(1), walk(2)];
  const add = (symbol: string, bars: Bars) =>
    importSeries(lab, { path: lab.file(`${symbol}.csv`, csvOf(bars)), symbol, timeframe: '1d' });
  await add('AAA', a);
  const close = await add('NEAR', blend(a, b, 0.2));
  assert.deepEqual([close.family, close.underlying], ['AAA', 'NEAR']);
  const apart = await add('APART', blend(a, b, 0.5));
  assert.deepEqual([apart.family, apart.underlying], ['APART', 'APART']);
});

test('the inverse quotation of a market is a copy of it', async (t) => {
  const lab = dataLab(t);
  const bars = walk(1);
  const inverse = mapColumns((name) => {
    if (name === 'time' || name === 'volume') return bars[name];
    return bars[name === 'high' ? 'low' : name === 'low' ? 'high' : name].map((price) => 1 / price);
  });
  await importSeries(lab, { path: lab.file('a.csv', csvOf(bars)), symbol: 'AAA', timeframe: '1d' });
  const copy = await importSeries(lab, { path: lab.file('b.csv', csvOf(inverse)), symbol: 'BBB', timeframe: '1d' });
  assert.equal(copy.underlying, 'AAA');
});

test('a copy is known at another timeframe: hourly by its days, weekly by its weeks', async (t) => {
  const lab = dataLab(t);
  const hourly = generateBars(noise, { timeframe: '1h', bars: 24 * 7 * 100, seed: 5 });
  await importSeries(lab, { path: lab.file('h.csv', csvOf(hourly)), symbol: 'BTCUSDT', timeframe: '1h' });
  const daily = lab.file('d.csv', csvOf(resample(hourly, '1h', '1d')));
  const weekly = lab.file('w.csv', csvOf(resample(hourly, '1h', '1w')));
  assert.equal((await importSeries(lab, { path: daily, symbol: 'XD', timeframe: '1d' })).underlying, 'BTCUSDT');
  assert.equal((await importSeries(lab, { path: weekly, symbol: 'XW', timeframe: '1w' })).underlying, 'BTCUSDT');
});

test('fewer than 60 common days say nothing', async (t) => {
  const lab = dataLab(t);
  const bars = walk(1);
  await importSeries(lab, { path: lab.file('a.csv', csvOf(bars)), symbol: 'LONG-1', timeframe: '1d' });
  for (const [days, underlying] of [
    [59, 'SHORT-1'],
    [60, 'LONG-1'],
  ] as const) {
    const path = lab.file('b.csv', csvOf(sliceBars(bars, 0, days)));
    const short = await importSeries(lab, { path, symbol: 'SHORT-1', timeframe: '1d' });
    assert.equal(short.underlying, underlying);
  }
});

test('a later timeframe of a symbol stays with the underlying of its first', async (t) => {
  const lab = dataLab(t);
  const path = lab.file('a.csv', csvOf(walk(1)));
  await importSeries(lab, { path, symbol: 'AAA', timeframe: '1d', underlying: 'ROOT' });
  const other = lab.file('b.csv', csvOf(generateBars(noise, { timeframe: '1h', bars: 900, seed: 9 })));
  const hourly = await importSeries(lab, { path: other, symbol: 'AAA', timeframe: '1h' });
  assert.deepEqual([hourly.underlying, hourly.family], ['ROOT', 'ROOT']);
});

test('synthetic markets of one seed are one family', (t) => {
  const lab = dataLab(t);
  const make = (symbol: string, seed: number, sigma: number) =>
    generateMarket(lab, { market: 'noise', symbol, timeframe: '1d', bars: 500, seed, parameters: { sigma } }).family;
  assert.equal(make('SYN-A', 1, 0.01), 'SYN-A');
  assert.equal(make('SYN-B', 1, 0.02), 'SYN-A');
  assert.equal(make('SYN-C', 2, 0.01), 'SYN-C');
  assert.deepEqual(
    ['SYN-B', 'SYN-C', 'NEVER'].map((symbol) => familyOf(lab.database, lab.store, symbol)),
    ['SYN-A', 'SYN-C', 'NEVER'],
  );
});

test('real markets: SPY belongs to the S&P 500, its adjusted form is its own, EURUSD is apart', {
  skip: withoutReference,
}, async (t) => {
  const lab = dataLab(t);
  await importSeries(lab, { path: sp500, symbol: 'SPX', timeframe: '1d' });
  const add = async (symbol: string, timeframe: string, ending: string) => {
    const path = referencePath(`data/${symbol}_${timeframe}.${ending}`);
    const { family, underlying } = await importSeries(lab, { path, symbol, timeframe });
    return [underlying, family];
  };
  assert.deepEqual(await add('SPY', '1d', 'csv'), ['SPY', 'SPX']);
  assert.deepEqual(await add('SPY-ADJ', '1d', 'csv'), ['SPY', 'SPX']);
  assert.deepEqual(await add('EURUSD', '1d', 'csv'), ['EURUSD', 'EURUSD']);
  assert.deepEqual(await add('EURUSD', '1h', 'csv.gz'), ['EURUSD', 'EURUSD']);
  assert.deepEqual(await add('GBPUSD', '1d', 'csv'), ['GBPUSD', 'GBPUSD']);
});
