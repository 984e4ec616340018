import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { referenceEngine } from '@stratlab/models/engines/reference.ts';
import { accuracyOf } from '@stratlab/models/explanation/accuracy.ts';
import { blockIntervals, blocksOf, type Interval, shuffledBlocks } from '@stratlab/models/explanation/blocks.ts';
import { brierOf } from '@stratlab/models/explanation/brier.ts';
import { byRegime, surroundingsOf } from '@stratlab/models/explanation/by-regime.ts';
import { type ImportanceRequest, permutationImportance } from '@stratlab/models/explanation/importance.ts';
import { binsOf, reliabilityOf, topProbabilities } from '@stratlab/models/explanation/reliability.ts';
import { classesSaid } from '@stratlab/models/explanation/task.ts';
import { predict } from '@stratlab/models/predict.ts';
import { classes, LONG, SHORT } from '@stratlab/strategies/label.ts';
import fc from 'fast-check';
import { logisticSpec, mlpSpec } from '../specs.ts';

/** Four slow columns (autocorrelation 0.9), of which only the second tells the class. */
function world(rows: number, seed: number) {
  const random = seededRandom(seed);
  const features = new Float64Array(rows * 4);
  for (let i = 0; i < features.length; i++)
    features[i] = (i < 4 ? 0 : 0.9 * features[i - 4]) + Math.sqrt(1 - 0.81) * normal(random);
  const targets = Float64Array.from({ length: rows }, (_, row) => {
    const push = features[row * 4 + 1] + 0.7 * normal(random);
    return push > 0.4 ? 0 : push < -0.4 ? 2 : 1;
  });
  return { rows, features, targets, weights: null };
}

const groups = [
  { name: 'idle', columns: [0] },
  { name: 'telling', columns: [1] },
  { name: 'pair', columns: [2, 3] },
];

/** A network trained on one such world, to be explained on others. */
async function trainedOn(
  spec: Parameters<typeof referenceEngine.train>[0],
): Promise<(seed: number) => ImportanceRequest> {
  const { weights } = await referenceEngine.train(spec, { train: world(3000, 1), validation: null }, { onEpoch() {} });
  const normalisation = [0, 1, 2, 3].map(() => ({ method: 'none' as const }));
  return (seed) => {
    const { features, targets, rows } = world(1500, seed);
    return {
      forecast: (given) => predict({ spec, weights, normalisation, target: null }, given),
      features,
      width: 4,
      task: { classes, targets },
      groups,
      blocks: blocksOf(rows, 20),
      repeats: 10,
      seed: 3,
      pause: async () => {},
    };
  };
}

const holdsZero = (interval: Interval | null) => interval !== null && interval.low <= 0 && interval.high >= 0;

for (const spec of [logisticSpec({ inputs: 4, epochs: 20 }), mlpSpec({ inputs: 4, epochs: 10, batchSize: 32 })]) {
  test(`of a trained ${spec.type} the one variable that tells is important, of the others nothing is known`, async () => {
    const requestOn = await trainedOn(spec);
    let missed = 0;
    for (let seed = 100; seed < 112; seed++) {
      const [first, ...others] = await permutationImportance(requestOn(seed));
      const { lossRise, lossInterval, accuracyInterval } = first;
      assert.equal(first.name, 'telling');
      assert.ok(lossInterval !== null && lossInterval.low > 0.1, JSON.stringify(first));
      assert.ok(accuracyInterval !== null && accuracyInterval.low > 0.1, JSON.stringify(first));
      assert.ok(lossRise > lossInterval.low && lossRise < lossInterval.high);
      missed += others.filter((own) => !holdsZero(own.lossInterval)).length;
    }
    assert.ok(missed <= 5, `${missed} of 24 intervals of 90 % leave out 0, which is true`);
  });
}

test('the same seed gives the same importance, another one another', async () => {
  const request = (await trainedOn(logisticSpec({ inputs: 4, epochs: 5 })))(104);
  const found = await permutationImportance(request);
  assert.deepEqual(
    found.slice(1).map(({ lossInterval }) => holdsZero(lossInterval)),
    [true, true],
  );
  assert.deepEqual(await permutationImportance(request), found);
  assert.notDeepEqual(await permutationImportance({ ...request, seed: 4 }), found);
});

test('what a model does not read has no importance at all, and features stay as they were', async () => {
  const { features, targets } = world(600, 5);
  const kept = features.slice();
  const found = await permutationImportance({
    forecast: (given) => Float64Array.from({ length: given.length / 4 }, (_, row) => given[row * 4 + 1]),
    features,
    width: 4,
    task: { classes: null, targets: targets.map((truth) => 1 - truth) },
    groups,
    blocks: blocksOf(600, 10),
    repeats: 5,
    seed: 1,
    pause: async () => {},
  });
  assert.deepEqual(features, kept);
  assert.deepEqual(found.map(({ name }) => name)[0], 'telling');
  for (const { lossRise, accuracyDrop, lossInterval } of found.slice(1))
    assert.deepEqual([lossRise, accuracyDrop, lossInterval], [0, 0, { low: 0, high: 0 }]);
});

test('shuffled blocks hold every row once, blocks whole', () => {
  const blocks = blocksOf(103, 10);
  assert.deepEqual([...blocks], [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 103]);
  const sources = shuffledBlocks(blocks, seededRandom(1));
  assert.deepEqual(
    [...sources].sort((a, b) => a - b),
    Array.from({ length: 103 }, (_, k) => k),
  );
  const breaks = [...sources].filter((source, k) => k > 0 && source !== sources[k - 1] + 1);
  assert.ok(breaks.length <= 9 && breaks.every((source) => [...blocks].includes(source)));
});

/** Hits that stay as they are with the probability `persistence`; right half of the time. */
function hits(rows: number, persistence: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const drawn = new Int32Array(rows);
  for (let row = 0; row < rows; row++)
    drawn[row] = row > 0 && random() < persistence ? drawn[row - 1] : Math.floor(2 * random());
  return drawn;
}

test('nine of ten 90 % intervals of accuracy hold the truth, though the rows depend on each other', () => {
  for (const persistence of [0, 0.8]) {
    let held = 0;
    for (let seed = 0; seed < 200; seed++) {
      const truth = hits(800, persistence, 1000 + seed);
      const said = new Int32Array(800);
      const { interval } = accuracyOf({ classes: ['a', 'b'], said, truth }, blocksOf(800, 25), seed);
      if (interval !== null && interval.low <= 0.5 && interval.high >= 0.5) held++;
    }
    assert.ok(held >= 165 && held <= 195, `${held} of 200 at persistence ${persistence}`);
  }
});

test('accuracy, confusion and lead are those of a count by hand; few blocks have no interval', () => {
  const truth = Int32Array.of(0, 0, 0, 1, 1, 2);
  const said = Int32Array.of(0, 0, 1, 1, 2, 2);
  const found = accuracyOf({ classes, said, truth }, blocksOf(6, 1), 1);
  assert.deepEqual(found.confusion, [
    [2, 1, 0],
    [0, 1, 1],
    [0, 0, 1],
  ]);
  assert.ok(Math.abs(found.accuracy - 4 / 6) < 1e-12 && Math.abs(found.lead - 1 / 6) < 1e-12);
  assert.ok(Math.abs(found.balancedAccuracy - (2 / 3 + 1 / 2 + 1) / 3) < 1e-12);
  assert.deepEqual([found.majorityClass, found.majorityAccuracy, found.interval], ['long', 0.5, null]);
});

test('a statistic that some draws leave undefined has no interval', () => {
  const blocks = blocksOf(1000, 1);
  assert.deepEqual(
    blockIntervals(blocks, 1, (counts) => [counts[0] === 0 ? Number.NaN : 1, 2]),
    [null, { low: 2, high: 2 }],
  );
});

/** Three classes; the model's probabilities are the truth where `sharpness` is 1, too sure of themselves above. */
function forecasts(rows: number, sharpness: number, seed: number) {
  const random = seededRandom(seed);
  const probabilities = new Float64Array(rows * 3);
  const truth = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const weights = [0, 1, 2].map(() => Math.exp(normal(random)));
    const total = weights.reduce((sum, weight) => sum + weight);
    const sharp = weights.map((weight) => weight ** sharpness);
    const sharpTotal = sharp.reduce((sum, weight) => sum + weight);
    const at = random() * total;
    truth[row] = at < weights[0] ? 0 : at < weights[0] + weights[1] ? 1 : 2;
    probabilities.set(
      sharp.map((weight) => weight / sharpTotal),
      row * 3,
    );
  }
  return { probabilities, truth };
}

function reliabilityOfForecasts(sharpness: number) {
  const { probabilities, truth } = forecasts(20_000, sharpness, 7);
  const said = classesSaid({ classes }, probabilities);
  const right = Float64Array.from(truth, (own, row) => Number(own === said[row]));
  return reliabilityOf(topProbabilities(probabilities, 3), right);
}

test('of a calibrated model every bin comes true as often as it says, of an overconfident one less often', () => {
  const { bins, calibrationError } = reliabilityOfForecasts(1);
  assert.deepEqual(
    bins.map(({ rows }) => rows),
    new Array(10).fill(2000),
  );
  for (const { rows, confidence, hitRate } of bins) {
    const error = Math.sqrt((confidence * (1 - confidence)) / rows);
    assert.ok(Math.abs(confidence - hitRate) < 3.5 * error, `${confidence} came true in ${hitRate}`);
  }
  assert.ok(calibrationError < 0.02, String(calibrationError));
  const over = reliabilityOfForecasts(3);
  assert.ok(over.calibrationError > 0.1);
  assert.ok(over.bins.slice(3).every(({ confidence, hitRate }) => hitRate < confidence));
});

test('equal forecasts share a bin, and no row is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 200 }), (values) => {
      const bins = binsOf(Float64Array.from(values));
      assert.deepEqual(
        bins.flatMap((rows) => [...rows]).sort((a, b) => a - b),
        values.map((_, k) => k),
      );
      const seen = bins.flatMap((rows) => [...new Set(Array.from(rows, (row) => values[row]))]);
      assert.deepEqual(seen, [...new Set(seen)]);
    }),
  );
});

test('the Brier score is the mean squared distance, and its parts add up', () => {
  const { probabilities, truth } = forecasts(5000, 2, 9);
  const { score, reliability, resolution, uncertainty, withinBins } = brierOf(probabilities, truth, 3);
  let expected = 0;
  truth.forEach((own, row) => {
    for (let k = 0; k < 3; k++) expected += (probabilities[row * 3 + k] - Number(own === k)) ** 2 / 5000;
  });
  assert.ok(Math.abs(score - expected) < 1e-12);
  assert.ok(Math.abs(reliability - resolution + uncertainty + withinBins - score) < 1e-12);
  assert.ok(reliability > 0.02 && resolution > 0.05 && Math.abs(withinBins) < 0.02);
  const calm = brierOf(forecasts(20_000, 1, 9).probabilities, forecasts(20_000, 1, 9).truth, 3);
  assert.ok(calm.reliability < 0.002, 'calibrated');
});

test("Murphy's identity holds without remainder where each bin holds one forecast", () => {
  const random = seededRandom(2);
  const drawn = Array.from({ length: 900 }, () => Math.floor(3 * random()));
  const truth = Int32Array.from(drawn, (level) => (random() < [0.2, 0.5, 0.9][level] ? 0 : 1));
  const probabilities = Float64Array.from(
    drawn.flatMap(
      (level) =>
        [
          [0.1, 0.9],
          [0.5, 0.5],
          [0.8, 0.2],
        ][level],
    ),
  );
  assert.ok(Math.abs(brierOf(probabilities, truth, 2).withinBins) < 1e-12);
});

test('a model that is right only where its market is calm is seen to be', () => {
  const random = seededRandom(11);
  const rows = 900;
  const volatility = Float64Array.from({ length: rows }, () => random());
  const trend = Float64Array.from({ length: rows }, (_, row) => (row < 3 ? Number.NaN : row % 3 === 0 ? 0.1 : -0.1));
  const truth = Int32Array.from({ length: rows }, () => (random() < 0.5 ? LONG : SHORT));
  const said = truth.map((own, row) => (volatility[row] < 0.33 ? own : LONG));
  const forward = Float64Array.from(truth, (own) => (own === LONG ? 0.01 : -0.01));
  const found = new Map(
    byRegime({ classes, said, truth }, forward, { volatility, trend }).map((own) => [own.regime, own]),
  );
  assert.deepEqual([...found.keys()], ['calm', 'usual', 'stormy', 'up', 'down']);
  assert.deepEqual([found.get('calm')?.rows, found.get('usual')?.rows, found.get('stormy')?.rows], [300, 300, 300]);
  assert.ok((found.get('calm')?.accuracy ?? 0) > 0.98 && (found.get('stormy')?.accuracy ?? 1) < 0.6);
  assert.ok((found.get('calm')?.profit ?? 0) > 0.0097 && Math.abs(found.get('stormy')?.profit ?? 1) < 0.002);
  assert.deepEqual([found.get('up')?.rows, found.get('down')?.rows], [299, 598]);
  const states = byRegime({ classes: ['bullish', 'neutral', 'bearish'], said, truth }, forward, { volatility, trend });
  assert.ok(states.every(({ profit }) => profit === null));
});

test('what surrounds a bar is known at its close', () => {
  const random = seededRandom(4);
  const close = Float64Array.from({ length: 120 }, () => 100 + random());
  const changed = close.map((price, t) => (t > 80 ? price * 2 : price));
  const [before, after] = [surroundingsOf(close), surroundingsOf(changed)];
  for (const column of ['volatility', 'trend'] as const) {
    assert.deepEqual(before[column].subarray(0, 81), after[column].subarray(0, 81));
    assert.notEqual(before[column][81], after[column][81]);
  }
  assert.ok(Number.isNaN(before.volatility[19]) && !Number.isNaN(before.volatility[20]));
});
