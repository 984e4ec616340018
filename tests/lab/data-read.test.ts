import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { barCount } from '@stratlab/data/bars.ts';
import { generateBars } from '@stratlab/data/market.ts';
import { noise } from '@stratlab/data/markets/noise.ts';
import { checkDataQuality } from '@stratlab/lab/check-data-quality.ts';
import { getMarketData } from '@stratlab/lab/get-market-data.ts';
import { importSeries } from '@stratlab/lab/import-series.ts';
import { listMarketData } from '@stratlab/lab/list-market-data.ts';
import { loadMarketData } from '@stratlab/lab/load-market-data.ts';
import { csvOf, dataLab, failureOf, sp500 } from './data-lab.ts';

async function withSpx(t: TestContext) {
  const lab = dataLab(t);
  await importSeries(lab, { path: sp500, symbol: 'SPX', timeframe: '1d' });
  return lab;
}

const daily = { symbol: 'SPX', timeframe: '1d' };

test('bars come oldest first, both dates included, and only as many as are cut out', async (t) => {
  const lab = await withSpx(t);
  const { rows } = getMarketData(lab, { ...daily, start_date: '2008-09-15', end_date: '2008-09-19' });
  assert.equal(rows.length, 5);
  assert.deepEqual(
    rows.slice(0, 99).map(([timestamp]) => timestamp.slice(0, 10)),
    ['2008-09-15', '2008-09-16', '2008-09-17', '2008-09-18', '2008-09-19'],
  );
  assert.deepEqual(getMarketData(lab, daily).rows.slice(0, 1), [
    ['2000-01-03T00:00:00Z', 1469.25, 1478, 1438.359985, 1455.219971, 931800000],
  ]);
});

test('no door shows a bar beyond the seal, also through resampled bars', async (t) => {
  const lab = await withSpx(t);
  const sealed = String(listMarketData(lab).series[0].sealed_from);
  const day = sealed.slice(0, 10);
  for (const timeframe of ['1d', '1w']) {
    const { date_range } = getMarketData(lab, { symbol: 'SPX', timeframe });
    assert.ok(date_range.end < sealed);
    for (const dates of [{ end_date: day }, { start_date: day }, { end_date: '2019-01-01' }]) {
      const query = { symbol: 'SPX', timeframe, ...dates };
      for (const door of [getMarketData, loadMarketData]) {
        const failure = await failureOf(() => door(lab, query));
        assert.deepEqual([failure.code, failure.path], ['sealed', Object.keys(dates)[0]]);
      }
    }
  }
});

test('wrong dates are refused at their own path', async (t) => {
  const lab = await withSpx(t);
  const cases = [
    [{ start_date: '2008-13-01' }, 'invalid_input', 'start_date'],
    [{ end_date: '2008-01-01T00:00:00' }, 'invalid_input', 'end_date'],
    [{ start_date: '2009-01-01', end_date: '2008-01-01' }, 'invalid_input', undefined],
    [{ start_date: '1990-01-01', end_date: '1991-01-01' }, 'no_data', undefined],
    [{ start_date: '2008-09-13', end_date: '2008-09-14' }, 'no_data', undefined],
  ] as const;
  for (const [dates, code, path] of cases) {
    const failure = await failureOf(() => getMarketData(lab, { ...daily, ...dates }));
    assert.deepEqual([failure.code, failure.path], [code, path], JSON.stringify(dates));
  }
});

test('a coarser timeframe is made from the stored one, and that is said', async (t) => {
  const lab = await withSpx(t);
  const weekly = loadMarketData(lab, {
    symbol: 'spx',
    timeframe: '1w',
    start_date: '2000-01-10',
    end_date: '2000-01-16',
  });
  assert.equal(weekly.data_points, 1);
  assert.match(weekly.warnings.join(), /not stored at 1w.*from its 1d bars/);
  const [[, open, high, low, close]] = weekly.preview.rows;
  const days = getMarketData(lab, { ...daily, start_date: '2000-01-10', end_date: '2000-01-14' }).rows.slice(0, 5);
  assert.deepEqual(
    [open, high, low, close],
    [days[0][1], Math.max(...days.map((row) => row[2])), Math.min(...days.map((row) => row[3])), days[4][4]],
  );
  const failure = await failureOf(() => loadMarketData(lab, { symbol: 'SPX', timeframe: '1h' }));
  assert.deepEqual([failure.code, failure.path], ['not_found', 'timeframe']);
  const between = { symbol: 'SPX', timeframe: '1w', start_date: '2000-01-11', end_date: '2000-01-14' };
  assert.equal((await failureOf(() => loadMarketData(lab, between))).code, 'no_data');
});

test('loading judges the range asked for and previews its ends', async (t) => {
  const lab = await withSpx(t);
  const loaded = loadMarketData(lab, { ...daily, start_date: '2014-01-01', end_date: '2015-12-31' });
  assert.equal(loaded.data_points, 504);
  assert.equal(loaded.missing_bars, 0);
  assert.deepEqual(loaded.date_range, { start: '2014-01-02T00:00:00Z', end: '2015-12-31T00:00:00Z' });
  assert.equal(loaded.preview.rows.length, 6);
  assert.equal(loaded.preview.rows[5][0], '2015-12-31T00:00:00Z');
  assert.ok(!loaded.findings.some(({ rule }) => rule === 'open_equals_previous_close'));
  const few = loadMarketData(lab, { ...daily, start_date: '2014-01-01', end_date: '2014-01-07' });
  assert.deepEqual([few.data_points, few.preview.rows.length], [4, 4]);
});

test('quality over all that may be seen names the opens that repeat the close before', async (t) => {
  const lab = await withSpx(t);
  const { grade, findings, data_points } = checkDataQuality(lab, daily);
  assert.equal(data_points, listMarketData(lab).series[0].rows);
  assert.equal(grade, listMarketData(lab).series[0].grade);
  assert.equal(findings.find(({ rule }) => rule === 'open_equals_previous_close')?.first_at?.slice(0, 4), '2000');
});

test('the list is filtered by symbol, source, asset class and timeframe', async (t) => {
  const lab = await withSpx(t);
  const bars = generateBars(noise, { timeframe: '1h', bars: 500, seed: 1 });
  await importSeries(lab, {
    path: lab.file('e.csv', csvOf(bars)),
    symbol: 'EURUSD',
    timeframe: '1h',
    source: 'a broker',
  });
  const found = (filter: object) => listMarketData(lab, filter).series.map(({ symbol }) => symbol);
  assert.deepEqual(found({}), ['EURUSD', 'SPX']);
  assert.deepEqual(found({ query: 'spx' }), ['SPX']);
  assert.deepEqual(found({ query: 'Broker' }), ['EURUSD']);
  assert.deepEqual(found({ query: 'forex' }), ['EURUSD']);
  assert.deepEqual(found({ timeframe: '1d' }), ['SPX']);
  assert.deepEqual(found({ query: 'nothing' }), []);
  assert.equal((await failureOf(() => found({ timeframe: '2d' }))).path, 'timeframe');
});

test('hostile symbols are refused at every door', async (t) => {
  const lab = await withSpx(t);
  for (const symbol of ['../SPX', '/etc/passwd', '', 'SPX\0', '__proto__', 'x'.repeat(5000)]) {
    for (const door of [getMarketData, loadMarketData, checkDataQuality]) {
      const failure = await failureOf(() => door(lab, { symbol, timeframe: '1d' }));
      assert.ok(['invalid_input', 'not_found'].includes(failure.code));
      assert.equal(failure.path, 'symbol');
      assert.ok(failure.message.length < 300);
    }
  }
});

test('a synthetic market is made on request, unsealed and marked', (t) => {
  const lab = dataLab(t);
  const request = { symbol: 'syn-fuzzy_rsi-3', timeframe: '1h', mode: 'full', provider: 'synthetic' } as const;
  const loaded = loadMarketData(lab, request);
  assert.deepEqual(
    [loaded.symbol, loaded.data_points, loaded.synthetic, loaded.sealed_from],
    ['SYN-FUZZY_RSI-3', 5000, true, null],
  );
  assert.equal(loaded.missing_bars, 0);
  assert.match(loaded.warnings.join(), /is synthetic/);
  const [listed] = listMarketData(lab).series;
  assert.deepEqual([listed.asset_class, listed.synthetic], ['synthetic', true]);
  assert.match(loadMarketData(lab, request).warnings.join(), /stored before/);
});

test('dates say how many bars a synthetic market has', (t) => {
  const lab = dataLab(t);
  const load = (symbol: string, dates: object) =>
    loadMarketData(lab, { symbol, timeframe: '1d', mode: 'full', provider: 'synthetic', ...dates });
  const both = load('SYN-NOISE-1', { start_date: '2020-01-01', end_date: '2020-12-31' });
  assert.equal(both.data_points, 366);
  assert.deepEqual(both.date_range, { start: '2020-01-01T00:00:00Z', end: '2020-12-31T00:00:00Z' });
  assert.equal(load('SYN-NOISE-2', { end_date: '2020-12-31' }).date_range.end, '2020-12-31T00:00:00Z');
  assert.equal(load('SYN-NOISE-3', { start_date: '2020-01-01' }).data_points, 5000);
});

test('too many bars, upside-down dates, wrong seeds and unknown markets are refused', async (t) => {
  const lab = dataLab(t);
  const cases = [
    [{ symbol: 'SYN-NOISE-1', timeframe: '1m', start_date: '2000-01-01', end_date: '2020-01-01' }, 'limit_exceeded'],
    [{ symbol: 'SYN-NOISE-1', timeframe: '1d', start_date: '2020-01-01', end_date: '2000-01-01' }, 'invalid_input'],
    [{ symbol: 'SYN-NOISE-1', timeframe: '1w', start_date: '2190-01-01' }, 'limit_exceeded'],
    [{ symbol: 'SYN-NOISE-9999999999', timeframe: '1d' }, 'invalid_input'],
    [{ symbol: 'SYN-NOISY-1', timeframe: '1d' }, 'invalid_input'],
  ] as const;
  for (const [query, code] of cases) {
    const failure = await failureOf(() => loadMarketData(lab, { ...query, mode: 'full', provider: 'synthetic' }));
    assert.equal(failure.code, code, JSON.stringify(query));
  }
  assert.equal(listMarketData(lab).stored, 0);
});

test('what cannot be fetched is said to be unavailable, with what is', async (t) => {
  const lab = await withSpx(t);
  const cases = [
    [{ ...daily, mode: 'full' }, 'provider'],
    [{ ...daily, mode: 'tail', provider: 'binance' }, 'provider'],
    [{ ...daily, mode: 'full', provider: 'synthetic' }, 'symbol'],
    [{ symbol: 'SYN-NOISE-1', timeframe: '1d', mode: 'tail', provider: 'synthetic' }, 'mode'],
    [{ symbol: 'SYN-NOISE-1', timeframe: '1d', mode: 'full' }, 'provider'],
  ] as const;
  for (const [query, path] of cases) {
    const failure = await failureOf(() => loadMarketData(lab, query));
    assert.deepEqual([failure.code, failure.path], ['unavailable', path]);
    assert.match(String(failure.hint), /stratlab import.*SYN-NOISE-1/);
  }
  const ignored = await failureOf(() => loadMarketData(lab, { ...daily, provider: 'synthetic' }));
  assert.deepEqual([ignored.code, ignored.path], ['invalid_input', 'provider']);
});

test('a synthetic market never stands beside or in place of other bars of its symbol', async (t) => {
  const lab = dataLab(t);
  const full = { mode: 'full', provider: 'synthetic' } as const;
  loadMarketData(lab, { symbol: 'SYN-NOISE-1', timeframe: '1h', ...full });
  const beside = await failureOf(() => loadMarketData(lab, { symbol: 'SYN-NOISE-1', timeframe: '1d', ...full }));
  assert.deepEqual([beside.code, beside.path], ['already_exists', 'timeframe']);
  assert.ok(loadMarketData(lab, { symbol: 'SYN-NOISE-1', timeframe: '1d' }).data_points > 200);
  await importSeries(lab, { path: sp500, symbol: 'SYN-NOISE-2', timeframe: '1d' });
  const over = await failureOf(() => loadMarketData(lab, { symbol: 'SYN-NOISE-2', timeframe: '1d', ...full }));
  assert.deepEqual([over.code, over.path], ['already_exists', 'symbol']);
  assert.equal(barCount(lab.store.read('SYN-NOISE-2', '1d').bars) > 4000, true);
});
