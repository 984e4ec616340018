import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { importSeries } from '@stratlab/lab/import-series.ts';
import { checkDataQualityTool } from '@stratlab/mcp/tools/check-data-quality.ts';
import { computeIndicatorsTool } from '@stratlab/mcp/tools/compute-indicators.ts';
import { getMarketDataTool } from '@stratlab/mcp/tools/get-market-data.ts';
import { tools as allTools } from '@stratlab/mcp/tools/index.ts';
import { listIndicatorsTool } from '@stratlab/mcp/tools/list-indicators.ts';
import { listMarketDataTool } from '@stratlab/mcp/tools/list-market-data.ts';
import { loadMarketDataTool } from '@stratlab/mcp/tools/load-market-data.ts';
import { checkExample } from '../laws/tool-example.ts';
import { clientOf, failureIn } from './client.ts';
import { labFor } from './lab.ts';

const sp500 = resolve(import.meta.dirname, '../../node_modules/vega-datasets/data/sp500-2000.csv');
const tools = [
  checkDataQualityTool,
  computeIndicatorsTool,
  getMarketDataTool,
  listIndicatorsTool,
  listMarketDataTool,
  loadMarketDataTool,
];
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

async function withSpx(t: TestContext) {
  const lab = labFor(t);
  await importSeries(lab, { path: sp500, symbol: 'SPX', timeframe: '1d' });
  const client = await clientOf(t, lab, { tools, toolsets: 'all' });
  const answer = async (name: string, given: Record<string, unknown>) => {
    const result = await client.callTool({ name, arguments: given });
    assert.notEqual(result.isError, true, JSON.stringify(result.content));
    return Object(result.structuredContent);
  };
  const failure = async (name: string, given: Record<string, unknown>) =>
    failureIn(await client.callTool({ name, arguments: given }));
  return { lab, answer, failure };
}

test('the example of every data tool runs', async (t) => {
  const { lab } = await withSpx(t);
  for (const tool of tools) {
    const { summary } = await checkExample(lab, tool, allTools);
    assert.ok(String(summary).length < 200, String(summary));
  }
});

test('a series is found, loaded and judged in one sentence each', async (t) => {
  const { answer } = await withSpx(t);
  const listed = await answer('list_market_data', { query: 'sp' });
  assert.equal(listed.summary, '1 series are stored.');
  assert.deepEqual(listed.columns.slice(0, 6), ['symbol', 'timeframe', 'rows', 'start', 'end', 'sealed_from']);
  assert.deepEqual(listed.next[0].arguments, { symbol: 'SPX', timeframe: '1d' });
  const [, , rows, start, end] = listed.rows[0];
  const loaded = await answer('load_market_data', listed.next[0].arguments);
  assert.equal(loaded.data_points, rows);
  assert.deepEqual(loaded.date_range, { start, end });
  assert.match(
    loaded.summary,
    /^SPX 1d: \d+ bars from 2000-01-03 to 2016-\d\d-\d\d, grade [A-F]: .*open_equals_previous_close/,
  );
  const checked = await answer('check_data_quality', { symbol: 'SPX', timeframe: '1d' });
  assert.equal(checked.grade, loaded.grade);
  assert.match(checked.summary, /^Grade [A-F]: /);
});

test('bars come as many as 8 kB hold, a hundred at most, and the cursor leads through each once', async (t) => {
  const { answer } = await withSpx(t);
  const query = { symbol: 'SPX', timeframe: '1d', start_date: '2003-01-01', end_date: '2004-12-31' };
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await answer('get_market_data', cursor === undefined ? query : { ...query, cursor });
    assert.ok(bytes(page) <= 8_000, `${bytes(page)}`);
    if (page.next_cursor !== undefined)
      assert.ok(page.rows.length >= 85 && page.rows.length <= 100, `${page.rows.length} ${bytes(page)}`);
    seen.push(...page.rows.map(([timestamp]: string[]) => timestamp));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  assert.equal(seen.length, 504);
  assert.deepEqual([...new Set(seen)].sort(), seen);
  assert.equal((await answer('get_market_data', { ...query, limit: 400 })).rows.length, 400);
});

test('short rows come a hundred at a time, bars with long numbers fewer', async (t) => {
  const { lab, answer } = await withSpx(t);
  const path = join(lab.folders.data, 'short.csv');
  const days = Array.from({ length: 200 }, (_, day) => new Date(day * 86_400_000).toISOString().slice(0, 10));
  writeFileSync(
    path,
    `date,open,high,low,close\n${days.map((day, k) => `${day},${k + 5},${k + 7},${k + 4},${k + 6}`).join('\n')}`,
  );
  await importSeries(lab, { path, symbol: 'SHORT', timeframe: '1d' });
  assert.equal((await answer('get_market_data', { symbol: 'SHORT', timeframe: '1d' })).rows.length, 100);
  const market = { symbol: 'SYN-GARCH-1', timeframe: '1h' };
  const loaded = await answer('load_market_data', { ...market, mode: 'full', provider: 'synthetic' });
  assert.match(loaded.warnings.join(), /is synthetic/);
  const page = await answer('get_market_data', market);
  assert.ok(bytes(page) <= 8_000 && page.rows.length > 60 && page.rows.length < 100);
  assert.equal(page.synthetic, true);
});

test('the whole catalogue of indicators is reached through cursors', async (t) => {
  const { answer } = await withSpx(t);
  const types: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await answer('list_indicators', cursor === undefined ? {} : { cursor });
    assert.ok(bytes(page) <= 8_000);
    assert.deepEqual(page.warnings, []);
    types.push(...page.indicators.map(({ type }: { type: string }) => type));
    cursor = page.next_cursor;
    if (cursor === undefined) assert.equal(page.total, types.length);
  } while (cursor !== undefined);
  assert.equal(new Set(types).size, types.length);
});

test('indicators answer with statistics, or with the last values', async (t) => {
  const { answer } = await withSpx(t);
  const query = { symbol: 'SPX', timeframe: '1d', indicators: { rsi_14: { type: 'rsi', period: 14 } } };
  const { statistics, ...rest } = await answer('compute_indicators', query);
  assert.deepEqual(Object.keys(statistics.rsi_14), ['min', 'q05', 'q25', 'median', 'q75', 'q95', 'max', 'last']);
  assert.equal('columns' in rest || 'timestamps' in rest, false);
  const { timestamps, columns } = await answer('compute_indicators', { ...query, limit: 3 });
  assert.equal(timestamps.length, 3);
  assert.equal(columns.rsi_14[2], statistics.rsi_14.last);
});

test('failures name code, path and the way on', async (t) => {
  const { failure } = await withSpx(t);
  const spx = { symbol: 'SPX', timeframe: '1d' };
  const rsi = { indicators: { r: { type: 'rsi', period: -1 } } };
  const cases: [name: string, given: Record<string, unknown>, code: string, path: string][] = [
    ['get_market_data', { ...spx, end_date: '2020-01-01' }, 'sealed', 'end_date'],
    ['get_market_data', { ...spx, start_date: 'yesterday' }, 'invalid_input', 'start_date'],
    ['get_market_data', { ...spx, limit: 10_001 }, 'invalid_input', 'limit'],
    ['get_market_data', { ...spx, cursor: 'nonsense' }, 'invalid_input', 'cursor'],
    ['load_market_data', { symbol: 'SPY', timeframe: '1d' }, 'not_found', 'symbol'],
    ['load_market_data', { symbol: '../x', timeframe: '1d' }, 'invalid_input', 'symbol'],
    ['load_market_data', { ...spx, mode: 'full' }, 'unavailable', 'provider'],
    ['check_data_quality', { symbol: 'SPX', timeframe: '2d' }, 'invalid_input', 'timeframe'],
    ['list_indicators', { category: 'trends' }, 'invalid_input', 'category'],
    ['compute_indicators', { ...spx, ...rsi }, 'invalid_input', 'indicators.r.period'],
    ['compute_indicators', { ...spx, indicators: { r: 'rsi' } }, 'invalid_input', 'indicators.r'],
  ];
  for (const [name, given, code, path] of cases) {
    const failed = await failure(name, given);
    assert.deepEqual([failed.code, failed.path], [code, path], JSON.stringify(given));
    assert.ok(failed.hint.length > 5);
  }
});

test('an empty lab says so and offers a synthetic market', async (t) => {
  const client = await clientOf(t, labFor(t), { tools, toolsets: 'all' });
  const { structuredContent } = await client.callTool({ name: 'list_market_data', arguments: {} });
  const { summary, rows, next } = Object(structuredContent);
  assert.deepEqual([summary, rows], ['No market data is stored.', []]);
  const made = await client.callTool({ name: next[0].tool, arguments: next[0].arguments });
  assert.equal(Object(made.structuredContent).data_points, 5000);
});
