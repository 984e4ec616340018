import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '@stratlab/data/bars.ts';
import { FLAT, LONG, SHORT } from '@stratlab/strategies/label.ts';
import { findLabel } from '@stratlab/strategies/labels/index.ts';
import { scanBarriers } from '@stratlab/strategies/labels/triple_barrier.ts';
import { referenceTable, referenceText, withoutReference } from '../reference.ts';

type Barriers = {
  pt: number;
  sl: number;
  max_hold: number;
  rows: [number, number | null, number | null, number | null][];
};

interface Vectors {
  worked: {
    triple_barrier_small: {
      close: number[];
      high: number[];
      low: number[];
      target: number;
      pt: number;
      sl: number;
      hold: number;
      close_mode: [number, number, number, number][];
      highlow: [number, number, number, number][];
    };
  };
  goog: {
    ewm_span: number;
    triple_barrier_close: Barriers;
    triple_barrier_highlow: Barriers;
    forward_return: Record<string, (number | null)[]>;
    zigzag: { threshold: number; pivots: [number, number, number, number][]; labels: number[] };
  };
}

const skip = withoutReference;
const sides: Record<number, number> = { 1: LONG, 0: FLAT, [-1]: SHORT };

test('forward returns of GOOG agree', { skip }, () => {
  const { goog } = vectors();
  for (const [horizon, expected] of Object.entries(goog.forward_return)) {
    const { values } = chosen('forward_return', { horizon: Number(horizon) }).compute(googBars());
    expected.forEach((change, t) => {
      if (change === null) assert.ok(Number.isNaN(values[t]));
      else assert.ok(Math.abs(values[t] - change) < 1e-11);
    });
  }
});

test('zigzag labels of GOOG agree up to the last confirmed pivot, with no limit on the look-ahead', { skip }, () => {
  const { threshold, pivots, labels } = vectors().goog.zigzag;
  const { values, ends } = chosen('zigzag', { zigzag_threshold: threshold, label_lookahead: 599 }).compute(googBars());
  const [lastPivot] = pivots[pivots.length - 1];
  for (let t = 0; t < lastPivot; t++) assert.equal(values[t], sides[labels[t]], `bar ${t}`);
  for (const [pivot, , , confirmed] of pivots) assert.equal(ends[pivot], confirmed, `pivot ${pivot}`);
});

test('volatility-scaled triple barriers of GOOG agree, on closes and on highs and lows', { skip }, () => {
  const { ewm_span, triple_barrier_close, triple_barrier_highlow } = vectors().goog;
  compare(triple_barrier_close, 'close', ewm_span);
  compare(triple_barrier_highlow, 'highlow', ewm_span);
});

function compare({ pt, sl, max_hold, rows }: Barriers, mode: string, volatility_span: number) {
  const bars = googBars();
  const scaled = { scale: 'volatility', profit_target: pt, stop_loss: sl, volatility_span };
  const label = chosen('triple_barrier', { ...scaled, max_holding_bars: max_hold, mode });
  const { values, ends } = label.compute(bars);
  for (const [event, touch, side, change] of rows) {
    if (touch === null || side === null || change === null) {
      // The vectors leave a label out wherever its limit lies beyond the bars; ours is known once a barrier is reached.
      assert.ok(event + max_hold >= bars.close.length, `bar ${event}`);
      continue;
    }
    assert.equal(values[event], sides[side], `bar ${event}`);
    assert.equal(ends[event], touch, `bar ${event}`);
    assert.ok(Math.abs(bars.close[ends[event]] / bars.close[event] - 1 - change) < 1e-11, `bar ${event}`);
  }
}

test('the worked triple barrier agrees', { skip }, () => {
  const { close, high, low, target, pt, sl, hold, close_mode, highlow } = vectors().worked.triple_barrier_small;
  const prices = Float64Array.from(close);
  const [above, below] = [pt, sl].map((multiple) => prices.map((price) => price * target * multiple));
  const bars = { close: prices, high: Float64Array.from(high), low: Float64Array.from(low) };
  const cases = [
    { path: { close: prices, high: prices, low: prices }, expected: close_mode },
    { path: bars, expected: highlow },
  ];
  for (const { path, expected } of cases) {
    const { values, ends } = scanBarriers(path, above, below, hold);
    for (const [event, touch, side] of expected) {
      assert.deepEqual([values[event], ends[event]], [sides[side], touch]);
    }
  }
});

function chosen(source: string, parameters: Record<string, number | string>) {
  const label = findLabel(source);
  assert.ok(label);
  return label.choose(parameters);
}

function vectors(): Vectors {
  return JSON.parse(referenceText('reference/labels_vectors.json.gz'));
}

/** The first 600 bars, which the vectors were made from. */
function googBars(): Bars {
  const { columns, values } = referenceTable('reference/inputs/GOOG.csv');
  const column = (name: string) => {
    const found = columns.find((candidate) => candidate.toLowerCase() === name);
    return values[found ?? columns[0]].subarray(0, 600);
  };
  const [open, high, low, close, volume] = ['open', 'high', 'low', 'close', 'volume'].map(column);
  return { time: values[columns[0]].subarray(0, 600), open, high, low, close, volume };
}
