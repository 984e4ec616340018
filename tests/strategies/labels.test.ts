import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '@stratlab/data/bars.ts';
import { FLAT, type LabelValues, LONG, SHORT } from '@stratlab/strategies/label.ts';
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

function computed(source: string, parameters: Record<string, number>, close: number[]): LabelValues {
  const label = findLabel(source);
  assert.ok(label);
  return label.choose(parameters).compute(barsOf(close));
}

/** Barriers 3 above and below each close, 5 bars of holding. */
function barriers(close: number[], high: number[], low: number[]): LabelValues {
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
