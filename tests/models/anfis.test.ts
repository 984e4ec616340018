import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabError } from '@stratlab/data/error.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { fillStrengths, rawOutputs } from '@stratlab/models/anfis/inference.ts';
import { kMeans } from '@stratlab/models/anfis/k-means.ts';
import { type AnfisSpec, layoutOf, partsOf } from '@stratlab/models/anfis/layout.ts';
import { memberships } from '@stratlab/models/anfis/membership.ts';
import { anfisNetwork } from '@stratlab/models/anfis/network.ts';
import { fillPremiseGradient } from '@stratlab/models/anfis/premise-gradient.ts';
import { rulesOf } from '@stratlab/models/anfis/rules.ts';
import { StepSize } from '@stratlab/models/anfis/step-size.ts';
import { trainAnfis } from '@stratlab/models/anfis/train.ts';
import type { Checkpoint, Dataset, TrainedNetwork } from '@stratlab/models/engine.ts';
import { modelSpecSchema } from '@stratlab/models/spec.ts';
import fc from 'fast-check';

function specOf(changes: Partial<AnfisSpec> = {}): AnfisSpec {
  const spec = modelSpecSchema.parse({
    type: 'anfis',
    inputs: 2,
    outputs: 1,
    task: 'regression',
    seed: 5,
    partition: 'clustered',
    sets: 2,
    rules: 3,
    membership: 'gaussian',
    consequent: 'linear',
    epochs: 10,
    stepSize: 0.05,
    earlyStopping: null,
    ...changes,
  });
  assert(spec.type === 'anfis');
  return spec;
}

const threeClasses = { task: 'classification', outputs: 3 } as const;

/** Normal features; the target is a wave with noise, or for classification the third it falls into. */
function noisy({ inputs, task }: AnfisSpec, rows: number, seed: number): Dataset {
  const random = seededRandom(seed);
  const features = Float64Array.from({ length: rows * inputs }, () => normal(random));
  const targets = Float64Array.from({ length: rows }, (_, row) => {
    const x = features.subarray(row * inputs, (row + 1) * inputs);
    const y = Math.sin(2 * x[0]) + 0.5 * x[inputs - 1] + 0.3 * normal(random);
    return task === 'regression' ? y : y < -0.4 ? 0 : y < 0.4 ? 1 : 2;
  });
  return { rows, features, targets, weights: null };
}

function trained(
  spec: AnfisSpec,
  train: Dataset,
  validation: Dataset | null = null,
  resumeFrom?: Checkpoint,
): Promise<TrainedNetwork> {
  return trainAnfis(spec, { train, validation }, { onEpoch() {}, resumeFrom });
}

function outputsOf(spec: AnfisSpec, { weights }: TrainedNetwork, { features, rows }: Dataset): Float64Array {
  return anfisNetwork.outputs(spec, weights, features, rows);
}

function pick(data: Dataset, rows: readonly number[], weights: Float64Array | null = null): Dataset {
  const inputs = data.features.length / data.rows;
  const features = rows.flatMap((row) => [...data.features.subarray(row * inputs, (row + 1) * inputs)]);
  const targets = Float64Array.from(rows, (row) => data.targets[row]);
  return { rows: rows.length, features: Float64Array.from(features), targets, weights };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function assertClose(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert(Math.abs(value - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i])), `${value} ${expected[i]}`);
  });
}

/** Sum of squared errors of given weights. */
function squares(spec: AnfisSpec, weights: Float64Array, data: Dataset): number {
  const layout = layoutOf(spec);
  const { premises, consequents } = partsOf(layout, weights);
  const strengths = new Float64Array(data.rows * layout.rules);
  fillStrengths(strengths, layout, memberships[spec.membership], premises, data.features, data.rows);
  const outputs = rawOutputs(layout, strengths, consequents, data.features, data.rows);
  return outputs.reduce((sum, y, at) => sum + (y - data.targets[at]) ** 2, 0);
}

test('logarithms of memberships are those of the definitions, also where the membership itself is 0', () => {
  const gauss = Float64Array.of(1, 2);
  assert.equal(memberships.gaussian.logarithm(gauss, 0, 5), -2);
  const bell = Float64Array.of(1, 2, 1.5);
  assert(Math.abs(memberships.bell.logarithm(bell, 0, 5) + Math.log(1 + 2 ** 3)) < 1e-15);
  assert.equal(Math.exp(memberships.bell.logarithm(bell, 0, 1)), 1);
  assert(Number.isFinite(memberships.gaussian.logarithm(Float64Array.of(0, 1e-90), 0, 1e100)));
  assert(Math.abs(memberships.bell.logarithm(bell, 0, 2e100) + 300 * Math.log(10)) < 1e-9);
});

for (const membership of ['bell', 'gaussian'] as const) {
  for (const partition of ['grid', 'clustered'] as const) {
    test(`the gradient of ${membership}s in a ${partition} partition is that of differences`, async () => {
      const spec = specOf({ membership, partition, epochs: 2 });
      const data = noisy(spec, 40, 1);
      const weights = (await trained(spec, data)).weights;
      const layout = layoutOf(spec);
      const { premises, consequents } = partsOf(layout, weights);
      const strengths = new Float64Array(data.rows * layout.rules);
      fillStrengths(strengths, layout, memberships[membership], premises, data.features, data.rows);
      const outputs = rawOutputs(layout, strengths, consequents, data.features, data.rows);
      const errors = outputs.map((y, at) => y - data.targets[at]);
      const gradient = new Float64Array(layout.premiseCount);
      const pass = { premises, consequents, strengths, errors };
      fillPremiseGradient(gradient, layout, memberships[membership], data, pass);
      const numeric = gradient.map((_, at) => {
        const moved = (by: number) => squares(spec, weights.with(at, weights[at] + by), data);
        return (moved(1e-5) - moved(-1e-5)) / 2e-5;
      });
      assert(gradient.some((slope) => Math.abs(slope) > 0.01));
      assertClose(gradient, numeric, 1e-6);
    });
  }
}

test('the step grows by a tenth while four decreases stand in a row and shrinks after two ups and downs', () => {
  const falling = new StepSize(1);
  for (const error of [9, 8, 7, 6]) falling.record(error);
  assert.equal(falling.value, 1);
  falling.record(5);
  assert.equal(falling.value, 1.1);
  falling.record(4);
  assert.equal(falling.value, 1.1 * 1.1);
  const wavering = new StepSize(1);
  for (const error of [1, 2, 1, 2, 1]) wavering.record(error);
  assert.equal(wavering.value, 0.9);
  for (const error of [2, 1, 2]) wavering.record(error);
  assert.equal(wavering.value, 0.9);
  wavering.record(1);
  assert.equal(wavering.value, 0.9 * 0.9);
  const neither = new StepSize(1);
  for (const error of [5, 4, 3, 4, 3, 2, 2, 2, 2]) neither.record(error);
  assert.equal(neither.value, 1);
});

test('k-means finds clusters that lie apart, and their weighted means', () => {
  const points = Float64Array.of(0, 0, 10, 10, 0, 3, 10, 13, 20, 0);
  const groups = new Int32Array(5);
  const centres = kMeans(points, Float64Array.of(1, 1, 2, 1, 1), 2, 3, seededRandom(1), groups);
  assert.equal(groups[0], groups[2]);
  assert.equal(groups[1], groups[3]);
  assert.equal(new Set(groups).size, 3);
  assert.deepEqual([...centres.subarray(2 * groups[0], 2 * groups[0] + 2)], [0, 2]);
  assert.deepEqual([...centres.subarray(2 * groups[1], 2 * groups[1] + 2)], [10, 11.5]);
});

test('k-means with fewer points than clusters repeats a point of weight', () => {
  const groups = new Int32Array(3);
  const centres = kMeans(Float64Array.of(1, 1, 9), Float64Array.of(1, 2, 0), 1, 3, seededRandom(2), groups);
  assert.deepEqual([...centres], [1, 1, 1]);
});

test('no consequent moved either way lowers the squared error', async () => {
  for (const consequent of ['constant', 'linear'] as const) {
    const spec = specOf({ consequent, epochs: 3 });
    const data = noisy(spec, 60, 2);
    const { weights } = await trained(spec, data);
    const least = squares(spec, weights, data);
    for (let at = layoutOf(spec).premiseCount; at < weights.length; at++) {
      for (const by of [1e-3, -1e-3])
        assert(squares(spec, weights.with(at, weights[at] + by), data) > least - 1e-12 * least);
    }
  }
});

test('the order of the rows does not matter to the least squares beyond rounding', async () => {
  const spec = specOf({ partition: 'grid', sets: 3, epochs: 1 });
  const data = noisy(spec, 80, 3);
  const expected = outputsOf(spec, await trained(spec, data), data);
  const orders = fc.shuffledSubarray(range(80), { minLength: 80, maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      assertClose(outputsOf(spec, await trained(spec, pick(data, order)), data), expected, 1e-7);
    }),
    { numRuns: 20 },
  );
});

test('a row of weight 2 counts as two rows, a row of weight 0 as none', async () => {
  for (const partition of ['grid', 'clustered'] as const) {
    const spec = specOf({ ...threeClasses, partition, rules: 2, epochs: 4 });
    const data = noisy(spec, 60, 4);
    data.features[0] = 1e4;
    const counts = range(60).map((row) => [0, 1, 2][row % 3]);
    const weighted = await trained(spec, { ...data, weights: Float64Array.from(counts) });
    const repeated = await trained(
      spec,
      pick(
        data,
        counts.flatMap((count, row) => Array(count).fill(row)),
      ),
    );
    if (partition === 'grid') assertClose(weighted.weights, repeated.weights, 1e-7);
    assert(rulesOf(spec, weighted.weights).sets.every(({ centre }) => Math.abs(centre) < 10));
    assert.notDeepEqual(weighted.weights, (await trained(spec, data)).weights);
  }
});

test('constant inputs, repeated inputs, one row and fewer rows than unknowns are fitted without blowing up', async () => {
  const spec = specOf({ inputs: 3, partition: 'grid', epochs: 5 });
  for (const [rows, constant] of [
    [1, 7],
    [2, 7],
    [12, 0],
    [50, 7],
  ]) {
    const data = noisy(spec, rows, 6);
    for (let row = 0; row < rows; row++) {
      data.features[row * 3 + 1] = constant;
      data.features[row * 3 + 2] = data.features[row * 3];
    }
    const { weights, history } = await trained(spec, data);
    const variance = data.targets.reduce((sum, y) => sum + y * y, 0) / rows;
    assert(weights.every((weight) => Math.abs(weight) < 1e7));
    assert(history.every(({ trainLoss }) => trainLoss < 0.9 * variance));
  }
});

test('a target that is met exactly leaves nothing to descend', async () => {
  const spec = specOf({ epochs: 3 });
  const data = noisy(spec, 30, 6);
  const { weights, history } = await trained(spec, { ...data, targets: new Float64Array(30) });
  assert(weights.every(Number.isFinite));
  assert.deepEqual(
    history.map(({ trainLoss }) => trainLoss),
    [0, 0, 0],
  );
});

test('over many inputs several clustered rules still answer for a row', async () => {
  const spec = specOf({ inputs: 20, rules: 4, epochs: 1 });
  const data = noisy(spec, 300, 6);
  const layout = layoutOf(spec);
  const { premises } = partsOf(layout, (await trained(spec, data)).weights);
  const strengths = new Float64Array(300 * 4);
  fillStrengths(strengths, layout, memberships.gaussian, premises, data.features, 300);
  const strongest = range(300).map((row) => Math.max(...strengths.subarray(4 * row, 4 * row + 4)));
  const mean = strongest.reduce((sum, strength) => sum + strength, 0) / 300;
  assert(mean > 0.26 && mean < 0.6, `mean share of the strongest rule ${mean}`);
});

test('class probabilities are positive, sum to 1 and stay finite for the wildest inputs', async () => {
  for (const membership of ['bell', 'gaussian'] as const) {
    const spec = specOf({ ...threeClasses, membership });
    const { weights } = await trained(spec, noisy(spec, 60, 7));
    const wild = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(wild, wild, (x, y) => {
        const probabilities = anfisNetwork.outputs(spec, weights, Float64Array.of(x, y), 1);
        assert(probabilities.every((p) => p > 0 && p < 1));
        assert(Math.abs(probabilities.reduce((sum, p) => sum + p, 0) - 1) < 1e-12);
      }),
    );
  }
});

test('clustered rules separate the exclusive or that no plane can', async () => {
  const spec = specOf({ task: 'classification', outputs: 2, rules: 4, consequent: 'constant', epochs: 30 });
  const random = seededRandom(8);
  const corners = range(200).map((i) => [i % 2, (i >> 1) % 2]);
  const features = Float64Array.from(corners.flat(), (corner) => 4 * corner + 0.4 * normal(random));
  const targets = Float64Array.from(corners, ([x, y]) => x ^ y);
  const { history } = await trained(spec, { rows: 200, features, targets, weights: null });
  assert(history[29].trainLoss < 0.02, `Brier score ${history[29].trainLoss}`);
});

test('the loss is the squared error, of classes the Brier score of the probabilities', async () => {
  for (const changes of [{}, threeClasses]) {
    const spec = specOf(changes);
    const [train, validation] = [noisy(spec, 80, 9), noisy(spec, 50, 10)];
    const weights = Float64Array.from({ length: 80 }, (_, row) => 1 + (row % 4));
    const result = await trained(spec, { ...train, weights }, validation);
    const score = (data: Dataset, rowWeights: Float64Array) => {
      const outputs = outputsOf(spec, result, data);
      const indicator = (at: number) => (data.targets[Math.floor(at / spec.outputs)] === at % spec.outputs ? 1 : 0);
      const target = (at: number) => (spec.task === 'regression' ? data.targets[at] : indicator(at));
      const sum = outputs.reduce(
        (s, y, at) => s + rowWeights[Math.floor(at / spec.outputs)] * (y - target(at)) ** 2,
        0,
      );
      return sum / rowWeights.reduce((s, weight) => s + weight, 0);
    };
    const last = result.history[9];
    assert(Math.abs(last.trainLoss - score(train, weights)) < 1e-12);
    assert(
      last.validationLoss !== null &&
        Math.abs(
          last.validationLoss -
            score(
              validation,
              validation.targets.map(() => 1),
            ),
        ) < 1e-12,
    );
  }
});

test('training gives the same bits again, and from any checkpoint', async () => {
  const spec = specOf({ ...threeClasses, epochs: 14, earlyStopping: { patience: 20, minDelta: 0 } });
  const data = { train: noisy(spec, 70, 11), validation: noisy(spec, 40, 12) };
  const checkpoints: Checkpoint[] = [];
  const whole = await trainAnfis(spec, data, {
    onEpoch(_, checkpoint) {
      checkpoints.push(checkpoint());
    },
  });
  assert.equal(checkpoints.length, 14);
  assert.deepEqual(await trained(spec, data.train, data.validation), whole);
  for (const checkpoint of checkpoints) {
    assert.deepEqual(await trained(spec, data.train, data.validation, structuredClone(checkpoint)), whole);
  }
});

test('early stopping returns the weights of the epoch with the lowest validation loss', async () => {
  const spec = specOf({ rules: 8, epochs: 200, stepSize: 0.3, earlyStopping: { patience: 5, minDelta: 0 } });
  const [train, validation] = [noisy(spec, 60, 13), noisy(spec, 60, 14)];
  const { bestEpoch, history, stoppedEarly, weights } = await trained(spec, train, validation);
  const losses = history.map(({ validationLoss }) => validationLoss ?? Number.NaN);
  assert.equal(losses.indexOf(Math.min(...losses)), bestEpoch - 1);
  assert(stoppedEarly && history.length === bestEpoch + 5 && history.length < 200);
  const short = await trained({ ...spec, epochs: bestEpoch, earlyStopping: null }, train);
  assert.deepEqual(weights, short.weights);
});

test('without early stopping the last epoch is the result', async () => {
  const spec = specOf({ epochs: 6 });
  const { bestEpoch, history, stoppedEarly } = await trained(spec, noisy(spec, 50, 15), noisy(spec, 50, 16));
  assert.deepEqual([bestEpoch, history.length, stoppedEarly], [6, 6, false]);
});

test('even with endless steps every set stays readable: near the data, neither a needle nor a plain', async () => {
  for (const membership of ['bell', 'gaussian'] as const) {
    const spec = specOf({ membership, partition: 'grid', sets: 3, stepSize: 10, epochs: 40 });
    const data = noisy(spec, 60, 17);
    const { sets } = rulesOf(spec, (await trained(spec, data)).weights);
    for (const { input, centre, width, slope } of sets) {
      const column = range(60).map((row) => data.features[row * 2 + input]);
      const [low, high] = [Math.min(...column), Math.max(...column)];
      const span = high - low;
      assert(centre >= low - 0.25 * span - 1e-12 && centre <= high + 0.25 * span + 1e-12);
      assert(width >= 0.01 * span && width <= 100 * span);
      assert(membership === 'bell' ? slope !== null && slope >= 0.5 && slope <= 10 : slope === null);
    }
  }
});

test('the rules as data say what the network says', async () => {
  for (const partition of ['grid', 'clustered'] as const) {
    const spec = specOf({ ...threeClasses, partition, sets: 3 });
    const result = await trained(spec, noisy(spec, 60, 18));
    const { sets, rules } = rulesOf(spec, result.weights);
    assert.equal(rules.length, partition === 'grid' ? 9 : 3);
    const x = [0.3, -0.8];
    const fired = rules.map(({ premises }) =>
      premises.reduce((product, set, i) => {
        assert.equal(sets[set].input, i);
        return product * Math.exp(-(((x[i] - sets[set].centre) / sets[set].width) ** 2) / 2);
      }, 1),
    );
    const total = fired.reduce((sum, strength) => sum + strength, 0);
    const says = range(3).map((k) =>
      rules.reduce((sum, { consequents }, r) => {
        const { slopes, constant } = consequents[k];
        return sum + (fired[r] / total) * (constant + slopes[0] * x[0] + slopes[1] * x[1]);
      }, 0),
    );
    const clipped = says.map((y) => Math.min(Math.max(y, 0.001), 1));
    const sum = clipped.reduce((a, b) => a + b, 0);
    const probabilities = Float64Array.from(clipped, (y) => y / sum);
    assertClose(anfisNetwork.outputs(spec, result.weights, Float64Array.from(x), 1), probabilities, 1e-10);
  }
});

test('every option changes the outcome where it applies', async () => {
  const clustered = specOf();
  const grid = specOf({ partition: 'grid' });
  const data = noisy(clustered, 60, 19);
  const variants: [AnfisSpec, Partial<AnfisSpec>[]][] = [
    [clustered, [{ rules: 4 }, { seed: 6 }, { partition: 'grid' }]],
    [grid, [{ sets: 3 }]],
    [grid, [{ membership: 'bell' }, { consequent: 'constant' }, { stepSize: 0.06 }, { epochs: 11 }]],
  ];
  for (const [spec, changes] of variants) {
    const outputs = outputsOf(spec, await trained(spec, data), data);
    for (const change of changes) {
      const changed = { ...spec, ...change };
      assert.notDeepEqual(outputsOf(changed, await trained(changed, data), data), outputs, JSON.stringify(change));
    }
  }
});

test('the tensors cover the weights', async () => {
  const spec = specOf({ ...threeClasses, inputs: 4, rules: 6, membership: 'bell' });
  const tensors = anfisNetwork.tensors(spec);
  assert.deepEqual(tensors, [
    { name: 'premises', shape: [4, 6, 3] },
    { name: 'consequents', shape: [6, 5, 3] },
  ]);
  const { weights } = await trained(spec, noisy(spec, 50, 20));
  assert.equal(weights.length, 4 * 6 * 3 + 6 * 5 * 3);
});

test('what cannot be trained is refused with what is allowed', async () => {
  const refuses = (code: string, text: RegExp) => (error: unknown) =>
    error instanceof LabError && error.code === code && text.test(error.message);
  const large = specOf({ partition: 'grid', inputs: 13 });
  await assert.rejects(trained(large, noisy(large, 5, 1)), refuses('limit_exceeded', /8192 rules; at most 4096/));
  const wide = specOf({ partition: 'grid', inputs: 11 });
  await assert.rejects(trained(wide, noisy(wide, 5, 1)), refuses('limit_exceeded', /24576 unknowns/));
  const spec = specOf();
  const data = noisy(spec, 5, 1);
  await assert.rejects(trained(spec, pick(data, [])), refuses('insufficient_data', /no rows/));
  const weightless = { ...data, weights: new Float64Array(5) };
  await assert.rejects(trained(spec, weightless), refuses('insufficient_data', /weight 0/));
  await assert.rejects(trained(specOf({ outputs: 2 }), data), refuses('invalid_input', /one output, not 2/));
  const infinite = { ...data, targets: data.targets.with(0, 1e300) };
  await assert.rejects(trained(spec, infinite), refuses('invalid_input', /no longer finite in epoch 1/));
});

test('an error thrown in a hook ends the training', async () => {
  const spec = specOf();
  let epochs = 0;
  const onEpoch = () => {
    if (++epochs === 3) throw new LabError('cancelled', 'Enough.');
  };
  await assert.rejects(trainAnfis(spec, { train: noisy(spec, 20, 1), validation: null }, { onEpoch }), /Enough/);
  assert.equal(epochs, 3);
});
