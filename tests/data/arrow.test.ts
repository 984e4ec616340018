import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeArrow, encodeArrow } from '@stratlab/data/arrow.ts';
import { barColumns, mapColumns, sliceBars } from '@stratlab/data/bars.ts';
import { hashBars } from '@stratlab/data/hash.ts';
import { generateBars } from '@stratlab/data/market.ts';
import { noise } from '@stratlab/data/markets/noise.ts';
import fc from 'fast-check';

const bars = generateBars(noise, { timeframe: '1h', bars: 500, seed: 3 });

test('bars come back from Arrow bit for bit', () => {
  const column = (length: number) => fc.float64Array({ minLength: length, maxLength: length, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }).chain((rows) => fc.tuple(...barColumns.map(() => column(rows)))),
      (columns) => {
        const original = mapColumns((name) => columns[barColumns.indexOf(name)]);
        assert.equal(hashBars(decodeArrow(encodeArrow(original))), hashBars(original));
      },
    ),
    { numRuns: 30 },
  );
});

test('columns are views on the file where it is aligned, and right where it is not', () => {
  const bytes = new Uint8Array(encodeArrow(bars));
  const aligned = decodeArrow(bytes);
  assert.ok(barColumns.every((name) => aligned[name].buffer === bytes.buffer));
  const shifted = new Uint8Array(bytes.length + 1).subarray(1);
  shifted.set(bytes);
  assert.equal(hashBars(decodeArrow(shifted)), hashBars(bars));
});

test('columns that share their memory come back each as it was', () => {
  const { time, close, volume } = bars;
  const closes = { time, open: close, high: close.subarray(), low: close, close, volume };
  assert.equal(hashBars(decodeArrow(encodeArrow(closes))), hashBars(closes));
});

test('a slice is written as what it shows, not as what it is cut from', () => {
  const slice = sliceBars(bars, 100, 120);
  const back = decodeArrow(encodeArrow(slice));
  assert.equal(back.time.length, 20);
  assert.equal(hashBars(back), hashBars(slice));
});

test('the same bars give the same bytes', () => {
  assert.deepEqual(encodeArrow(bars), encodeArrow(bars));
});

test('bytes that are not bars are called corrupt', () => {
  const whole = encodeArrow(bars);
  const damaged = [new Uint8Array(0), new TextEncoder().encode('time,open'), whole.subarray(0, 400), whole.subarray(9)];
  for (const bytes of damaged) assert.throws(() => decodeArrow(bytes), { code: 'corrupt' });
});
