import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BarColumn, type Bars, barColumns, mapColumns } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { hashBars } from '@stratlab/data/hash.ts';
import { generateBars } from '@stratlab/data/market.ts';
import { garch } from '@stratlab/data/markets/garch.ts';
import { readParquet, writeParquet } from '@stratlab/data/parquet.ts';

const bars = generateBars(garch, { timeframe: '1h', bars: 3000, seed: 5 });

function changed(column: BarColumn, row: number, value: number): Bars {
  return mapColumns((name) => (name === column ? bars[name].with(row, value) : bars[name]));
}

async function fault(bytes: Uint8Array): Promise<LabError> {
  const error = await readParquet(bytes).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof LabError, String(error));
  return error;
}

test('bars come back from Parquet bit for bit', async () => {
  assert.equal(hashBars(await readParquet(writeParquet(bars))), hashBars(bars));
});

test('a number that is not finite is refused by its row and column', async () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const error = await fault(writeParquet(changed('high', 41, value)));
    assert.equal(error.code, 'invalid_input');
    assert.deepEqual(error.problems, [{ path: 'row 42', message: 'high is not a finite number.' }]);
  }
});

test('times that repeat or go back are refused by row', async () => {
  const repeated = await fault(writeParquet(changed('time', 10, bars.time[9])));
  assert.match(repeated.message, /row 11: .* repeats the time/);
  const back = await fault(writeParquet(changed('time', 10, bars.time[3])));
  assert.match(back.message, /row 11: .* is before the time/);
});

test('bytes that are no Parquet file are refused, wherever they are cut or damaged', async () => {
  const whole = writeParquet(mapColumns((name) => bars[name].slice(0, 5)));
  for (let cut = 0; cut < whole.length; cut += 7) {
    assert.equal((await fault(whole.subarray(0, cut))).code, 'invalid_input');
  }
});

test('a file without rows has no data', async () => {
  const empty = writeParquet(mapColumns(() => new Float64Array(0)));
  assert.equal((await fault(empty)).code, 'no_data');
});

test('every column is one of the six, in order', async () => {
  assert.deepEqual(Object.keys(await readParquet(writeParquet(bars))), [...barColumns]);
});
