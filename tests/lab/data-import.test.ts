import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { writeParquet } from '@stratlab/data/parquet.ts';
import { findSeries } from '@stratlab/knowledge/ledger.ts';
import { importSeries } from '@stratlab/lab/import-series.ts';
import { listMarketData } from '@stratlab/lab/list-market-data.ts';
import { csvOf, dataLab, failureOf, rebased, sp500, walk } from './data-lab.ts';

const spx = { path: sp500, symbol: 'SPX', timeframe: '1d' };

test('the S&P 500 file is stored, sealed by default and judged on what may be seen', async (t) => {
  const lab = dataLab(t);
  const imported = await importSeries(lab, spx);
  assert.equal(imported.rows, 5105);
  assert.equal(imported.seal, 'default');
  assert.equal(imported.visible.start, '2000-01-03T00:00:00Z');
  assert.ok(imported.visible.rows > 4000 && imported.visible.rows < 4120);
  assert.ok(
    imported.visible.end !== null && imported.sealed_from !== null && imported.visible.end < imported.sealed_from,
  );
  assert.ok(imported.findings.some(({ rule }) => rule === 'open_equals_previous_close'));
  const instants = imported.findings.flatMap(({ first_at }) => (first_at === null ? [] : [first_at]));
  assert.ok(instants.every((instant) => instant < String(imported.sealed_from)));
  assert.equal(imported.family, 'SPX');
  assert.deepEqual(imported.repairs, []);
  assert.match(imported.warnings.join(), /Guessed from the symbol SPX: index in USD/);
});

test('what an import found is in the ledger and in the list', async (t) => {
  const lab = dataLab(t);
  const { hash, grade, visible } = await importSeries(lab, { ...spx, source: 'vega-datasets' });
  const row = findSeries(lab.database, 'SPX', '1d');
  assert.deepEqual([row?.hash, row?.family, row?.grade], [hash, 'SPX', grade]);
  const { series } = listMarketData(lab);
  assert.deepEqual(
    series.map(({ symbol, rows, source, synthetic, grade }) => ({ symbol, rows, source, synthetic, grade })),
    [{ symbol: 'SPX', rows: visible.rows, source: 'vega-datasets', synthetic: false, grade }],
  );
});

test('the same file again changes nothing', async (t) => {
  const lab = dataLab(t);
  const first = await importSeries(lab, spx);
  const again = await importSeries(lab, { ...spx, symbol: 'spx' });
  assert.deepEqual([first.changed, again.changed], [true, false]);
  assert.deepEqual([again.hash, again.family, again.sealed_from], [first.hash, first.family, first.sealed_from]);
});

test('CSV, gzipped CSV and Parquet give the same bars', async (t) => {
  const lab = dataLab(t);
  const bars = walk(1, 300);
  const files = [
    lab.file('a.csv', csvOf(bars)),
    lab.file('a.csv.gz', gzipSync(csvOf(bars))),
    lab.file('a.parquet', writeParquet(bars)),
  ];
  const hashes = new Set<string>();
  for (const path of files) hashes.add((await importSeries(lab, { path, symbol: 'ABC', timeframe: '1d' })).hash);
  assert.equal(hashes.size, 1);
});

test("a person's seal is kept, and none is warned about", async (t) => {
  const lab = dataLab(t);
  const dated = await importSeries(lab, { ...spx, seal: { kind: 'date', date: Date.UTC(2010, 0, 4) } });
  assert.deepEqual([dated.seal, dated.sealed_from], ['date', '2010-01-04T00:00:00Z']);
  assert.equal(dated.visible.end, '2009-12-31T00:00:00Z');
  const open = await importSeries(lab, { ...spx, seal: { kind: 'none' } });
  assert.deepEqual([open.sealed_from, open.visible.rows], [null, 5105]);
  assert.match(open.warnings.join(), /Nothing of SPX is sealed/);
});

test('a file that lies wholly beyond the seal is stored and shows nothing', async (t) => {
  const lab = dataLab(t);
  const imported = await importSeries(lab, { ...spx, seal: { kind: 'date', date: Date.UTC(1990, 0, 1) } });
  assert.deepEqual([imported.visible.rows, imported.grade, imported.findings], [0, null, []]);
  assert.match(imported.warnings.join(), /Every bar of SPX lies beyond its seal/);
  assert.equal(listMarketData(lab).series[0].grade, null);
});

test('a rebased copy under another name shares the seal, the underlying and the family, with a loud warning', async (t) => {
  const lab = dataLab(t);
  const bars = walk(7);
  const original = await importSeries(lab, { path: lab.file('a.csv', csvOf(bars)), symbol: 'ORIG', timeframe: '1d' });
  const path = lab.file('b.csv', csvOf(rebased(bars, 0.03)));
  const copy = await importSeries(lab, { path, symbol: 'COPY', timeframe: '1d' });
  assert.deepEqual([copy.underlying, copy.family, copy.sealed_from], ['ORIG', 'ORIG', original.sealed_from]);
  assert.match(copy.warnings[0], /^THE SAME BARS UNDER ANOTHER NAME.*those of ORIG/);
  const own = await importSeries(lab, { path, symbol: 'MINE', timeframe: '1d', seal: { kind: 'none' } });
  assert.deepEqual([own.underlying, own.family, own.sealed_from], ['MINE', 'ORIG', null]);
  assert.match(own.warnings[0], /THE SAME BARS.*keeps its own seal/);
});

test('a copy does not draw its original after it when that is imported again', async (t) => {
  const lab = dataLab(t);
  const path = lab.file('a.csv', csvOf(walk(7)));
  await importSeries(lab, { path, symbol: 'ORIG', timeframe: '1d' });
  await importSeries(lab, { path, symbol: 'COPY', timeframe: '1d', underlying: 'COPY' });
  const again = await importSeries(lab, { path, symbol: 'ORIG', timeframe: '1d' });
  assert.equal(again.underlying, 'ORIG');
  assert.doesNotMatch(again.warnings.join(), /SAME BARS/);
});

test('a name that held other bars before does not hide a copy', async (t) => {
  const lab = dataLab(t);
  await importSeries(lab, { path: lab.file('n.csv', csvOf(walk(3))), symbol: 'FOO', timeframe: '1d' });
  const path = lab.file('a.csv', csvOf(walk(7)));
  await importSeries(lab, { path, symbol: 'ORIG', timeframe: '1d' });
  const copy = await importSeries(lab, { path, symbol: 'FOO', timeframe: '1d' });
  assert.deepEqual([copy.underlying, copy.family], ['ORIG', 'ORIG']);
});

test('unrelated series are families of their own', async (t) => {
  const lab = dataLab(t);
  for (const [seed, symbol] of ['AAA', 'BBB'].entries()) {
    const path = lab.file(`${symbol}.csv`, csvOf(walk(seed)));
    const { family, underlying } = await importSeries(lab, { path, symbol, timeframe: '1d' });
    assert.deepEqual([family, underlying], [symbol, symbol]);
  }
});

test('rows out of order are refused, or mended and reported', async (t) => {
  const lab = dataLab(t);
  const [header, first, second, ...rest] = csvOf(walk(1, 100)).split('\n');
  const path = lab.file('mixed.csv', [header, second, first, second, ...rest].join('\n'));
  const mixed = { path, symbol: 'MIX', timeframe: '1d' };
  const refused = await failureOf(() => importSeries(lab, mixed));
  assert.equal(refused.code, 'invalid_input');
  assert.deepEqual(
    refused.problems?.map((problem) => problem.path),
    ['line 3', 'line 4'],
  );
  assert.equal(listMarketData(lab).stored, 0);
  const { repairs, rows, findings } = await importSeries(lab, { ...mixed, repair: true });
  assert.equal(rows, 100);
  assert.deepEqual(repairs.map(({ rule, line }) => [rule, line]).sort(), [
    ['duplicate_timestamps', 4],
    ['out_of_order', 3],
  ]);
  assert.ok(findings.some(({ rule }) => rule === 'out_of_order'));
});

test('files that cannot be read are refused by name, and nothing is stored', async (t) => {
  const lab = dataLab(t);
  const cut = gzipSync(csvOf(walk(1, 50))).subarray(0, 500);
  const cases: [path: string, code: string, words: RegExp, timeframe?: string][] = [
    [lab.file('cut.csv.gz', cut), 'invalid_input', /unpacked/],
    [lab.file('plain.csv.gz', csvOf(walk(1, 50))), 'invalid_input', /unpacked/],
    [lab.file('empty.csv', ''), 'invalid_input', /empty/],
    [lab.file('x.parquet', 'PAR1nonsensePAR1'), 'invalid_input', /Parquet/],
    [lab.file('x.xlsx', 'x'), 'invalid_input', /\.csv\.gz/],
    [lab.file('nan.csv', 'time,open,high,low,close\n2020-01-01,1,2,NaN,1\n'), 'invalid_input', /line 2|NaN/],
    [lab.file('daily.csv', csvOf(walk(1, 50))), 'invalid_input', /1w/, '1w'],
    [lab.file('daily.parquet', writeParquet(walk(1, 50))), 'invalid_input', /1w/, '1w'],
    [`${tmpdir()}/there-is-no-such-file.csv`, 'not_found', /no file/],
    [`${tmpdir()}/\0.csv`, 'invalid_input', /cannot be read/],
  ];
  for (const [path, code, words, timeframe = '1d'] of cases) {
    const failure = await failureOf(() => importSeries(lab, { path, symbol: 'BAD', timeframe }));
    assert.equal(failure.code, code, path);
    assert.match(failure.message, words);
  }
  const repair = await failureOf(() =>
    importSeries(lab, { path: lab.file('d.parquet', 'x'), symbol: 'BAD', timeframe: '1d', repair: true }),
  );
  assert.deepEqual([repair.code, repair.path], ['invalid_input', 'repair']);
  assert.equal(listMarketData(lab).stored, 0);
});

test('a name that could be a path is refused', async (t) => {
  const lab = dataLab(t);
  for (const symbol of ['../../etc/passwd', 'A/B', '', '..', 'a\0b', 'x'.repeat(40)]) {
    const failure = await failureOf(() => importSeries(lab, { ...spx, symbol }));
    assert.deepEqual([failure.code, failure.path], ['invalid_input', 'symbol']);
  }
  const failure = await failureOf(() => importSeries(lab, { ...spx, underlying: '../x' }));
  assert.equal(failure.path, 'underlying');
  assert.ok(readFileSync(sp500).length > 0);
});
