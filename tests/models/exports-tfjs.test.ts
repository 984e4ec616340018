import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { LabError } from '@stratlab/data/error.ts';
import { predictMember } from '@stratlab/models/ensemble.ts';
import type { ExportedFile } from '@stratlab/models/export.ts';
import { exportTfjs } from '@stratlab/models/exports/tfjs.ts';
import { applyNormalisation } from '@stratlab/models/normalisation.ts';
import type { ModelSpec } from '@stratlab/models/spec.ts';
import { z } from 'zod';
import { logisticSpec, mlpSpec, recurrentSpec, regression } from '../specs.ts';
import { anfisSpec, boostingSpec, exportable, rawFeatures, trainedMember } from './exports-trained.ts';

interface Values {
  dataSync(): Float32Array;
}

/** As much of TensorFlow.js as is used here. */
interface TensorFlow {
  io: { fromMemory(artifacts: object): object };
  tensor2d(values: Float32Array, shape: [number, number]): Values;
  loadLayersModel(handler: object): Promise<{ predict(inputs: Values): Values }>;
}

const tensorFlow = load();
const withoutTensorFlow =
  tensorFlow instanceof Error
    ? 'no @tensorflow/tfjs-core, tfjs-layers and tfjs-backend-cpu 4.22.0 (83 MB, no dependency of ours)'
    : false;

const fileSchema = z.object({
  format: z.literal('layers-model'),
  modelTopology: z.object({
    class_name: z.literal('Sequential'),
    config: z.object({
      layers: z.array(z.object({ class_name: z.string(), config: z.record(z.string(), z.unknown()) })),
    }),
  }),
  weightsManifest: z.tuple([
    z.object({
      paths: z.tuple([z.literal('weights.bin')]),
      weights: z.array(z.object({ name: z.string(), shape: z.array(z.int()), dtype: z.literal('float32') })),
    }),
  ]),
  userDefinedMetadata: z.record(z.string(), z.string()),
});

const specs: Record<string, ModelSpec> = {
  logistic: logisticSpec({ inputs: 6 }),
  'mlp with relu': mlpSpec({ inputs: 6, dropout: 0.2 }),
  'mlp with tanh, regression': mlpSpec({ ...regression, inputs: 6, activation: 'tanh' }),
  'mlp with sigmoid': mlpSpec({ inputs: 6, activation: 'sigmoid' }),
  lstm: recurrentSpec(),
  'lstm of three layers, regression': recurrentSpec({ ...regression, layers: 3 }),
  gru: recurrentSpec({ type: 'gru' }),
  'gru of two layers': recurrentSpec({ type: 'gru', layers: 2 }),
};

for (const [name, spec] of Object.entries(specs)) {
  test(`TensorFlow.js answers as the lab does, in float32: ${name}`, { skip: withoutTensorFlow }, async () => {
    for (const temperature of [1, 1.7]) {
      const member = { ...(await trainedMember(spec)), temperature };
      const features = rawFeatures(50, spec.inputs, 12);
      const { normalisation_json, ...rest } = parse(exportTfjs(exportable(member))).userDefinedMetadata;
      assert.equal(rest.strategy_fingerprint, 'f'.repeat(64));
      const inputs = applyNormalisation(JSON.parse(normalisation_json), features);
      const answers = await run(exportTfjs(exportable(member)), inputs, spec.inputs);
      predictMember({ ...member, fold: 0 }, features).forEach((value, at) => {
        assert.ok(Math.abs(value - answers[at]) < 2e-5 * Math.max(1, Math.abs(value)), `${value} and ${answers[at]}`);
      });
    }
  });
}

for (const [name, spec] of Object.entries(specs)) {
  test(`the weights fill the file, tensor by tensor: ${name}`, async () => {
    const files = exportTfjs(exportable(await trainedMember(spec)));
    assert.deepEqual(
      files.map((file) => file.name),
      ['model.json', 'weights.bin'],
    );
    const { weightsManifest } = parse(files);
    const sizes = weightsManifest[0].weights.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
    assert.equal(4 * sizes.reduce((sum, size) => sum + size, 0), files[1].bytes.length);
  });
}

test('what Keras leaves open is stated', async () => {
  for (const [type, stated] of [
    ['lstm', { recurrent_activation: 'sigmoid', activation: 'tanh' }],
    ['gru', { recurrent_activation: 'sigmoid', activation: 'tanh', reset_after: false }],
  ] as const) {
    const { layers } = parse(exportTfjs(exportable(await trainedMember(recurrentSpec({ type, layers: 2 })))))
      .modelTopology.config;
    const [input, reshape, first, second, output] = layers.map(({ config }) => config);
    assert.deepEqual(input.batch_input_shape, [null, 12]);
    assert.deepEqual(reshape.target_shape, [4, 3]);
    for (const [key, value] of Object.entries(stated)) assert.deepEqual([first[key], second[key]], [value, value], key);
    assert.deepEqual([first.return_sequences, second.return_sequences], [true, false]);
    assert.equal(output.activation, 'softmax');
  }
});

test('what is no LayersModel is refused with the way that works', async () => {
  const several = await Promise.all([1, 2].map((seed) => trainedMember(mlpSpec({ seed }))));
  for (const model of [
    exportable(await trainedMember(anfisSpec())),
    exportable(await trainedMember(boostingSpec())),
    exportable(...several),
  ]) {
    assert.throws(
      () => exportTfjs(model),
      (error) => error instanceof LabError && error.code === 'unavailable' && error.hint === 'Export it as onnx.',
    );
  }
});

function parse([json]: readonly ExportedFile[]) {
  return fileSchema.parse(JSON.parse(Buffer.from(json.bytes).toString()));
}

async function run(files: readonly ExportedFile[], inputs: Float64Array, columns: number): Promise<Float32Array> {
  if (tensorFlow instanceof Error) throw tensorFlow;
  const { modelTopology, weightsManifest, userDefinedMetadata } = parse(files);
  const { buffer } = files[1].bytes.slice();
  const weightSpecs = weightsManifest[0].weights;
  const handler = tensorFlow.io.fromMemory({ modelTopology, weightSpecs, weightData: buffer, userDefinedMetadata });
  const model = await tensorFlow.loadLayersModel(handler);
  const rows: [number, number] = [inputs.length / columns, columns];
  return model.predict(tensorFlow.tensor2d(Float32Array.from(inputs), rows)).dataSync();
}

function load(): TensorFlow | Error {
  const require = createRequire(import.meta.url);
  try {
    const [core, , layers]: TensorFlow[] = ['core', 'backend-cpu', 'layers'].map((part) =>
      require(`@tensorflow/tfjs-${part}`),
    );
    return { io: core.io, tensor2d: core.tensor2d, loadLayersModel: layers.loadLayersModel };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

test('sets that were fitted go with the file, as doubles and in words', async () => {
  const places = [0, 1].map((set) => ({ method: 'partition' as const, set, of: 2 }));
  const member = await trainedMember(mlpSpec({ inputs: 6 }), places);
  const [{ bytes }] = exportTfjs(exportable(member));
  const { userDefinedMetadata } = fileSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  assert.deepEqual(JSON.parse(userDefinedMetadata.normalisation_json), member.normalisation);
  assert.match(userDefinedMetadata.inputs, /membership 1 at its peak, linearly to 0 at left and right/);
});
