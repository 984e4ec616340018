import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabError } from '@stratlab/data/error.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import type { Dataset, TrainingHooks } from '@stratlab/models/engine.ts';
import { chooseEngine, engines } from '@stratlab/models/engines/index.ts';
import { meanLoss } from '@stratlab/models/engines/losses.ts';
import { networkOf } from '@stratlab/models/networks/index.ts';
import { sizeOf } from '@stratlab/models/networks/layout.ts';
import type { ModelSpec, NetworkSpec } from '@stratlab/models/spec.ts';
import { logisticSpec, mlpSpec, recurrentSpec } from '../specs.ts';

const silent: TrainingHooks = { onEpoch() {} };

const spec = mlpSpec({ inputs: 2, hiddenLayers: [12, 8], batchSize: 16, epochs: 60 });

test('auto chooses an engine that takes the model, and an unknown name is refused with the known ones', () => {
  assert.ok(chooseEngine(spec).supports(spec));
  for (const rows of [10, 1e7]) assert.notEqual(chooseEngine(spec, 'auto', rows).id, 'simd_fma');
  assert.throws(
    () => chooseEngine(spec, 'abacus'),
    /"abacus" is not a training engine. Known: auto, simd, reference, simd_fma, tensorflow, webgpu\./,
  );
  assert.throws(() => chooseEngine({ ...spec, loss: 'mse' }), /does not train mlp for classification with mse/);
});

for (const engine of engines.filter((candidate) => candidate.probe().available)) {
  const train = (
    changes: Partial<NetworkSpec<'mlp'>>,
    data: Dataset,
    validation: Dataset | null = null,
    hooks = silent,
  ) => engine.train({ ...spec, ...changes }, { train: data, validation }, hooks);

  test(`${engine.id} learns a rule of three classes planted in two features`, async () => {
    const { weights } = await train({}, planted(1, 600));
    assert.ok(accuracy(weights, planted(2, 400)) > 0.95);
  });

  for (const activation of ['relu', 'tanh', 'sigmoid'] as const) {
    test(`${engine.id} learns exclusive or with ${activation}`, async () => {
      const changes = { outputs: 2, activation, hiddenLayers: [8], batchSize: 4, epochs: 800, learningRate: 0.03 };
      const { history } = await train(changes, exclusiveOr);
      assert.ok(history[history.length - 1].trainLoss < 0.05);
    });
  }

  test(`${engine.id} learns a linear relation by regression`, async () => {
    const changes = { task: 'regression', loss: 'mse', outputs: 1, epochs: 80 } as const;
    const { history } = await train(changes, linear(1, 500));
    assert.ok(history[history.length - 1].trainLoss < 0.01);
  });

  for (const optimizer of ['adam', 'adamw', 'sgd'] as const) {
    test(`${engine.id} lowers the loss with ${optimizer}`, async () => {
      const { history } = await train({ optimizer, learningRate: 0.02, epochs: 20 }, planted(1, 300));
      assert.ok(history[19].trainLoss < 0.8 * history[0].trainLoss);
    });
  }

  test(`${engine.id} gives the same bits for the same seed and others for another`, async () => {
    const changes = { dropout: 0.3, epochs: 5 };
    const data = planted(1, 200);
    const first = await train(changes, data);
    assert.deepEqual(await train(changes, data), first);
    assert.notDeepEqual((await train({ ...changes, seed: 8 }, data)).weights, first.weights);
  });

  test(`every number of the training has an effect on ${engine.id}`, async () => {
    const base = { dropout: 0.1, weightDecay: 0.01, gradientClip: 0.5, epochs: 3, optimizer: 'adamw' } as const;
    const data = planted(1, 200);
    const { weights } = await train(base, data);
    const changes: Partial<NetworkSpec<'mlp'>>[] = [
      { dropout: 0.2 },
      { weightDecay: 0.02 },
      { gradientClip: 0.1 },
      { gradientClip: null },
      { epochs: 4 },
      { batchSize: 17 },
      { learningRate: 0.011 },
      { activation: 'tanh' },
      { optimizer: 'sgd' },
      { optimizer: 'adam' },
    ];
    for (const change of changes) {
      const changed = await train({ ...base, ...change }, data);
      assert.notDeepEqual(changed.weights, weights, `${JSON.stringify(change)} does nothing`);
    }
  });

  const types = (['lstm', 'gru'] as const).filter((type) => engine.supports(recurrentSpec({ type })));
  for (const type of types) {
    test(`${engine.id} learns with ${type} whether a sequence began above its end`, async () => {
      const sequences = recurrentSpec({ type, inputs: 6, sequenceLength: 6, hiddenSize: 8, outputs: 2, epochs: 30 });
      const { weights } = await engine.train(
        { ...sequences, learningRate: 0.03, batchSize: 16 },
        { train: ordered(1, 1200), validation: null },
        silent,
      );
      assert.ok(meanLoss(sequences, weights, ordered(2, 400)) < 0.2);
    });
  }

  test(`every setting of a loss, a penalty and a recurrent network has an effect on ${engine.id}`, async () => {
    const rows = drawn(3, 90).features;
    const data = (targets: Float64Array): Dataset => ({ rows: 15, features: rows, targets, weights: null });
    const classes = data(Float64Array.from({ length: 15 }, (_, row) => row % 3));
    const numbers = data(Float64Array.from({ length: 15 }, (_, row) => row / 5));
    const lstm = recurrentSpec({ dropout: 0.1, epochs: 2 });
    const huber = logisticSpec({ inputs: 12, task: 'regression', outputs: 1, loss: 'huber', huberDelta: 0.3 });
    const cases: [ModelSpec, ModelSpec[], Dataset][] = [
      [
        lstm,
        [
          { ...lstm, type: 'gru' },
          { ...lstm, sequenceLength: 3 },
          { ...lstm, hiddenSize: 6 },
          { ...lstm, layers: 2 },
          { ...lstm, dropout: 0.2 },
          { ...lstm, l1: 0.01 },
          { ...lstm, l2: 0.01 },
          { ...lstm, loss: 'focal' },
        ],
        classes,
      ],
      [{ ...lstm, loss: 'focal' }, [{ ...lstm, loss: 'focal', focalGamma: 1 }], classes],
      [
        huber,
        [
          { ...huber, huberDelta: 0.2 },
          { ...huber, loss: 'mse' },
          { ...huber, l1: 0.1 },
        ],
        numbers,
      ],
    ];
    for (const [spec, others, train] of cases.filter(([candidate]) => engine.supports(candidate))) {
      const { weights } = await engine.train(spec, { train, validation: null }, silent);
      for (const other of others) {
        const changed = await engine.train(other, { train, validation: null }, silent);
        assert.notDeepEqual(changed.weights, weights, JSON.stringify(other));
      }
    }
  });

  test(`${engine.id} stops early and gives back the weights of the best epoch`, async () => {
    const validation = noise(3, 60);
    const changes = { epochs: 400, hiddenLayers: [40], earlyStopping: { patience: 5, minDelta: 0 } };
    const { weights, history, bestEpoch, stoppedEarly } = await train(changes, noise(1, 60), validation);
    const losses = history.map(({ validationLoss }) => validationLoss ?? Number.NaN);
    assert.ok(stoppedEarly && history.length < 400);
    assert.equal(losses[bestEpoch - 1], Math.min(...losses));
    assert.equal(history.length, bestEpoch + 5);
    const found = meanLoss({ ...spec, ...changes }, weights, validation);
    assert.ok(Math.abs(found - losses[bestEpoch - 1]) < 1e-6);
  });

  test(`${engine.id} lowers the learning rate on a plateau`, async () => {
    const plateau = { patience: 1, factor: 0.1 };
    const steady = await train({ epochs: 60 }, noise(1, 60), noise(2, 60));
    const lowered = await train({ epochs: 60, plateau }, noise(1, 60), noise(2, 60));
    const drift = ({ history }: typeof steady) => Math.abs(history[59].trainLoss - history[49].trainLoss);
    assert.ok(drift(lowered) < 0.1 * drift(steady));
  });

  test(`${engine.id} takes a row of weight 2 as two rows, and one of weight 0 as none`, async () => {
    const data = planted(1, 24);
    const twice = repeated(
      data,
      [...Array(24).keys()].flatMap((row) => (row < 8 ? [row, row] : row < 16 ? [row] : [])),
    );
    const weights = Float64Array.from({ length: 24 }, (_, row) => (row < 8 ? 2 : row < 16 ? 1 : 0));
    const changes = { batchSize: 100, epochs: 20 };
    const weighted = await train(changes, { ...data, weights });
    const plain = await train(changes, twice);
    weighted.weights.forEach((weight, i) => {
      assert.ok(Math.abs(weight - plain.weights[i]) < 1e-5);
    });
  });

  test(`${engine.id} reports every epoch in turn and lets the event loop run between them`, async () => {
    const epochs: number[] = [];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 0);
    const onEpoch = async ({ epoch }: { epoch: number }) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      epochs.push(epoch);
    };
    await train({ epochs: 5 }, planted(1, 50), null, { onEpoch });
    clearInterval(timer);
    assert.deepEqual(epochs, [1, 2, 3, 4, 5]);
    assert.ok(ticks > 0);
  });

  test(`${engine.id} ends with the error that a hook throws`, async () => {
    const onEpoch = ({ epoch }: { epoch: number }) => {
      if (epoch === 3) throw new LabError('cancelled', 'The task was cancelled.');
    };
    await assert.rejects(train({ epochs: 1e5 }, planted(1, 50), null, { onEpoch }), { code: 'cancelled' });
  });

  test(`${engine.id} says what to do when the loss is no longer finite`, async () => {
    const features = linear(1, 64).features.map((x) => x * 1e150);
    const changes = { task: 'regression', loss: 'mse', outputs: 1, optimizer: 'sgd', learningRate: 1 } as const;
    await assert.rejects(train(changes, { ...linear(1, 64), features }), (error) => {
      assert.ok(error instanceof LabError && error.code === 'invalid_input');
      assert.match(error.message, /no longer finite in epoch \d+ \(learning rate 1/);
      assert.match(error.hint ?? '', /learning_rate/);
      return true;
    });
  });

  test(`${engine.id} refuses to train on no rows`, async () => {
    await assert.rejects(train({}, planted(1, 0)), { code: 'insufficient_data' });
  });

  test(`${engine.id} gives finite weights for one row, and for batches larger than the data`, async () => {
    const { weights } = await train({ epochs: 3, batchSize: 512 }, planted(1, 1));
    assert.equal(weights.length, sizeOf(networkOf(spec).tensors(spec)));
    assert.ok(weights.every(Number.isFinite));
  });
}

const exclusiveOr: Dataset = {
  rows: 4,
  features: Float64Array.of(0, 0, 0, 1, 1, 0, 1, 1),
  targets: Float64Array.of(0, 1, 1, 0),
  weights: null,
};

/** Class 0 above the diagonal band, 2 below it, 1 within. */
function planted(seed: number, rows: number): Dataset {
  const { features } = drawn(seed, rows);
  const targets = Float64Array.from({ length: rows }, (_, row) => {
    const distance = features[2 * row + 1] - features[2 * row];
    return distance > 0.4 ? 0 : distance < -0.4 ? 2 : 1;
  });
  return { rows, features, targets, weights: null };
}

/** Sequences of six numbers; class 0 where the first is above the last. */
function ordered(seed: number, rows: number): Dataset {
  const random = seededRandom(seed);
  const features = Float64Array.from({ length: 6 * rows }, () => 2 * random() - 1);
  const targets = Float64Array.from({ length: rows }, (_, row) => (features[6 * row] > features[6 * row + 5] ? 0 : 1));
  return { rows, features, targets, weights: null };
}

function noise(seed: number, rows: number): Dataset {
  const { features, random } = drawn(seed, rows);
  return {
    rows,
    features,
    targets: Float64Array.from({ length: rows }, () => Math.floor(3 * random())),
    weights: null,
  };
}

function linear(seed: number, rows: number): Dataset {
  const { features } = drawn(seed, rows);
  const targets = Float64Array.from({ length: rows }, (_, row) => 0.5 * features[2 * row] - features[2 * row + 1]);
  return { rows, features, targets, weights: null };
}

function drawn(seed: number, rows: number) {
  const random = seededRandom(seed);
  return { features: Float64Array.from({ length: 2 * rows }, () => normal(random)), random };
}

function repeated(data: Dataset, rows: number[]): Dataset {
  return {
    rows: rows.length,
    features: Float64Array.from(rows.flatMap((row) => [data.features[2 * row], data.features[2 * row + 1]])),
    targets: Float64Array.from(rows, (row) => data.targets[row]),
    weights: null,
  };
}

function accuracy(weights: Float64Array, data: Dataset): number {
  const right = [...Array(data.rows).keys()].filter((row) => {
    const one = repeated(data, [row]);
    return meanLoss(spec, weights, one) < Math.log(2);
  });
  return right.length / data.rows;
}
