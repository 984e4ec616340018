import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { barColumns } from '@stratlab/data/bars.ts';
import { parseCsv } from '@stratlab/data/csv.ts';
import { LabError } from '@stratlab/data/error.ts';
import { parseTimeframe } from '@stratlab/data/timeframe.ts';
import { referencePath, referenceTable, referenceText, withoutReference } from '../reference.ts';

function load(path: string, repair = false) {
  const bytes = readFileSync(referencePath(`data/${path}`));
  const timeframe = parseTimeframe(/_(\d[mhdw])[._]/.exec(path)?.[1] ?? '');
  return parseCsv(path.endsWith('.gz') ? gunzipSync(bytes) : bytes, { timeframe, repair });
}

function refusedLines(path: string, repair = false): number[] {
  try {
    load(path, repair);
  } catch (error) {
    assert.ok(error instanceof LabError);
    return (error.problems ?? []).map((problem) => Number(problem.path.replace('line ', '')));
  }
  return [];
}

interface Damage {
  lines: number[];
  data_lines: number;
}

describe('the files of the shared folder', { skip: withoutReference }, () => {
  const files =
    withoutReference === false ? readdirSync(referencePath('data')).filter((file) => /\.csv/.test(file)) : [];
  for (const file of files) {
    it(`reads ${file} as it stands, to the bits of Number(text)`, () => {
      const { bars, repairs } = load(file);
      const table = referenceTable(`data/${file}`);
      assert.deepEqual(repairs, []);
      for (const name of barColumns) {
        assert.deepEqual(bars[name], table.values[name === 'time' ? 'timestamp' : name], name);
      }
    });
  }
});

describe('the damaged files of the shared folder', { skip: withoutReference }, () => {
  const expected: Record<string, Damage> =
    withoutReference === false ? JSON.parse(referenceText('data/dirty/expected.json')) : {};
  const judgedLater = ['high_lt_low', 'negative_price', 'gap', 'dst_shift', 'split_unadjusted', 'constant_price'];
  for (const [file, { data_lines }] of Object.entries(expected)) {
    if (!judgedLater.some((name) => file.startsWith(name))) continue;
    it(`reads ${file}, whose damage the quality rules judge`, () => {
      assert.equal(load(`dirty/${file}`).bars.time.length, data_lines);
    });
  }

  for (const name of [
    'dup_timestamps_SPY_1d',
    'nan_empty_BTCUSDT_1h',
    'truncated_last_line_BTCUSDT_1h',
    'wrong_header_SPY_1d',
  ]) {
    it(`refuses ${name} on exactly the damaged lines`, () => {
      assert.deepEqual(refusedLines(`dirty/${name}.csv`), expected[`${name}.csv`].lines);
    });
  }

  it('refuses the rows that stand after later ones, each with the line before which it belongs', () => {
    const file = 'dirty/out_of_order_SPY_1d.csv';
    assert.deepEqual(refusedLines(file), [53, 132, 203, 204, 205, 206]);
    const { bars, repairs } = load(file, true);
    const named = repairs.flatMap(({ line, message }) => [line, Number(/before line (\d+)/.exec(message)?.[1])]);
    const { lines } = expected['out_of_order_SPY_1d.csv'];
    assert.deepEqual(
      [...new Set(named)].sort((a, b) => a - b),
      lines,
    );
    const clean = load('SPY_1d.csv').bars;
    const first = clean.time.indexOf(bars.time[0]);
    for (const name of barColumns) assert.deepEqual(bars[name], clean[name].slice(first, first + 252));
  });

  it('refuses the conflicting duplicate even when told to mend', () => {
    assert.deepEqual(refusedLines('dirty/dup_timestamps_SPY_1d.csv', true), [103]);
  });

  it('reads BOM and CRLF to the same bars as without', () => {
    const { bars } = load('dirty/bom_crlf_AAPL_1d.csv');
    const clean = load('AAPL_1d.csv').bars;
    const first = clean.time.indexOf(bars.time[0]);
    for (const name of barColumns) assert.deepEqual(bars[name], clean[name].slice(first, first + 61));
  });

  it('refuses two downloads joined with other numbers, on the second of each pair of lines', () => {
    const lines = refusedLines('dirty/natural/overlap_merge_BTCUSDT_1h_raw.csv', true);
    assert.equal(lines.length, 20);
    assert.ok(lines.every((line) => line >= 19 && line <= 81));
  });

  it('reads a download that runs backwards with fractional epochs once told to sort it', () => {
    const file = 'dirty/natural/bad_first_tick_BTCUSDT_1h_raw.csv';
    assert.deepEqual(refusedLines(file), [3]);
    const { bars, repairs } = load(file, true);
    assert.equal(repairs.length, 1);
    assert.equal(bars.time[0], Date.UTC(2017, 7, 17, 4));
    assert.deepEqual([bars.open[0], bars.close[0], bars.volume[0]], [16199.91, 4308.83, 44.51]);
  });
});

describe('the S&P 500 file of vega-datasets', () => {
  it('is read as daily bars without its adjusted close', () => {
    const path = resolve(import.meta.dirname, '../../node_modules/vega-datasets/data/sp500-2000.csv');
    const { bars, repairs } = parseCsv(readFileSync(path), { timeframe: '1d' });
    assert.equal(bars.time.length, 5105);
    assert.deepEqual(
      barColumns.map((name) => bars[name][0]),
      [Date.UTC(2000, 0, 3), 1469.25, 1478, 1438.359985, 1455.219971, 931800000],
    );
    assert.deepEqual(repairs, []);
  });
});
