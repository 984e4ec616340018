import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { predictEnsemble, predictMember } from '@stratlab/models/ensemble.ts';
import type { ExportableMember } from '@stratlab/models/export.ts';
import { exportOnnx } from '@stratlab/models/exports/onnx.ts';
import { type ColumnNormalisation, normalisationMethods } from '@stratlab/models/normalisation.ts';
import type { ModelSpec } from '@stratlab/models/spec.ts';
import { logisticSpec, mlpSpec, recurrentSpec, regression } from '../specs.ts';
import { runOnnx, withoutRuntime } from './exports-runtime.ts';
import { anfisSpec, boostingSpec, exportable, rawFeatures, trainedMember } from './exports-trained.ts';

const treeRegression = { task: 'regression', loss: 'mse', outputs: 1 } as const;
const anfisRegression = { task: 'regression', outputs: 1 } as const;

const specs: Record<string, ModelSpec> = {
  'logistic of three classes': logisticSpec({ inputs: 6 }),
  'logistic of two classes': logisticSpec({ inputs: 6, outputs: 2 }),
  'logistic regression on numbers': logisticSpec({ ...regression, inputs: 6 }),
  'mlp with relu': mlpSpec({ inputs: 6, hiddenLayers: [40, 16] }),
  'mlp with tanh, regression': mlpSpec({ ...regression, inputs: 6, activation: 'tanh' }),
  'mlp with sigmoid and dropout': mlpSpec({ inputs: 6, activation: 'sigmoid', dropout: 0.3 }),
  'lstm of one layer': recurrentSpec(),
  'lstm of three layers, regression': recurrentSpec({ ...regression, layers: 3, dropout: 0.2 }),
  'lstm of one step': recurrentSpec({ inputs: 5, sequenceLength: 1 }),
  'gru of one layer': recurrentSpec({ type: 'gru' }),
  'gru of two layers, many steps': recurrentSpec({ type: 'gru', layers: 2, inputs: 60, sequenceLength: 30 }),
  'gru regression': recurrentSpec({ ...regression, type: 'gru' }),
  'anfis of clustered Gaussians': anfisSpec(),
  'anfis of clustered bells, regression': anfisSpec({ ...anfisRegression, membership: 'bell' }),
  'anfis on a grid of bells': anfisSpec({ partition: 'grid', sets: 3, membership: 'bell' }),
  'anfis with constant consequents': anfisSpec({ partition: 'grid', consequent: 'constant' }),
  'boosting of three classes': boostingSpec(),
  'boosting regression, deep': boostingSpec({ ...treeRegression, depth: 8, featureShare: 0.5 }),
  'boosting that finds no split': boostingSpec({ minimumLeaf: 1e9, rounds: 3 }),
};

for (const [name, spec] of Object.entries(specs)) {
  test(`onnxruntime answers as the lab does: ${name}`, { skip: withoutRuntime }, async () => {
    const member = await trainedMember(spec);
    await agree([member], rawFeatures(200, spec.inputs, 99));
    await agree([member], strange(spec.inputs));
  });
}

for (const method of normalisationMethods) {
  for (const rows of [1, 2, 40, 600]) {
    test(`normalisation ${method} fitted on ${rows} rows is part of the graph`, { skip: withoutRuntime }, async () => {
      const spec = mlpSpec({ inputs: 6, epochs: 1 });
      const member = await trainedMember(spec, [method], rows);
      const onKnots = rawFeatures(rows, 6, spec.seed);
      for (const features of [rawFeatures(100, 6, 3), onKnots, strange(6)]) await agree([member], features);
    });
  }
}

for (const rows of [1, 2, 40, 600]) {
  test(`sets fitted on ${rows} rows are part of the graph, beside every other method`, {
    skip: withoutRuntime,
  }, async () => {
    const places = [0, 1, 2].map((set) => ({ method: 'partition' as const, set, of: 3 }));
    for (const methods of [places, [...places, ...normalisationMethods], ['zscore' as const, ...places]]) {
      const spec = mlpSpec({ inputs: 7, epochs: 1 });
      const member = await trainedMember(spec, methods, rows);
      assert.ok(member.normalisation.some(({ method }) => method === 'membership'));
      const onPeaks = Float64Array.from(
        { length: 70 },
        (_, at) => peakOf(member.normalisation[at % 7]) + Math.floor(at / 14),
      );
      for (const features of [rawFeatures(100, 7, 3), onPeaks, strange(7)]) await agree([member], features);
    }
  });
}

function peakOf(column: ColumnNormalisation): number {
  return column.method === 'membership' ? column.peak : 0;
}

test('columns of every normalisation and number of knots keep their places', { skip: withoutRuntime }, async () => {
  const member = await trainedMember(logisticSpec({ inputs: 6 }));
  const normalisation = member.normalisation.map((column, k) =>
    k % 2 === 0 ? { method: 'rank' as const, knots: Array.from({ length: k + 1 }, (_, i) => i - 1) } : column,
  );
  await agree([{ ...member, normalisation }], rawFeatures(200, 6, 8));
});

test('weights of float32 are stored as such and change no answer', { skip: withoutRuntime }, async () => {
  const member = await trainedMember(mlpSpec({ inputs: 6, hiddenLayers: [64, 64] }), ['zscore']);
  const short = { ...member, weights: member.weights.map(Math.fround) };
  await agree([short], rawFeatures(100, 6, 1));
  const [full, half] = [member, short].map((one) => exportOnnx(exportable(one))[0].bytes.length);
  assert.ok(half < 0.6 * full, `${half} of ${full} bytes`);
});

for (const spec of [mlpSpec({ inputs: 6 }), boostingSpec(), recurrentSpec({ ...regression })]) {
  test(`several ${spec.type} networks are averaged, each at its temperature`, { skip: withoutRuntime }, async () => {
    const members = await Promise.all(
      [1, 2, 3].map(async (seed) => ({ ...(await trainedMember({ ...spec, seed })), temperature: 0.5 * seed })),
    );
    await agree(members, rawFeatures(100, spec.inputs, 4));
    await agree(members, strange(spec.inputs));
  });
}

test('a large forest over many rows, and no row at all', { skip: withoutRuntime }, async () => {
  const member = await trainedMember(boostingSpec({ rounds: 200, depth: 10 }));
  await agree([member], rawFeatures(5000, 4, 6));
  const { dims } = await runOnnx(exportOnnx(exportable(member))[0].bytes, new Float64Array(0), 4);
  assert.deepEqual([...dims], [0, 3]);
});

test('names, shapes and what the file says of itself', { skip: withoutRuntime }, async () => {
  const model = exportable(await trainedMember(mlpSpec({ inputs: 6 })));
  const [{ name, bytes }, ...more] = exportOnnx(model);
  assert.deepEqual([name, more], [null, []]);
  const { input, output, dims } = await runOnnx(bytes, rawFeatures(7, 6, 1), 6);
  assert.deepEqual([input, output, [...dims]], ['features', 'probabilities', [7, 3]]);
  const text = Buffer.from(bytes).toString('latin1');
  for (const said of [JSON.stringify(model.features), '["short","flat","long"]', 'f'.repeat(64), 'not normalised'])
    assert.ok(text.includes(said), said);
  const number = exportable(await trainedMember(mlpSpec({ ...regression, inputs: 6 })));
  assert.equal((await runOnnx(exportOnnx(number)[0].bytes, rawFeatures(1, 6, 1), 6)).output, 'prediction');
});

test('the same model gives the same bytes', async () => {
  const model = exportable(await trainedMember(recurrentSpec()));
  assert.deepEqual(exportOnnx(model), exportOnnx(model));
});

/** Rows with unknown, huge, tiny, subnormal and signed-zero values among usual ones. */
function strange(inputs: number): Float64Array {
  const random = seededRandom(17);
  const values = [Number.NaN, 0, -0, 1e-320, -1e-9, 1e7, -1e7, 1e12, -1e15, 3];
  return Float64Array.from({ length: 60 * inputs }, (_, at) => {
    const row = Math.floor(at / inputs);
    if (row < values.length) return values[row];
    if (row < 20) return at % inputs === row % inputs ? values[row - 10] : normal(random);
    return random() < 0.3 ? values[1 + Math.floor(random() * (values.length - 1))] : 1000 * normal(random);
  });
}

async function agree(members: readonly ExportableMember[], features: Float64Array): Promise<void> {
  const { inputs, outputs } = members[0].spec;
  const folded = members.map((member) => ({ ...member, fold: 0 }));
  const time = new Float64Array(features.length / inputs);
  const expected =
    members.length === 1
      ? predictMember(folded[0], features)
      : predictEnsemble({ members: folded, routes: [{ start: 0, folds: [0] }] }, features, time);
  const [{ bytes }] = exportOnnx(exportable(...members));
  const { answers, dims } = await runOnnx(bytes, features, inputs);
  assert.deepEqual([...dims], [features.length / inputs, outputs]);
  expected.forEach((value, at) => {
    const difference = Math.abs(value - answers[at]);
    const fits = Object.is(value, answers[at]) || difference <= 1e-6 * Math.max(1, Math.abs(value));
    assert.ok(fits, `row ${Math.floor(at / outputs)}: ${value} here, ${answers[at]} there`);
  });
}
