import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LabError } from '@stratlab/data/error.ts';
import { type ModelArtifact, readArtifact, writeArtifact } from '@stratlab/models/artifact.ts';
import { referenceEngine } from '@stratlab/models/engines/reference.ts';
import { predictEnsemble } from '@stratlab/models/ensemble.ts';
import { fitEnsemble } from '@stratlab/models/fit-ensemble.ts';
import { networkOf, neuralNetworkOf } from '@stratlab/models/networks/index.ts';
import { fitNormalisation, type NormalisationMethod } from '@stratlab/models/normalisation.ts';
import { readSafetensors, writeSafetensors } from '@stratlab/models/safetensors.ts';
import fc from 'fast-check';
import { logisticSpec, mlpSpec, recurrentSpec } from '../specs.ts';

const folder = mkdtempSync(join(tmpdir(), 'stratlab-models-'));
after(() => rmSync(folder, { recursive: true }));

const features = Float64Array.from({ length: 120 }, (_, i) => Math.sin(i * i));
const oneRoute = [{ start: 0, folds: [0] }];
const artifact = await trained();
const hash = writeArtifact(folder, artifact);

test('a model read back predicts the same bits', () => {
  const read = readArtifact(folder, hash);
  const time = Float64Array.from({ length: 60 }, (_, row) => row * 864e5);
  assert.deepEqual(predictEnsemble(read, features, time), predictEnsemble(artifact, features, time));
  const { weightsHash, ...described } = read;
  assert.match(weightsHash, /^[0-9a-f]{64}$/);
  assert.deepEqual(described, artifact);
});

test('sets that were fitted come back to the same bits, and are fitted on the training rows of each fold', async () => {
  const place = { method: 'partition', set: 1, of: 3 } as const;
  const fitted = await trained([place, 'zscore']);
  const read = readArtifact(folder, writeArtifact(folder, fitted));
  const time = Float64Array.from({ length: 60 }, (_, row) => row * 864e5);
  assert.deepEqual(predictEnsemble(read, features, time), predictEnsemble(fitted, features, time));
  read.members.forEach(({ fold, normalisation }) => {
    const known = features.slice(0, 2 * (fold === 0 ? 30 : 40));
    const rows = Int32Array.from({ length: known.length / 2 }, (_, row) => row);
    assert.deepEqual(normalisation, fitNormalisation([place, 'zscore'], known, rows));
  });
});

for (const spec of [logisticSpec(), recurrentSpec({ layers: 2 }), recurrentSpec({ type: 'gru' })]) {
  test(`the weights of a ${spec.type} come back bit for bit, under the names of its tensors`, () => {
    const weights = neuralNetworkOf(spec).initialWeights(spec);
    const columns = Array.from({ length: spec.inputs }, (_, k) => `f${k}`);
    const [first] = artifact.members;
    const normalisation = columns.map(() => ({ ...first.normalisation[0] }));
    const members = [{ ...first, fold: 0, spec, seed: spec.seed, weights, normalisation }];
    const name = writeArtifact(folder, { ...artifact, routes: oneRoute, spec, members, features: columns });
    assert.deepEqual(readArtifact(folder, name).members[0].weights, weights);
    const stored = readSafetensors(readFileSync(join(folder, name, 'weights.safetensors')), name);
    assert.deepEqual(
      stored.map(({ name: tensor, shape }) => ({ name: tensor, shape })),
      networkOf(spec)
        .tensors(spec)
        .map(({ name: tensor, shape }) => ({ name: `members.0.${tensor}`, shape })),
    );
  });
}

test('the same model has the same name, and writing it again changes nothing', () => {
  assert.equal(writeArtifact(folder, artifact), hash);
  assert.deepEqual(readdirSync(join(folder, hash)).toSorted(), ['model.json', 'weights.safetensors']);
});

test('another weight, seed or strategy makes another name', () => {
  const [first] = artifact.members;
  const otherWeight = { ...first, weights: first.weights.with(3, 0.25) };
  const names = [
    { ...artifact, members: [otherWeight, ...artifact.members.slice(1)] },
    { ...artifact, spec: { ...artifact.spec, seed: 99 } },
    { ...artifact, strategyFingerprint: 'other' },
  ].map((changed) => writeArtifact(folder, changed));
  assert.equal(new Set([hash, ...names]).size, 4);
});

test('an absent model, and a name that is no hash, are not found', () => {
  assert.throws(() => readArtifact(folder, 'f'.repeat(64)), { code: 'not_found' });
  for (const name of ['../../etc', '', 'model_1', `${hash}/../${hash}`]) {
    assert.throws(() => readArtifact(folder, name), { code: 'not_found' });
  }
});

test('a record of the wrong shape is never written', () => {
  assert.throws(() => writeArtifact(folder, { ...artifact, features: ['only_one'] }), /as many features/);
  assert.throws(() => writeArtifact(folder, { ...artifact, classes: null }), /one class per output/);
  assert.throws(() =>
    writeArtifact(folder, { ...artifact, members: [{ ...artifact.members[0], bestEpoch: Number.NaN }] }),
  );
});

for (const file of ['model.json', 'weights.safetensors']) {
  const original = readFileSync(join(folder, hash, file));

  test(`any flipped bit, cut or addition in ${file} is a corrupt error`, () => {
    const at = fc.integer({ min: 0, max: original.length - 1 });
    const damage = fc.oneof(
      fc.tuple(at, fc.integer({ min: 0, max: 7 })).map(([i, bit]) => original.with(i, original[i] ^ (1 << bit))),
      at.map((length) => original.subarray(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((more) => Buffer.concat([original, more])),
      fc.uint8Array({ maxLength: 200 }),
    );
    fc.assert(
      fc.property(damage, (bytes) => {
        const copy = damaged(file, bytes);
        assert.throws(
          () => readArtifact(copy, hash),
          (error) => error instanceof LabError && error.code === 'corrupt' && error.message.includes(hash.slice(0, 12)),
        );
      }),
      { numRuns: 150, seed: 2 },
    );
  });

  test(`a missing ${file} is not found`, () => {
    const copy = damaged(file, original);
    rmSync(join(copy, hash, file));
    assert.throws(() => readArtifact(copy, hash), { code: 'not_found', hint: 'Train it again.' });
  });
}

test('tensors of any shape and size come back bit for bit', () => {
  const tensor = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(tensor, { maxLength: 5 }), (columns) => {
      const tensors = columns.map((values, i) => ({
        name: `t${i}`,
        shape: [values.length, 1],
        values: Float64Array.from(values),
      }));
      assert.deepEqual(readSafetensors(writeSafetensors(tensors), 'x'), tensors);
    }),
  );
});

test('a safetensors file without the protection of a hash is still read strictly', () => {
  const header = (entry: unknown) => file(JSON.stringify({ w: entry }), 16);
  const good = { dtype: 'F64', shape: [2], data_offsets: [0, 16] };
  assert.equal(readSafetensors(header(good), 'x')[0].values.length, 2);
  for (const bad of [
    { ...good, dtype: 'F32' },
    { ...good, shape: [3] },
    { ...good, shape: [-2] },
    { ...good, shape: [1e308, 1e308] },
    { ...good, data_offsets: [8, 24] },
    { ...good, data_offsets: [0, 1e15] },
    { ...good, data_offsets: [16, 0] },
    { ...good, code: 'x' },
    null,
  ]) {
    assert.throws(() => readSafetensors(header(bad), 'x'), { code: 'corrupt' }, JSON.stringify(bad));
  }
  assert.throws(() => readSafetensors(file('[1,', 0), 'x'), { code: 'corrupt' });
  assert.throws(() => readSafetensors(file('{"w":{"__proto__":1}}', 0), 'x'), { code: 'corrupt' });
  assert.throws(
    () => readSafetensors(new Uint8Array(8).fill(255), 'x'),
    /claims a header of 18446744073709551615 bytes/,
  );
  const infinite = writeSafetensors([{ name: 'w', shape: [1], values: Float64Array.of(Number.POSITIVE_INFINITY) }]);
  assert.throws(() => readSafetensors(infinite, 'x'), /not finite/);
});

test('random bytes are never read as a safetensors file, nor do they crash the reader', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.throws(() => readSafetensors(bytes, 'x'), { code: 'corrupt' });
    }),
  );
});

/** A file with this header, unpadded, and so many bytes of zeros. */
function file(header: string, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  bytes[0] = json.length;
  bytes.set(json, 8);
  return bytes;
}

/** A copy of the folder in which one file of the model has these bytes. */
function damaged(name: string, bytes: Uint8Array): string {
  const copy = join(folder, 'damaged');
  cpSync(join(folder, hash), join(copy, hash), { recursive: true });
  writeFileSync(join(copy, hash, name), bytes);
  return copy;
}

async function trained(
  normalisation: readonly NormalisationMethod[] = ['zscore', 'rank'],
): Promise<Omit<ModelArtifact, 'weightsHash'>> {
  const spec = mlpSpec({
    inputs: 2,
    activation: 'tanh',
    dropout: 0.1,
    gradientClip: 1,
    epochs: 3,
    earlyStopping: { patience: 2, minDelta: 0 },
    seed: 4,
  });
  const rows = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
  const folds = [
    { train: rows(0, 30), validation: rows(30, 40), test: rows(40, 50), weights: null },
    { train: rows(0, 40), validation: rows(40, 50), test: rows(50, 60), weights: null },
  ];
  const targets = Float64Array.from({ length: 60 }, (_, row) => row % 3);
  const learnable = { features, normalisation, targets };
  const hooks = { onEpoch() {}, resumeFrom: () => undefined };
  const lessons = folds.flatMap((parts, fold) => [4, 5].map((seed) => ({ fold, seed, parts })));
  const members = await fitEnsemble(spec, learnable, lessons, true, referenceEngine, hooks);
  const segment = (from: number, to: number) => ({
    rows: to - from,
    purged: 0,
    start: from * 864e5,
    end: (to - 1) * 864e5,
  });
  const segments = { train: segment(0, 40), validation: segment(40, 50), test: segment(50, 60) };
  return {
    formatVersion: 2,
    spec,
    engine: 'reference',
    features: ['1d_zone_low', '1d_adx_14.adx'],
    classes: ['long', 'flat', 'short'],
    strategyFingerprint: 'a'.repeat(64),
    series: [{ symbol: 'SPX', timeframe: '1d', hash: 'b'.repeat(64), start: 0, end: 59 * 864e5 }],
    validation: { method: 'walk_forward', forward: true },
    routes: [
      { start: 40 * 864e5, folds: [0] },
      { start: 50 * 864e5, folds: [1] },
    ],
    segments,
    metrics: members[0].metrics,
    paths: [],
    codeVersion: '0.1.0',
    members: members.map((member) => ({
      ...member,
      seed: member.spec.seed,
      normalisation: [...member.normalisation],
      segments,
      history: [...member.history],
    })),
  };
}
