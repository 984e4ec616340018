import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '@stratlab/data/bars.ts';
import { type ChosenLabel, FLAT, type LabelValues, LONG, SHORT, type Targets } from '@stratlab/strategies/label.ts';
import { findLabel, parseLabel } from '@stratlab/strategies/labels/index.ts';
import { scanBarriers } from '@stratlab/strategies/labels/triple_barrier.ts';

const none = Number.NaN;

test('next_direction is the sign of the next change, flat only where it is exactly 0', () => {
  const labels = computed('next_direction', {}, [100, 101, 101, 99]);
  assert.deepEqual([...labels.values], [LONG, FLAT, SHORT, none]);
  assert.deepEqual([...labels.ends], [1, 2, 3, -1]);
});

test('forward_return without a threshold is the return itself', () => {
  const labels = computed('forward_return', { horizon: 2 }, [100, 90, 110, 99]);
  assert.equal(labels.kind, 'regression');
  assert.ok(Math.abs(labels.values[0] - 0.1) < 1e-12 && Math.abs(labels.values[1] - 0.1) < 1e-12);
  assert.deepEqual([...labels.ends], [2, 3, -1, -1]);
});

test('forward_return with a threshold is three classes', () => {
  const labels = computed('forward_return', { horizon: 1, threshold: 0.02 }, [100, 103, 102, 99]);
  assert.equal(labels.kind, 'classification');
  assert.deepEqual([...labels.values], [LONG, FLAT, SHORT, none]);
});

test('the barrier reached first decides, and its bar is the end', () => {
  const labels = barriers(
    [100, 101, 103, 99, 97, 104],
    [100.5, 102, 103.5, 101, 99, 105],
    [99.5, 100, 101, 96.5, 96, 98],
  );
  assert.equal(labels.values[0], LONG);
  assert.equal(labels.ends[0], 2);
});

test('both barriers in one bar are taken for the stop', () => {
  const labels = barriers([100, 100, 100], [100, 105, 100], [100, 95, 100]);
  assert.equal(labels.values[0], SHORT);
  assert.equal(labels.ends[0], 1);
});

test('neither barrier within the holding limit is flat; bars that end before it leave the label unknown', () => {
  const labels = barriers(Array(8).fill(100), Array(8).fill(101), Array(8).fill(99));
  assert.deepEqual([...labels.values.subarray(0, 4)], [FLAT, FLAT, FLAT, none]);
  assert.deepEqual([...labels.ends.subarray(0, 4)], [5, 6, 7, -1]);
});

test('a barrier touched exactly, and on the last bar of the limit, counts', () => {
  const high = [100, 100, 100, 100, 100, 103, 100];
  assert.equal(barriers(Array(7).fill(100), high, Array(7).fill(99)).values[0], LONG);
});

test('triple_barrier is unknown until the ATR is known', () => {
  const labels = computed(
    'triple_barrier',
    { atr_period: 3, max_holding_bars: 2 },
    [100, 101, 100, 101, 100, 101, 100],
  );
  assert.deepEqual([...labels.values], [none, none, none, FLAT, FLAT, none, none]);
});

test('scaled by volatility the barriers are multiples of the close times the deviation of returns', () => {
  const parameters = { scale: 'volatility', max_holding_bars: 1, profit_target: 1, stop_loss: 2 };
  // Two returns of 10 % up and down deviate by 0.2 / sqrt(2) whatever the span: barriers at 113.0007 and 70.9986.
  const next = (close: number) => computed('triple_barrier', parameters, [100, 110, 99, close]);
  assert.deepEqual([...next(113.01).values], [none, none, LONG, none]);
  assert.deepEqual(
    [113, 71, 70.99].map((close) => next(close).values[2]),
    [FLAT, FLAT, SHORT],
  );
});

test('in mode close a spike of the high reaches no barrier', () => {
  const close = Float64Array.from({ length: 12 }, (_, t) => 100 + (t % 2));
  const bars: Bars = { ...barsOf([...close]), high: close.map((price, t) => (t === 8 ? 150 : price)) };
  const side = (mode: string) => chosen('triple_barrier', { atr_period: 3, max_holding_bars: 4, mode }).compute(bars);
  assert.deepEqual([side('highlow').values[6], side('highlow').ends[6]], [LONG, 8]);
  assert.deepEqual([side('close').values[6], side('close').ends[6]], [FLAT, 10]);
});

test('the keys of one scale are refused with the other', () => {
  assert.deepEqual(problemsOf({ source: 'triple_barrier', profit_target: 1 }), ['training.labels']);
  assert.deepEqual(problemsOf({ source: 'triple_barrier', scale: 'volatility', atr_period: 9 }), ['training.labels']);
  assert.deepEqual(problemsOf({ source: 'triple_barrier', scale: 'range' }), ['training.labels.scale']);
});

test('regime tells trends by the efficiency of the path and wild markets by the returns ahead', () => {
  const parameters = { horizon: 4, trending_threshold: 0.5, vol_crisis_threshold: 3, vol_lookback: 4 };
  const settled = [100, 101, 100, 101, 100];
  const next = (ahead: number[]) => {
    const { values, ends } = computed('regime', parameters, [...settled, ...ahead]);
    assert.deepEqual([...ends.subarray(0, 6)], [-1, -1, -1, -1, 8, -1]);
    return chosen('regime', parameters).classes?.[values[4]];
  };
  assert.equal(next([101, 102, 103, 104]), 'trending_up');
  assert.equal(next([99, 98, 97, 96]), 'trending_down');
  assert.equal(next([101, 100, 101, 100]), 'ranging');
  assert.equal(next([100, 100, 100, 100]), 'ranging');
  assert.equal(next([110, 95, 110, 95]), 'volatile');
  // Up 3 and down 1 is an efficiency of exactly 0.5, which is not beyond the threshold.
  assert.equal(next([101, 102, 103, 102]), 'ranging');
});

test('context is the direction of the market over its horizon, strictly beyond its thresholds', () => {
  const parameters = { horizon: 1, bullish_threshold: 0.25, bearish_threshold: -0.5 };
  const { kind, values, ends } = computed('context', parameters, [100, 126, 157.5, 78, 39]);
  const names = [...values].map((value) => chosen('context', parameters).classes?.[value]);
  assert.equal(kind, 'classification');
  assert.deepEqual(names, ['bullish', 'neutral', 'bearish', 'neutral', undefined]);
  assert.deepEqual([...ends], [1, 2, 3, 4, -1]);
});

test('a label says its classes: sides where it is traded, names of its own where not, none for a number', () => {
  const sides = ['long', 'flat', 'short'];
  for (const source of ['next_direction', 'triple_barrier', 'zigzag']) {
    assert.deepEqual(chosen(source, {}).classes, sides);
  }
  assert.equal(chosen('forward_return', {}).classes, null);
  assert.deepEqual(chosen('forward_return', { threshold: 0.01 }).classes, sides);
  assert.deepEqual(chosen('regime', {}).classes, ['trending_up', 'trending_down', 'ranging', 'volatile']);
});

test('a zigzag label ends where its swing is settled, and is flat where that takes too long', () => {
  const close = [100, 90, 91, 90.5, 99.5, 101, 100, 90];
  const labels = computed('zigzag', { zigzag_threshold: 0.1, label_lookahead: 4 }, close);
  assert.deepEqual([...labels.values], [SHORT, LONG, LONG, LONG, LONG, SHORT, SHORT, none]);
  assert.deepEqual([...labels.ends], [1, 4, 4, 4, 5, 7, 7, -1]);
  const hasty = computed('zigzag', { zigzag_threshold: 0.1, label_lookahead: 1 }, close);
  assert.deepEqual([...hasty.values], [SHORT, FLAT, FLAT, LONG, LONG, FLAT, SHORT, none]);
  assert.deepEqual([...hasty.ends], [1, 2, 3, 4, 5, 6, 7, -1]);
});

test('an unknown method, an unknown key and a bad value are problems at their path', () => {
  assert.deepEqual(problemsOf({ source: 'triple_barier' }), ['training.labels.source']);
  assert.deepEqual(problemsOf({}), ['training.labels.source']);
  assert.deepEqual(problemsOf(null), ['training.labels.source']);
  assert.deepEqual(problemsOf({ source: 'zigzag', zigzag_threshold: 2, label_lookahead: 0.5 }), [
    'training.labels.zigzag_threshold',
    'training.labels.label_lookahead',
  ]);
  assert.deepEqual(problemsOf({ source: 'zigzag', treshold: 2 }), ['training.labels']);
});

function problemsOf(value: unknown): string[] {
  const parsed = parseLabel(value, 'training.labels');
  assert.ok('problems' in parsed);
  return parsed.problems.map((problem) => problem.path);
}

function computed(source: string, parameters: Record<string, number | string>, close: number[]): LabelValues {
  return chosen(source, parameters).compute(barsOf(close));
}

function chosen(source: string, parameters: Record<string, number | string>): ChosenLabel {
  const label = findLabel(source);
  assert.ok(label);
  return label.choose(parameters);
}

/** Barriers 3 above and below each close, 5 bars of holding. */
function barriers(close: number[], high: number[], low: number[]): Targets {
  const widths = new Float64Array(close.length).fill(3);
  return scanBarriers(
    { close: Float64Array.from(close), high: Float64Array.from(high), low: Float64Array.from(low) },
    widths,
    widths,
    5,
  );
}

function barsOf(closes: number[]): Bars {
  const close = Float64Array.from(closes);
  return { time: close.map((_, i) => i), open: close, high: close, low: close, close, volume: close };
}
