import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { sliceBars } from '@stratlab/data/bars.ts';
import { drawdown } from '@stratlab/reports/charts/drawdown.ts';
import { equity } from '@stratlab/reports/charts/equity.ts';
import { fuzzySets } from '@stratlab/reports/charts/fuzzy-sets.ts';
import { chartKinds, charts } from '@stratlab/reports/charts/index.ts';
import { loss } from '@stratlab/reports/charts/loss.ts';
import { market } from '@stratlab/reports/charts/market.ts';
import { reliability } from '@stratlab/reports/charts/reliability.ts';
import { returns } from '@stratlab/reports/charts/returns.ts';
import { trades } from '@stratlab/reports/charts/trades.ts';
import { sampleBars, sampleCurves, samplePictures, sampleSessions, sampleTrades } from './samples.ts';
import { xmlFault } from './well-formed.ts';

const heading = { title: 'A title' };
const hostile = `</text><script>alert("1")</script>&'\u0000\ud800\u202e]]>`;

test('the list of charts is the folder of charts, named by file', () => {
  const folder = resolve(import.meta.dirname, '../../reports/charts');
  const files = readdirSync(folder).filter((file) => file !== 'index.ts');
  assert.deepEqual(chartKinds.map((kind) => `${kind.replaceAll('_', '-')}.ts`).sort(), files.sort());
  assert.ok(charts.every(({ description }) => description.length > 20));
});

for (const [kind, svg] of Object.entries(samplePictures('A title'))) {
  test(`a chart of kind ${kind} is well-formed, self-contained SVG with its title`, () => {
    assert.equal(xmlFault(svg), null);
    assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="800" height="450"/);
    assert.match(svg, />A title<\/text>/);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined|href|<script|<style/);
  });

  test(`a chart of kind ${kind} draws inside its picture`, () => {
    for (const [x, y] of pointsOf(svg)) {
      assert.ok(x >= 0 && x <= 800 && y >= 0 && y <= 450, `a point at ${x}, ${y}`);
    }
  });
}

test('the same data give the same bytes', () => {
  assert.deepEqual(samplePictures('A title'), samplePictures('A title'));
});

for (const [kind, svg] of Object.entries(samplePictures(hostile))) {
  test(`hostile text in a chart of kind ${kind} stays text`, () => {
    assert.equal(xmlFault(svg), null);
    assert.doesNotMatch(svg, /<script/);
    assert.match(svg, /&lt;\/text&gt;&lt;script/);
  });
}

test('data without a value give a picture that says so', () => {
  const none = sampleBars(0);
  const curves = sampleCurves(none);
  const pictures = [
    equity.draw({ ...heading, curves }),
    drawdown.draw({ ...heading, curves: [] }),
    trades.draw({ ...heading, time: none.time, close: none.close, trades: [] }),
    returns.draw({ ...heading, sessions: sampleSessions(none) }),
    loss.draw({ ...heading, history: [], bestEpoch: null }),
    reliability.draw({ ...heading, bins: [] }),
    fuzzySets.draw({ ...heading, variables: [] }),
    market.draw({ ...heading, bars: none }),
  ];
  for (const svg of pictures) {
    assert.equal(xmlFault(svg), null);
    assert.match(svg, /There (is|are) no|No epoch|has no fuzzy sets/);
    assert.doesNotMatch(svg, /NaN|Infinity/);
  }
});

test('one bar, one session, one trade and a flat curve can be drawn', () => {
  const one = sampleBars(1);
  const flat = sampleCurves(sampleBars(50)).map((curve) => ({ ...curve, equity: new Float64Array(50).fill(100_000) }));
  const pictures = [
    equity.draw({ ...heading, curves: sampleCurves(one) }),
    equity.draw({ ...heading, curves: flat }),
    drawdown.draw({ ...heading, curves: flat }),
    trades.draw({ ...heading, time: one.time, close: one.close, trades: sampleTrades(sampleBars(20)) }),
    returns.draw({ ...heading, sessions: sampleSessions(one) }),
    loss.draw({ ...heading, history: [{ epoch: 1, trainLoss: 1, validationLoss: null }], bestEpoch: 1 }),
    reliability.draw({ ...heading, bins: [{ rows: 1, confidence: 1, hitRate: 1 }] }),
    market.draw({ ...heading, bars: one }),
  ];
  for (const svg of pictures) {
    assert.equal(xmlFault(svg), null);
    assert.doesNotMatch(svg, /NaN|Infinity/);
  }
});

test('a million bars fit into 200 kB, extremes included', () => {
  const bars = sampleBars(1_000_000, 60_000);
  bars.close[654_321] = 5;
  const curves = sampleCurves(bars);
  const many = trades.draw({ ...heading, time: bars.time, close: bars.close, trades: sampleTrades(bars, 20) });
  const pictures = [
    equity.draw({ ...heading, curves }),
    drawdown.draw({ ...heading, curves }),
    market.draw({ ...heading, bars }),
    returns.draw({ ...heading, sessions: sampleSessions(bars) }),
    many,
  ];
  for (const svg of pictures) assert.ok(svg.length < 200_000, `${svg.length} bytes`);
  assert.match(pictures[1], /worst -\d\d\.\d\d%, 2011-04-03/);
});

test('equity is drawn on a log scale only where it grew much', () => {
  const bars = sampleBars(400);
  const [tame] = sampleCurves(bars);
  const wild = { ...tame, equity: bars.close.map((value, t) => value * 1000 * 1.01 ** t) };
  assert.doesNotMatch(equity.draw({ ...heading, curves: [tame] }), /log scale/);
  assert.match(equity.draw({ ...heading, curves: [wild] }), /log scale/);
  const ruined = { ...wild, equity: wild.equity.map((value, t) => (t === 200 ? -5 : value)) };
  assert.doesNotMatch(equity.draw({ ...heading, curves: [ruined] }), /log scale/);
});

test('an unknown value breaks a line', () => {
  const bars = sampleBars(50);
  const [curve] = sampleCurves(bars);
  const broken = { ...curve, equity: Float64Array.from(curve.equity, (value, t) => (t === 20 ? Number.NaN : value)) };
  const line = (svg: string) => svg.match(/d="(M[^"]*)" [^>]*stroke-width="2"/g)?.at(-1) ?? '';
  assert.equal(line(equity.draw({ ...heading, curves: [curve] })).match(/M/g)?.length, 1);
  assert.equal(line(equity.draw({ ...heading, curves: [broken] })).match(/M/g)?.length, 2);
});

test('few bars are candles, many are a line, and bars without volume have no panel for it', () => {
  const bars = sampleBars(500);
  const silent = { ...bars, volume: new Float64Array(500) };
  assert.match(market.draw({ ...heading, bars: sliceBars(bars, 0, 60) }), /Close below open/);
  assert.doesNotMatch(market.draw({ ...heading, bars }), /Close below open/);
  assert.match(market.draw({ ...heading, bars }), />Volume</);
  assert.doesNotMatch(market.draw({ ...heading, bars: silent }), /Volume/);
});

test('the epoch that was kept is named', () => {
  const history = [1, 2, 3].map((epoch) => ({ epoch, trainLoss: 1 / epoch, validationLoss: null }));
  const svg = loss.draw({ ...heading, history, bestEpoch: 2 });
  assert.match(svg, />Kept: epoch 2</);
  assert.doesNotMatch(svg, /Validation/);
});

test('every month and year of the returns has its cell', () => {
  const svg = returns.draw({ ...heading, sessions: sampleSessions(sampleBars(731)) });
  assert.equal(svg.match(/<title>/g)?.length, 25 + 3);
});

/** Absolute points of all elements. */
function pointsOf(svg: string): number[][] {
  const moves = [...svg.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  const placed = [...svg.matchAll(/ c?x="(-?[\d.]+)" c?y="(-?[\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
  return [...moves, ...placed];
}
