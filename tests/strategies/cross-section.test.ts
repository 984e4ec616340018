import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentileRanks } from '@stratlab/strategies/cross-section.ts';
import { readFormula } from '@stratlab/strategies/formula.ts';
import { UniverseView } from '@stratlab/strategies/universe-view.ts';
import { strategyOf } from '../strategy-documents.ts';
import { dailyBars, marketsOf } from './universe-world.ts';

const unknown = Number.NaN;

/** One step on which every member has a bar. */
function ranksOf(...values: number[]): number[] {
  const timeline = { time: Float64Array.of(0), rows: values.map(() => Int32Array.of(0)) };
  const ranks = percentileRanks(
    values.map((value) => Float64Array.of(value)),
    timeline,
    null,
  );
  return ranks.map(([rank]) => rank);
}

test('ranks run from 0 for the lowest to 1 for the highest, ties at their mean', () => {
  assert.deepEqual(ranksOf(30, 10, 20), [1, 0, 0.5]);
  assert.deepEqual(ranksOf(1, 2, 3, 4, 5), [0, 0.25, 0.5, 0.75, 1]);
  // Ranks 1, 2.5, 2.5, 4 of four: (r - 1) / 3.
  assert.deepEqual(ranksOf(5, 7, 7, 9), [0, 0.5, 0.5, 1]);
  assert.deepEqual(ranksOf(0, -0, 1), [0.25, 0.25, 1]);
  assert.deepEqual(ranksOf(4, 4, 4), [0.5, 0.5, 0.5]);
});

test('an unknown value takes no part, and one alone is in the middle', () => {
  assert.deepEqual(ranksOf(30, unknown, 20), [1, unknown, 0]);
  assert.deepEqual(ranksOf(unknown, 3), [unknown, 0.5]);
  assert.deepEqual(ranksOf(unknown), [unknown]);
});

const strategy = strategyOf(`
version: "4"
universe: {symbols: [A, B, C]}
portfolio: {rank: cs_rank(close), long_top: 1}
`);

test('only members with a bar at the step are ranked, and windows run over the ranks of own bars', () => {
  const markets = marketsOf({
    A: dailyBars([1, 1, 1, 1]),
    B: dailyBars([2, null, 0, 3]),
    C: dailyBars([3, 2, 2, null]),
  });
  const formulas = new UniverseView(strategy, { markets }).over(null);
  const values = (text: string) => formulas.values(readFormula(text)).map((column) => [...column]);
  assert.deepEqual(values('cs_rank(close)'), [
    [0, 0, 0.5, 0],
    [0.5, 0, 1],
    [1, 1, 1],
  ]);
  assert.deepEqual(values('diff(cs_rank(close), 1)')[1], [unknown, -0.5, 1]);
  assert.deepEqual(values('cs_rank(cs_rank(close))')[2], [1, 1, 1]);
  assert.deepEqual(values('cs_rank(-close)')[0], [1, 1, 0.5, 1]);
  assert.deepEqual(formulas.onTimeline(readFormula('cs_rank(close)'))[1], Float64Array.of(0.5, unknown, 0, 1));
});

test('a signal is ranked as it is given, and who does not belong is not ranked', () => {
  const day = (k: number) => Date.UTC(2020, 0, 1 + k);
  const markets = marketsOf({ A: dailyBars([1, 1, 1]), B: dailyBars([1, 1, 1]), C: dailyBars([1, 1, 1]) });
  const membership = [
    { symbol: 'A', from: day(0), to: null },
    { symbol: 'B', from: day(-9), to: day(0) },
    { symbol: 'B', from: day(2), to: day(2) },
    { symbol: 'C', from: day(1), to: null },
  ];
  const signals = [Float64Array.of(0.1, 0.1, 0.1), Float64Array.of(0.2, 0.2, 0.2), Float64Array.of(-1, -1, -1)];
  const formulas = new UniverseView(strategy, { markets, membership }).over(signals);
  assert.deepEqual(
    formulas.values(readFormula('cs_rank(signal)')).map((column) => [...column]),
    [
      [0, 1, 0.5],
      [1, unknown, 1],
      [unknown, 0, 0],
    ],
  );
});
