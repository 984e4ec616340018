import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import type { Checkpoint, Dataset, TrainingData } from '@stratlab/models/engine.ts';
import { engines } from '@stratlab/models/engines/index.ts';
import type { NeuralSpec } from '@stratlab/models/spec.ts';
import { logisticSpec, mlpSpec, recurrentSpec, regression } from '../specs.ts';

const early = { patience: 4, minDelta: 0 };
const plateau = { patience: 1, factor: 0.5 };
const specs: [string, NeuralSpec][] = [
  ['an mlp with dropout, adam, plateau, early stopping', mlpSpec({ inputs: 12, dropout: 0.3, plateau, ...stopping() })],
  ['an mlp with adamw and no early stopping', mlpSpec({ inputs: 12, optimizer: 'adamw', epochs: 9, weightDecay: 0.1 })],
  ['a logistic regression with sgd', logisticSpec({ ...stopping(), inputs: 12, optimizer: 'sgd', learningRate: 0.3 })],
  ['an lstm with dropout', recurrentSpec({ dropout: 0.4, layers: 2, plateau, ...stopping() })],
  ['a gru of numbers', recurrentSpec({ ...regression, loss: 'huber', type: 'gru', plateau, ...stopping() })],
];

for (const engine of engines.filter((candidate) => candidate.probe().available)) {
  for (const [name, spec] of specs.filter(([, candidate]) => engine.supports(candidate))) {
    test(`${engine.id} resumes ${name} after any epoch to the same bits`, async () => {
      const data = noise(spec);
      const checkpoints: Checkpoint[] = [];
      const onEpoch = (_: unknown, checkpoint: () => Checkpoint) => {
        checkpoints.push(checkpoint());
      };
      const whole = await engine.train(spec, data, { onEpoch });
      assert.equal(checkpoints.length, whole.history.length);
      assert.ok(spec.earlyStopping === null || whole.stoppedEarly);
      for (const resumeFrom of checkpoints.map((checkpoint) => structuredClone(checkpoint))) {
        const epochs: number[] = [];
        const note = ({ epoch }: { epoch: number }) => {
          epochs.push(epoch);
        };
        assert.deepEqual(await engine.train(spec, data, { onEpoch: note, resumeFrom }), whole);
        assert.deepEqual(epochs, whole.history.map(({ epoch }) => epoch).slice(resumeFrom.epoch));
      }
    });
  }

  test(`${engine.id} can break off and resume again and again`, async () => {
    const [, spec] = specs[0];
    const data = noise(spec);
    const whole = await engine.train(spec, data, { onEpoch() {} });
    let resumeFrom: Checkpoint | undefined;
    for (let epoch = 1; epoch < whole.history.length; epoch += 2) {
      resumeFrom = await brokenOff(spec, data, epoch, resumeFrom);
    }
    assert.deepEqual(await engine.train(spec, data, { onEpoch() {}, resumeFrom }), whole);
  });

  test(`${engine.id} does not go on from a checkpoint of another model, engine or data`, async () => {
    const [, spec] = specs[0];
    const data = noise(spec);
    const resumeFrom = await brokenOff(spec, data, 2, undefined);
    const train = (changed: NeuralSpec, rows: TrainingData, from: Checkpoint) =>
      engine.train(changed, rows, { onEpoch() {}, resumeFrom: from });
    const other = { ...data.train, targets: data.train.targets.with(5, (data.train.targets[5] + 1) % 3) };
    for (const [changed, rows] of [
      [{ ...spec, seed: 8 }, data],
      [{ ...spec, l2: 0.1 }, data],
      [spec, { ...data, train: other }],
      [spec, { ...data, validation: null }],
    ] as const) {
      await assert.rejects(train(changed, rows, resumeFrom), {
        code: 'invalid_input',
        message: /another model or other/,
      });
    }
    const foreign = { ...resumeFrom, engine: engine.id === 'webgpu' ? 'simd' : 'webgpu' } as const;
    await assert.rejects(train(spec, data, foreign), { code: 'invalid_input', message: /made by the \w+ engine/ });
    const { weights: _, ...rest } = resumeFrom.numbers;
    await assert.rejects(train(spec, data, { ...resumeFrom, numbers: rest }), { code: 'corrupt' });
    const reordered = mlpSpec({ ...stopping(), plateau, dropout: 0.3, inputs: 12 });
    assert.equal((await train({ ...reordered }, data, resumeFrom)).history[0].epoch, 1);
  });

  test(`${engine.id} trains many as it trains each, in order, and the first failure ends all`, async () => {
    const known = specs.filter(([, spec]) => engine.supports(spec));
    const jobs = known.map(([, spec]) => ({ spec, data: noise(spec), hooks: { onEpoch() {} } }));
    const each = [];
    for (const { spec, data, hooks } of jobs) each.push(await engine.train(spec, data, hooks));
    assert.deepEqual(await engine.trainMany(jobs), each);
    const none = { ...jobs[1], data: { train: { ...jobs[1].data.train, rows: 0 }, validation: null } };
    await assert.rejects(engine.trainMany([jobs[0], none, jobs[jobs.length - 1]]), { code: 'insufficient_data' });
    assert.deepEqual(await engine.trainMany([]), []);
  });

  async function brokenOff(spec: NeuralSpec, data: TrainingData, at: number, from: Checkpoint | undefined) {
    let kept: Checkpoint | undefined;
    const onEpoch = ({ epoch }: { epoch: number }, checkpoint: () => Checkpoint) => {
      if (epoch !== at) return;
      kept = checkpoint();
      throw new Error('broken off');
    };
    await assert.rejects(engine.train(spec, data, { onEpoch, resumeFrom: from }), /broken off/);
    assert.ok(kept);
    return kept;
  }
}

function stopping() {
  return { epochs: 300, earlyStopping: early, learningRate: 0.05 };
}

/** Nothing to learn, so that early stopping and plateaus have work. */
function noise(spec: NeuralSpec): TrainingData {
  const random = seededRandom(spec.inputs + spec.outputs);
  const drawn = (rows: number): Dataset => ({
    rows,
    features: Float64Array.from({ length: rows * spec.inputs }, () => normal(random)),
    targets: Float64Array.from({ length: rows }, () =>
      spec.outputs === 1 ? normal(random) : Math.floor(3 * random()),
    ),
    weights: Float64Array.from({ length: rows }, () => 0.5 + random()),
  });
  return { train: drawn(37), validation: drawn(20) };
}
