import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { bag } from '@stratlab/models/sampling/bag.ts';
import { cusumEvents } from '@stratlab/models/sampling/cusum.ts';
import { rowWeights } from '@stratlab/models/sampling/row-weights.ts';
import { sampleRows } from '@stratlab/models/sampling/sample-rows.ts';
import { type Sampling, samplingSchema } from '@stratlab/models/sampling/schema.ts';
import { sequentialBootstrap } from '@stratlab/models/sampling/sequential-bootstrap.ts';
import { logReturns, type SampledSeries, type Spans } from '@stratlab/models/sampling/series.ts';
import { SumTree } from '@stratlab/models/sampling/sum-tree.ts';
import { timeDecay } from '@stratlab/models/sampling/time-decay.ts';
import { trainingSample } from '@stratlab/models/sampling/training-sample.ts';
import { averageUniqueness, concurrency } from '@stratlab/models/sampling/uniqueness.ts';
import fc from 'fast-check';

const sampling = (given: Record<string, unknown>): Sampling => samplingSchema.parse(given);

/** Bars of a random walk whose every bar from the third is a row, its label looking `span` bars ahead. */
function walk(seed: number, count: number, span: number, deviation = 0.01): SampledSeries {
  const random = seededRandom(seed);
  const close = new Float64Array(count + span + 2);
  close[0] = 100;
  for (let bar = 1; bar < close.length; bar++) close[bar] = close[bar - 1] * Math.exp(deviation * normal(random));
  const bars = Int32Array.from({ length: count }, (_, i) => i + 2);
  return { close, rows: Int32Array.from(bars.keys()), bars, ends: bars.map((bar) => bar + span) };
}

/** Two series on one clock: the rows of one are even, of the other odd. */
function woven(even: SampledSeries, odd: SampledSeries): SampledSeries[] {
  return [
    { ...even, rows: even.rows.map((row) => 2 * row) },
    { ...odd, rows: odd.rows.map((row) => 2 * row + 1) },
  ];
}

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);

test('without settings every training row is learnt from and counts the same', () => {
  const series = walk(1, 50, 3);
  const rows = range(5, 40);
  assert.deepEqual(trainingSample(sampling({}), rows, [series], new Float64Array(50)), { rows, weights: null });
});

test('CUSUM keeps the training rows whose bar is an event of their own symbol', () => {
  const [even, odd] = woven(walk(1, 200, 3), walk(2, 200, 3));
  const events = { method: 'cusum', threshold: 0.015 } as const;
  const kept = sampleRows(events, range(100, 300), [even, odd]);
  const expected = [even, odd].flatMap((one) => {
    const bars = new Set(cusumEvents(logReturns(one.close), 0.015));
    return [...one.rows].filter((row, place) => row >= 100 && row < 300 && bars.has(one.bars[place]));
  });
  assert.ok(kept.length > 30 && kept.length < 150);
  assert.deepEqual(
    [...kept],
    expected.toSorted((a, b) => a - b),
  );
});

test('a threshold in deviations is fitted on the training rows alone, symbol by symbol', () => {
  const calm = walk(3, 200, 3, 0.01);
  const multiple = { method: 'cusum', volatility_multiple: 2, span: 20 } as const;
  const kept = sampleRows(multiple, range(0, 150), [calm]);
  const wildLater = calm.close.map((price, bar) => (bar > 160 ? price * (1 + (bar % 2)) : price));
  assert.deepEqual(sampleRows(multiple, range(0, 150), [{ ...calm, close: wildLater }]), kept);
  assert.ok(sampleRows({ ...multiple, volatility_multiple: 4 }, range(0, 150), [calm]).length < kept.length);
  const scaled = { ...calm, close: calm.close.map((price) => price ** 5) };
  const [one, other] = woven(calm, scaled);
  const both = sampleRows(multiple, range(0, 300), [one, other]);
  const fromCalm = both.filter((row) => row % 2 === 0).map((row) => row / 2);
  assert.deepEqual(fromCalm, kept);
  assert.ok(both.length - fromCalm.length > 0.7 * fromCalm.length);
});

test('no event among the training rows is an error', () => {
  const series = walk(1, 50, 3);
  assert.throws(() => sampleRows({ method: 'cusum', threshold: 9 }, range(0, 50), [series]), {
    code: 'insufficient_data',
    message: 'None of 50 training rows is a CUSUM event.',
  });
});

test('an event is known by its own bar: later bars change none', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 99 }), (seed, cut) => {
      const returns = logReturns(walk(seed, 100, 1).close);
      const events = cusumEvents(returns, 0.02).filter((place) => place < cut);
      assert.deepEqual(cusumEvents(returns.subarray(0, cut), 0.02), events);
    }),
    { numRuns: 50, seed: 1 },
  );
});

test('labels that overlap share their weight; only those among the training rows of the same symbol count', () => {
  const series = walk(1, 60, 4);
  const weights = rowWeights(sampling({ weights: 'uniqueness' }), range(0, 60), [series], new Float64Array(60));
  assert.ok(weights);
  // In the middle each bar is covered by 4 labels; the first bar by one, the second by two, the third by three.
  const unique = (counts: number[]) => counts.reduce((sum, count) => sum + 1 / count, 0) / 4;
  assert.ok(Math.abs(weights[0] / weights[30] - unique([1, 2, 3, 4]) / unique([4, 4, 4, 4])) < 1e-12);
  const apart = Int32Array.from([0, 4, 8, 12]);
  const alone = rowWeights(sampling({ weights: 'uniqueness' }), apart, [series], new Float64Array(60));
  assert.deepEqual([...(alone ?? [])], [1, 1, 1, 1]);
  const twins = woven(series, series);
  const each = rowWeights(sampling({ weights: 'uniqueness' }), range(0, 120), twins, new Float64Array(120));
  weights.forEach((weight, row) => {
    assert.ok(Math.abs((each?.[2 * row] ?? 0) - weight) < 1e-12);
    assert.ok(Math.abs((each?.[2 * row + 1] ?? 0) - weight) < 1e-12);
  });
});

test('return attribution weighs a label by what the price did during it', () => {
  const close = Float64Array.of(100, 100, 110, 110, 99, 99);
  const series = { close, rows: range(0, 4), bars: range(1, 5), ends: range(2, 6) };
  const weights = rowWeights(sampling({ weights: 'return_attribution' }), range(0, 4), [series], new Float64Array(4));
  const [up, down] = [Math.log(1.1), -Math.log(0.9)];
  const expected = [up, 0, down, 0].map((change) => (4 * change) / (up + down));
  expected.forEach((value, i) => {
    assert.ok(Math.abs((weights?.[i] ?? -1) - value) < 1e-12);
  });
});

test('rows that would weigh 0 are left out, and the others weigh 1 in the mean', () => {
  const series = walk(1, 100, 1);
  const { rows, weights } = trainingSample(
    sampling({ time_decay: -0.5 }),
    range(0, 80),
    [series],
    new Float64Array(100),
  );
  assert.deepEqual([rows[0], rows.length], [40, 40]);
  assert.ok(weights);
  assert.ok(Math.abs(rows.reduce((sum, row) => sum + weights[row], 0) - rows.length) < 1e-9);
  assert.ok(rows.every((row, i) => i === 0 || weights[row] > weights[row - 1]));
  assert.ok(range(80, 100).every((row) => weights[row] === 1));
});

test('prices that stand still leave nothing to attribute', () => {
  const flat = { ...walk(1, 10, 2), close: new Float64Array(14).fill(5) };
  const wished = sampling({ weights: 'return_attribution' });
  assert.throws(() => rowWeights(wished, range(0, 10), [flat], new Float64Array(10)), {
    code: 'insufficient_data',
    message: 'All 10 training rows weigh 0.',
  });
});

test('balanced classes weigh the same in all, by the frequencies of the training rows', () => {
  const series = walk(1, 40, 1);
  const targets = Float64Array.from({ length: 40 }, (_, row) => (row < 20 ? (row % 5 === 0 ? 2 : 0) : 1));
  const { weights } = trainingSample(sampling({ class_weights: 'balanced' }), range(0, 20), [series], targets);
  assert.ok(weights);
  assert.deepEqual([weights[0], weights[1], weights[30]], [20 / (2 * 4), 20 / (2 * 16), 1]);
});

test('factors are multiplied', () => {
  const series = walk(1, 60, 4);
  const targets = Float64Array.from({ length: 60 }, (_, row) => (row % 3 === 0 ? 1 : 0));
  const rows = range(0, 60);
  const weights = (given: Record<string, unknown>) => rowWeights(sampling(given), rows, [series], targets) ?? [];
  const parts = [{ weights: 'uniqueness' }, { time_decay: 0.4 }, { class_weights: 'balanced' }];
  const factors = parts.map(weights);
  const all = weights(Object.assign({}, ...parts));
  const scale = all[0] / factors.reduce((whole, factor) => whole * factor[0], 1);
  for (const row of rows) {
    assert.ok(Math.abs(all[row] - scale * factors.reduce((whole, factor) => whole * factor[row], 1)) < 1e-12);
  }
});

test('time passes by uniqueness: a crowd of labels ages as little as one', () => {
  const series = walk(1, 60, 4);
  // Rows 0 to 3 share their bars, rows 20 and 40 have theirs to themselves.
  const rows = Int32Array.from([0, 1, 2, 3, 20, 40]);
  const weights = rowWeights(sampling({ time_decay: 0 }), rows, [series], new Float64Array(60));
  assert.ok(weights);
  const steps = [...weights].map((weight, i) => weight - (i === 0 ? 0 : weights[i - 1]));
  const crowded = (1 / 1 + 1 / 2 + 1 / 3 + 1 / 4) / 4;
  assert.ok(Math.abs(steps[0] / steps[5] - crowded) < 1e-12);
  assert.ok(Math.abs(steps[4] / steps[5] - 1) < 1e-12);
});

test('time decay of 1 is none, of 0 falls to nothing at the beginning', () => {
  const ones = new Float64Array(4).fill(1);
  assert.deepEqual([...timeDecay(ones, 1)], [1, 1, 1, 1]);
  assert.deepEqual([...timeDecay(ones, 0)], [0.25, 0.5, 0.75, 1]);
});

/** Spans over up to 60 bars, none of them empty. */
const anySpans = fc.array(fc.tuple(fc.nat(49), fc.nat(9)), { minLength: 2, maxLength: 60 }).map(
  (spans): Spans => ({
    first: Int32Array.from(spans, ([first]) => first),
    last: Int32Array.from(spans, ([first, length]) => first + length),
  }),
);

test('concurrency and uniqueness are what counting bar by bar gives', () => {
  fc.assert(
    fc.property(anySpans, (spans) => {
      const covering = (bar: number) => spans.first.filter((from, i) => from <= bar && bar <= spans.last[i]).length;
      assert.deepEqual(
        [...concurrency(spans, 60)],
        Array.from({ length: 60 }, (_, bar) => covering(bar)),
      );
      averageUniqueness(spans, 60).forEach((unique, i) => {
        const shares = [...range(spans.first[i], spans.last[i] + 1)].map((bar) => 1 / covering(bar));
        assert.ok(Math.abs(unique - shares.reduce((sum, share) => sum + share, 0) / shares.length) < 1e-12);
      });
    }),
    { numRuns: 60, seed: 2 },
  );
});

test('a sequential bootstrap is the same for the same seed, and draws more unique samples than a plain one', () => {
  const spans = { first: range(0, 20).map((i) => 5 * i), last: range(0, 20).map((i) => 5 * i + 6) };
  const drawn = sequentialBootstrap(spans, 20, seededRandom(5));
  assert.deepEqual(sequentialBootstrap(spans, 20, seededRandom(5)), drawn);
  assert.notDeepEqual(sequentialBootstrap(spans, 20, seededRandom(6)), drawn);
  const uniqueness = (places: Int32Array) => {
    const taken = { first: places.map((place) => spans.first[place]), last: places.map((place) => spans.last[place]) };
    return averageUniqueness(taken, 102).reduce((sum, unique) => sum + unique, 0) / places.length;
  };
  const means = [0, 0];
  for (let seed = 0; seed < 40; seed++) {
    const random = seededRandom(1000 + seed);
    means[0] += uniqueness(sequentialBootstrap(spans, 20, seededRandom(seed))) / 40;
    means[1] += uniqueness(range(0, 20).map(() => Math.floor(random() * 20))) / 40;
  }
  assert.ok(means[0] > means[1] + 0.02, `${means}`);
});

test('the sampling block of a document is read with its defaults', () => {
  assert.deepEqual(sampling({}), { events: 'all', weights: 'none', time_decay: null, class_weights: 'none' });
  assert.deepEqual(sampling({ events: { method: 'cusum' } }).events, {
    method: 'cusum',
    volatility_multiple: 1,
    span: 50,
  });
  const refused = (given: unknown) => samplingSchema.safeParse(given).error?.issues.map(({ path }) => path.join('.'));
  assert.deepEqual(refused({ events: 'cusum' }), ['events']);
  assert.deepEqual(refused({ events: { method: 'cusum', threshold: 0.01, span: 5 } }), ['events']);
  assert.deepEqual(refused({ time_decay: -1 }), ['time_decay']);
  assert.deepEqual(refused({ weights: 'equal' }), ['weights']);
});

test('a bag holds each row as often as it was drawn, of every symbol as many as it has, and weighs 1 in the mean', () => {
  const bars = range(0, 40);
  const symbol = (rows: Int32Array): SampledSeries => ({
    close: new Float64Array(60).fill(1),
    rows,
    bars,
    ends: bars.map((bar) => bar + 5),
  });
  const [even, odd] = [bars.map((bar) => 2 * bar), bars.map((bar) => 2 * bar + 1)];
  const rows = range(0, 80);
  const series = [symbol(even), symbol(odd)];
  const drawn = bag({ rows, weights: null }, series, 100, seededRandom(3));
  assert.deepEqual(bag({ rows, weights: null }, series, 100, seededRandom(3)), drawn);
  const { rows: kept, weights } = drawn;
  assert.ok(weights !== null && weights.length === 100 && kept.length < 80 && kept.length > 40);
  const total = kept.reduce((sum, row) => sum + weights[row], 0);
  assert.ok(Math.abs(total - kept.length) < 1e-9);
  const times = (own: Int32Array) =>
    own.filter((row) => kept.includes(row)).reduce((sum, row) => sum + (weights[row] * 80) / kept.length, 0);
  for (const own of [even, odd]) assert.ok(Math.abs(times(own) - 40) < 1e-9, `${times(own)} draws`);
  const weighed = bag({ rows, weights: new Float64Array(100).fill(2) }, series, 100, seededRandom(3));
  assert.deepEqual(weighed.rows, kept);
  kept.forEach((row) => {
    assert.ok(Math.abs((weighed.weights?.[row] ?? 0) - weights[row]) < 1e-12);
  });
});

test('labels without a bar of their own can be drawn', () => {
  const bars = range(0, 20);
  const spans = { first: bars.map((bar) => bar + 1), last: bars.map((bar) => (bar % 2 === 0 ? bar : bar + 3)) };
  assert.equal(sequentialBootstrap(spans, 20, seededRandom(1)).length, 20);
  assert.ok(sequentialBootstrap(spans, 200, seededRandom(1)).some((place) => place % 2 === 0));
});

test('a tree of sums draws the place that a running sum would', () => {
  const sizes = fc.array(fc.nat(9), { minLength: 1, maxLength: 20 }).filter((all) => all.some((size) => size > 0));
  fc.assert(
    fc.property(sizes, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(19), (all, share, at) => {
      const tree = new SumTree(new Float64Array(all.length));
      all.forEach((size, place) => {
        tree.resize(place, size);
      });
      tree.resize(at % all.length, all[at % all.length]);
      const goal = share * all.reduce((sum, size) => sum + size, 0);
      let sum = 0;
      const wanted = all.findIndex((size) => {
        sum += size;
        return sum > goal;
      });
      assert.equal(tree.placeAt(share), wanted);
    }),
  );
});
