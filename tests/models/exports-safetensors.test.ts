import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportSafetensors } from '@stratlab/models/exports/safetensors.ts';
import { predict } from '@stratlab/models/predict.ts';
import { z } from 'zod';
import { mlpSpec, recurrentSpec, regression } from '../specs.ts';
import { anfisSpec, boostingSpec, exportable, rawFeatures, trainedMember } from './exports-trained.ts';

const entry = z.strictObject({
  dtype: z.literal('F64'),
  shape: z.array(z.int()),
  data_offsets: z.tuple([z.int(), z.int()]),
});

test('with nothing but the file a program has the same weights, normalisation and scale', async () => {
  for (const spec of [mlpSpec({ inputs: 6 }), recurrentSpec({ ...regression }), anfisSpec(), boostingSpec()]) {
    const members = [await trainedMember(spec), { ...(await trainedMember({ ...spec, seed: 2 })), temperature: 2 }];
    const { tensors, metadata } = read(exportSafetensors(exportable(...members))[0].bytes);
    const networks: unknown = JSON.parse(metadata.networks_json);
    assert.deepEqual(
      networks,
      members.map(({ weights: _weights, ...rest }) => rest),
    );
    const features = rawFeatures(20, spec.inputs, 3);
    members.forEach((member, k) => {
      const own = tensors.filter(({ name }) => name.startsWith(`members.${k}.`));
      const weights = Float64Array.from(own.flatMap(({ values }) => values));
      assert.deepEqual(predict({ ...member, weights }, features), predict(member, features));
    });
    assert.deepEqual(JSON.parse(metadata.features_json).length, spec.inputs);
  }
});

/** An independent reader of the format. */
function read(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const headerBytes = Number(view.getBigUint64(0, true));
  const { __metadata__, ...entries } = JSON.parse(Buffer.from(bytes.subarray(8, 8 + headerBytes)).toString());
  const tensors = Object.entries(entries).map(([name, given]) => {
    const [from, to] = entry.parse(given).data_offsets;
    const at = (k: number) => view.getFloat64(8 + headerBytes + from + 8 * k, true);
    return { name, values: Array.from({ length: (to - from) / 8 }, (_, k) => at(k)) };
  });
  return { tensors, metadata: z.record(z.string(), z.string()).parse(__metadata__) };
}
