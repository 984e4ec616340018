import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateBars } from '@stratlab/data/market.ts';
import { noise } from '@stratlab/data/markets/noise.ts';
import { giveBack, takeColumn } from '@stratlab/strategies/columns.ts';
import { type Indicator, runIndicator } from '@stratlab/strategies/indicator.ts';
import { indicators } from '@stratlab/strategies/indicators/index.ts';

const rows = 2500;
const bars = generateBars(noise, { timeframe: '1d', bars: rows, seed: 3 });

/** At its defaults, or with every number at its least. */
function computed(indicator: Indicator, at: 'default' | 'min' = 'default'): Float64Array[] {
  const parameters = Object.fromEntries(
    Object.entries(indicator.parameters).map(([name, declared]) => [
      name,
      declared.kind === 'choice' ? declared.default : declared[at],
    ]),
  );
  const series = Object.fromEntries(Object.keys(indicator.inputs).map((name) => [name, bars.close]));
  return runIndicator(indicator, { bars, series }, parameters);
}

test('a column that was given back is taken again, once, by who wants that length', () => {
  const column = takeColumn(5000).fill(7);
  giveBack(column);
  assert.notEqual(takeColumn(4999), column);
  assert.equal(takeColumn(5000), column);
  giveBack(column, column);
  assert.equal(takeColumn(5000), column);
  const fresh = takeColumn(5000);
  assert.notEqual(fresh, column);
  assert.deepEqual(fresh, new Float64Array(5000));
});

test('part of an array is not kept, nor a short column', () => {
  const part = new Float64Array(9000).subarray(0, 6000);
  const short = new Float64Array(10);
  giveBack(part, short);
  assert.notEqual(takeColumn(6000), part);
  assert.notEqual(takeColumn(10), short);
});

test('what is kept has a bound', () => {
  const columns: Float64Array[] = Array.from({ length: 20 }, () => new Float64Array(600_000));
  giveBack(...columns);
  const taken = columns.map(() => takeColumn(600_000));
  assert.equal(taken.filter((column) => columns.includes(column)).length, 13);
});

/** Memory in which every value is wrong. */
function dirty(): void {
  giveBack(...Array.from({ length: 40 }, () => new Float64Array(rows).fill(1e9)));
}

for (const indicator of indicators) {
  test(`${indicator.type} writes every row of the memory it gets`, () => {
    const expected = computed(indicator).map((column) => column.slice());
    dirty();
    const first = computed(indicator);
    assert.deepEqual(first, expected);
    giveBack(...first);
    assert.deepEqual(computed(indicator), expected);
  });
}

test('every output is memory of its own, so that it can be given back', () => {
  for (const indicator of indicators) {
    for (const at of ['default', 'min'] as const) {
      const outputs = computed(indicator, at);
      const memories = new Set([...outputs, ...Object.values(bars)].map(({ buffer }) => buffer));
      assert.equal(memories.size, outputs.length + Object.keys(bars).length, indicator.type);
    }
  }
});
