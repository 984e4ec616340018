import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cusumEvents } from '@stratlab/models/sampling/cusum.ts';
import { sequentialBootstrap, uniquenessBeside } from '@stratlab/models/sampling/sequential-bootstrap.ts';
import { logReturns, type Spans } from '@stratlab/models/sampling/series.ts';
import { timeDecay } from '@stratlab/models/sampling/time-decay.ts';
import { attributedReturns, averageUniqueness, concurrency } from '@stratlab/models/sampling/uniqueness.ts';
import { returnDeviation } from '@stratlab/strategies/exponential-deviation.ts';
import { differenceWeights, fractionalDifference } from '@stratlab/strategies/fractional-difference.ts';
import { referenceTable, referenceText, withoutReference } from '../reference.ts';

type Column = (number | null)[];

interface Vectors {
  worked: {
    cusum: { returns: number[]; h: number; events: number[] };
    seq_bootstrap: { spans: [number, number][]; first: number[]; after_drawing_2nd: number[] };
    uniqueness_small: { spans: [number, number][]; concurrency: number[]; avg: number[] };
    fracdiff_weights: Record<string, number[]>;
  };
  goog: {
    ewm_span: number;
    vol: Column;
    cusum: { h: number; events: number[] };
    triple_barrier_highlow: { rows: [number, number | null, number | null, number | null][] };
    uniqueness: {
      concurrency: number[];
      avg_uniqueness: number[];
      return_attribution: number[];
      time_decay_c05: number[];
      time_decay_cm03: number[];
    };
    fracdiff: {
      d: number;
      threshold: number;
      weights_n: number;
      weights_first10: number[];
      ffd_logclose: Column;
    };
  };
}

const skip = withoutReference;

test('the exponentially weighted deviation of returns agrees', { skip }, () => {
  const { goog } = vectors();
  assertClose(returnDeviation(googClose(), goog.ewm_span), goog.vol);
});

test('CUSUM events agree, of the worked example and of GOOG', { skip }, () => {
  const { worked, goog } = vectors();
  assert.deepEqual([...cusumEvents(Float64Array.from(worked.cusum.returns), worked.cusum.h)], worked.cusum.events);
  assert.deepEqual([...cusumEvents(logReturns(googClose()), goog.cusum.h)], goog.cusum.events);
});

test('concurrency and average uniqueness agree', { skip }, () => {
  const { worked, goog } = vectors();
  const { spans, concurrency: counts, avg } = worked.uniqueness_small;
  assert.deepEqual([...concurrency(spansOf(spans), counts.length)], counts);
  assertClose(averageUniqueness(spansOf(spans), counts.length), avg);
  assert.deepEqual([...concurrency(googSpans(), 600)], goog.uniqueness.concurrency);
  assertClose(averageUniqueness(googSpans(), 600), goog.uniqueness.avg_uniqueness);
});

test('return attribution agrees, scaled to the number of labels', { skip }, () => {
  const found = attributedReturns(googSpans(), logReturns(googClose()));
  const total = found.reduce((sum, value) => sum + value, 0);
  const expected = vectors().goog.uniqueness.return_attribution;
  assertClose(
    found.map((value) => (value * found.length) / total),
    expected,
  );
});

test('time decay agrees, with a floor and with oldest labels that count nothing', { skip }, () => {
  const { uniqueness } = vectors().goog;
  const unique = Float64Array.from(uniqueness.avg_uniqueness);
  assertClose(timeDecay(unique, 0.5), uniqueness.time_decay_c05);
  assertClose(timeDecay(unique, -0.3), uniqueness.time_decay_cm03);
});

test('the probabilities of a sequential bootstrap agree, and draws follow them', { skip }, () => {
  const { spans, first, after_drawing_2nd } = vectors().worked.seq_bootstrap;
  const three = spansOf(spans);
  assertClose(probabilities(three, new Float64Array(6)), first);
  assertClose(probabilities(three, Float64Array.of(0, 0, 1, 1, 0, 0)), after_drawing_2nd);
  const [, second] = after_drawing_2nd;
  const drawn = (share: number) => {
    const shares = [0.5, share];
    return sequentialBootstrap(three, 2, () => shares.shift() ?? 0);
  };
  assert.deepEqual([...drawn(after_drawing_2nd[0] - 1e-9)], [1, 0]);
  assert.deepEqual([...drawn(after_drawing_2nd[0] + 1e-9)], [1, 1]);
  assert.deepEqual([...drawn(after_drawing_2nd[0] + second + 1e-9)], [1, 2]);
});

test('fractional differences of fixed width and their weights agree', { skip }, () => {
  const { worked, goog } = vectors();
  for (const [order, weights] of Object.entries(worked.fracdiff_weights)) {
    assertClose(differenceWeights(Number(order), 0, weights.length), weights);
  }
  const { d, threshold, weights_n, weights_first10, ffd_logclose } = goog.fracdiff;
  const leading = differenceWeights(d, threshold);
  assert.equal(leading.length, weights_n);
  assertClose(leading.subarray(0, 10), weights_first10);
  assertClose(fractionalDifference(googClose().map(Math.log), d, threshold), ffd_logclose);
});

/** Of each span to be drawn next. */
function probabilities(spans: Spans, drawn: Float64Array): Float64Array {
  const unique = Float64Array.from(spans.first, (_, i) => uniquenessBeside(spans, i, drawn));
  const total = unique.reduce((sum, value) => sum + value, 0);
  return unique.map((value) => value / total);
}

/** The vectors are printed with 12 digits. */
function assertClose(actual: Float64Array, expected: Column): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    if (value === null) assert.ok(Number.isNaN(actual[i]), `${i}: ${actual[i]} is known`);
    else assert.ok(Math.abs(actual[i] - value) <= 1e-11 * Math.max(1, Math.abs(value)), `${i}: ${actual[i]} ${value}`);
  });
}

function spansOf(spans: readonly (readonly [number, number])[]): Spans {
  return { first: Int32Array.from(spans, ([first]) => first), last: Int32Array.from(spans, ([, last]) => last) };
}

/** From the bar after each event to the touch of a barrier. */
function googSpans(): Spans {
  const { rows } = vectors().goog.triple_barrier_highlow;
  return spansOf(rows.flatMap(([event, touch]) => (touch === null ? [] : [[event + 1, touch] as const])));
}

function vectors(): Vectors {
  return JSON.parse(referenceText('reference/labels_vectors.json.gz'));
}

function googClose(): Float64Array {
  const { columns, values } = referenceTable('reference/inputs/GOOG.csv');
  return values[columns.find((name) => name.toLowerCase() === 'close') ?? ''].subarray(0, 600);
}
