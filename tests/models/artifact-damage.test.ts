import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LabError } from '@stratlab/data/error.ts';
import { sha256 } from '@stratlab/data/hash.ts';
import { type ModelArtifact, readArtifact, writeArtifact } from '@stratlab/models/artifact.ts';
import { classMetrics } from '@stratlab/models/class-metrics.ts';
import { readSafetensors } from '@stratlab/models/safetensors.ts';
import fc from 'fast-check';
import { mlpSpec } from '../specs.ts';
import { exportable, trainedMember } from './exports-trained.ts';

const folder = mkdtempSync(join(tmpdir(), 'stratlab-damage-'));
after(() => rmSync(folder, { recursive: true }));

const files = { record: 'model.json', weights: 'weights.safetensors' } as const;
const hash = writeArtifact(folder, await described());
const original = {
  record: readFileSync(join(folder, hash, files.record)),
  weights: readFileSync(join(folder, hash, files.weights)),
};
const headerBytes = Number(new DataView(original.weights.buffer, original.weights.byteOffset).getBigUint64(0, true));
const header: Header = JSON.parse(original.weights.subarray(8, 8 + headerBytes).toString());
const data = original.weights.subarray(8 + headerBytes);
let copies = 0;

type Header = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;

test('an attacker who also mends every hash gains nothing by a damaged file of weights', () => {
  const names = Object.keys(header);
  const [first, second] = names;
  const entry = header[first];
  const values = data.length / 8;
  const bad: Record<string, Uint8Array> = {
    'no byte': new Uint8Array(0),
    'half a length': original.weights.subarray(0, 4),
    'a length alone': original.weights.subarray(0, 8),
    'half a header': original.weights.subarray(0, 8 + headerBytes / 2),
    'a header alone': original.weights.subarray(0, 8 + headerBytes),
    'half a number': original.weights.subarray(0, original.weights.length - 4),
    'one number less': original.weights.subarray(0, original.weights.length - 8),
    'one byte more': Buffer.concat([original.weights, Buffer.of(0)]),
    'a header larger than the file': withLength(BigInt(original.weights.length)),
    'a header of 2^63 bytes': withLength(2n ** 63n),
    'a header of 2^64 - 1 bytes': withLength(2n ** 64n - 1n),
    'no header': withLength(0n),
    'another type': build({ ...header, [first]: { ...entry, dtype: 'F32' } }),
    'another type of the same width': build({ ...header, [first]: { ...entry, dtype: 'I64' } }),
    'a shape of other size': build({ ...header, [first]: { ...entry, shape: [...entry.shape, 2] } }),
    'a transposed shape': build({ ...header, [first]: { ...entry, shape: entry.shape.toReversed() } }),
    'a shape that overflows': build({ ...header, [first]: { ...entry, shape: [2 ** 30, 2 ** 30, 2 ** 30] } }),
    'a shape of nothing and of all': build({ ...header, [first]: { ...entry, shape: [0, 2 ** 53 - 1] } }),
    'a negative length': build({ ...header, [first]: { ...entry, shape: [-1, -entry.shape[0] * entry.shape[1]] } }),
    'an overlap': build({ ...header, [second]: { ...header[second], data_offsets: entry.data_offsets } }),
    'offsets turned round': build({ ...header, [first]: { ...entry, data_offsets: [entry.data_offsets[1], 0] } }),
    'an offset beyond the file': build({ ...header, [first]: { ...entry, data_offsets: [0, 2 ** 52] } }),
    'a tensor left out': build(Object.fromEntries(Object.entries(header).slice(1))),
    'other names': build(Object.fromEntries(Object.entries(header).map(([name, one]) => [`x${name}`, one]))),
    'tensors in another order': build(Object.fromEntries(Object.entries(header).toReversed())),
    'a null for a header': text('null', data),
    'a list for a header': text('[]', data),
    'a header that is no JSON': text('{"a":', data),
    'a header that is no UTF-8': Buffer.concat([length(2), Buffer.of(0xff, 0xfe), data]),
    'JSON of great depth': text('['.repeat(20_000), data),
    'a __proto__ for a tensor': text(JSON.stringify(header).replace(JSON.stringify(first), '"__proto__"'), data),
    'a __proto__ beside the tensors': text(`{"__proto__":{"dtype":"F64"},${JSON.stringify(header).slice(1)}`, data),
    'a __proto__ in an entry': text(JSON.stringify(header).replace('"dtype"', '"__proto__":{"a":1},"dtype"'), data),
    'a constructor for a tensor': text(JSON.stringify(header).replace(JSON.stringify(first), '"constructor"'), data),
    metadata: text(`{"__metadata__":{"a":"b"},${JSON.stringify(header).slice(1)}`, data),
    'a NaN': build(header, withNumber(Number.NaN, 0)),
    'an infinity at the end': build(header, withNumber(Number.NEGATIVE_INFINITY, values - 1)),
  };
  for (const [what, bytes] of Object.entries(bad)) refused(what, { weights: bytes, record: original.record });
});

test('nor by a damaged record', () => {
  const record = JSON.parse(original.record.toString());
  const json = (changes: object) => JSON.stringify({ ...record, ...changes });
  const bad: Record<string, string> = {
    'foreign JSON': '{"hello":"world"}',
    'no JSON': 'not JSON',
    nothing: '',
    'a list': '[]',
    null: 'null',
    'JSON of great depth': '['.repeat(200_000),
    'another version': json({ formatVersion: 99 }),
    'a field more': json({ extra: 1 }),
    'a __proto__': `{"__proto__":{"formatVersion":2},${original.record.toString().trim().slice(1)}`,
    'a __proto__ instead of the specification': original.record.toString().replace('"spec"', '"__proto__"'),
    'no network of ours': json({ spec: { ...record.spec, type: 'transformer' } }),
    'the name of a built-in for a network': json({ spec: { ...record.spec, type: 'constructor' } }),
    'a wider network': json({ spec: { ...record.spec, hiddenLayers: [2048, 2048, 2048, 2048] } }),
    'a network too wide': json({ spec: { ...record.spec, hiddenLayers: [1e9] } }),
    'more inputs than features': json({ spec: { ...record.spec, inputs: 1e15 } }),
    'outputs beyond counting': json({ spec: { ...record.spec, outputs: 9e15 } }),
    'no members': json({ members: [] }),
    'many members': json({ members: Array.from({ length: 200 }, () => record.members[0]) }),
    'too many members': json({ members: Array.from({ length: 10_001 }, () => record.members[0]) }),
    'a route to no member': json({ routes: [{ start: 0, folds: [7] }] }),
    'a number that is none': json({ members: [{ ...record.members[0], temperature: null }] }),
    'a temperature of 0': json({ members: [{ ...record.members[0], temperature: 0 }] }),
    'a normalisation too short': json({ members: [{ ...record.members[0], normalisation: [] }] }),
    'a huge literal': original.record.toString().replace(/"start": \d+/, '"start": 1e999'),
  };
  for (const [what, text] of Object.entries(bad)) {
    assert.notEqual(text, original.record.toString(), what);
    refused(what, { record: Buffer.from(text), weights: original.weights });
  }
});

test('boosting and fuzzy rules whose sizes would fill the memory', () => {
  const record = JSON.parse(original.record.toString());
  const { inputs, outputs, task, seed } = record.spec;
  const common = { inputs, outputs, task, seed, earlyStopping: null };
  const trees = {
    minimumLeaf: 1,
    l2: 0,
    subsample: 1,
    featureShare: 1,
    bins: 2,
    learningRate: 0.1,
    loss: 'cross_entropy',
  };
  const rules = { partition: 'grid', membership: 'bell', consequent: 'linear', epochs: 1, stepSize: 0.1 };
  const wide = Array.from({ length: 400 }, (_, k) => `f${k}`);
  const members = record.members.map((member: object) => ({
    ...member,
    normalisation: wide.map(() => ({ method: 'none' })),
  }));
  const bad = {
    forest: { spec: { ...common, ...trees, type: 'gradient_boosting', rounds: 10_000, depth: 10 } },
    grid: { spec: { ...common, ...rules, type: 'anfis', sets: 9, rules: 2, inputs: 400 }, features: wide, members },
  };
  for (const [what, changes] of Object.entries(bad))
    refused(what, { record: Buffer.from(JSON.stringify({ ...record, ...changes })), weights: original.weights });
});

test('any bits of the weights flipped, with the hashes mended, are finite weights of the same form or corrupt', () => {
  const flips = fc.array(
    fc.tuple(fc.integer({ min: 0, max: original.weights.length - 1 }), fc.integer({ min: 0, max: 7 })),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(flips, (all) => {
      const weights = Buffer.from(original.weights);
      for (const [at, bit] of all) weights[at] ^= 1 << bit;
      const copy = write({ weights, record: original.record });
      try {
        const { members } = readArtifact(copy.folder, copy.name);
        assert.ok(members.every((member) => member.weights.every(Number.isFinite)));
      } catch (error) {
        assert.ok(error instanceof LabError && error.code === 'corrupt', String(error));
      } finally {
        rmSync(copy.folder, { recursive: true });
      }
    }),
    { numRuns: 300, seed: 11 },
  );
});

test('any text in the place of any value of the header is corrupt, never a crash', () => {
  const names = Object.keys(header);
  const property = fc.constantFrom('dtype', 'shape', 'data_offsets', '__proto__', 'toString');
  fc.assert(
    fc.property(fc.constantFrom(...names), property, fc.jsonValue(), (name, key, value) => {
      fc.pre(JSON.stringify(Object(header[name])[key]) !== JSON.stringify(value));
      const changed = `{${names.map((one) => `${JSON.stringify(one)}:${entryText(one, one === name ? { key, value } : null)}`)}}`;
      assert.throws(
        () => readSafetensors(text(changed, data), 'x'),
        (error) => error instanceof LabError && error.code === 'corrupt',
      );
    }),
    { numRuns: 400, seed: 5 },
  );
});

test('a folder, a dangling link, a loop or a device in place of a file is an error of ours', () => {
  for (const file of Object.values(files)) {
    const places: Record<string, (path: string) => void> = {
      folder: (path) => mkdirSync(path),
      'dangling link': (path) => symlinkSync(join(folder, 'nowhere'), path),
      'link to itself': (path) => symlinkSync(path, path),
      'link to a device': (path) => symlinkSync('/dev/zero', path),
      'link to a folder': (path) => symlinkSync(tmpdir(), path),
    };
    for (const [what, put] of Object.entries(places)) {
      const copy = join(folder, `copy-${copies++}`);
      cpSync(join(folder, hash), join(copy, hash), { recursive: true });
      rmSync(join(copy, hash, file));
      put(join(copy, hash, file));
      assertRefused(`${what} as ${file}`, copy, hash);
    }
  }
});

test('a file for a folder, and an endless record, are refused without reading them', () => {
  const asFile = join(folder, 'as-file');
  mkdirSync(asFile);
  writeFileSync(join(asFile, hash), 'a file');
  assertRefused('a file in place of the model', asFile, hash);
  for (const file of Object.values(files)) {
    const copy = join(folder, `copy-${copies++}`);
    cpSync(join(folder, hash), join(copy, hash), { recursive: true });
    truncateSync(join(copy, hash, file), 2 ** 40);
    const before = process.memoryUsage().arrayBuffers;
    assertRefused(`a terabyte of ${file}`, copy, hash);
    assert.ok(process.memoryUsage().arrayBuffers - before < 64 << 20, file);
  }
});

test('a header of a million tensors of nothing takes bounded time and memory', () => {
  const entries = Array.from({ length: 12_000 }, (_, k) => [
    `t${k}`,
    { dtype: 'F64', shape: [0], data_offsets: [0, 0] },
  ]);
  const bytes = text(JSON.stringify(Object.fromEntries(entries)), new Uint8Array(0));
  assert.equal(readSafetensors(bytes, 'x').length, 12_000);
  refused('empty tensors', { weights: bytes, record: original.record });
  const tooMany = text(`{${' '.repeat(1 << 20)}}`, new Uint8Array(0));
  assert.throws(() => readSafetensors(tooMany, 'x'), { code: 'corrupt' });
});

/** Nothing may be left behind on the objects of the language. */
after(() => {
  assert.equal(Object('').dtype, undefined);
  assert.equal(Object({}).formatVersion, undefined);
  assert.equal(Object({}).a, undefined);
});

interface Contents {
  readonly record: Uint8Array;
  readonly weights: Uint8Array;
}

/** A model of these files under hashes that fit them. */
function write({ record, weights }: Contents): { folder: string; name: string } {
  const mended = Buffer.from(record)
    .toString('latin1')
    .replace(/"weightsHash": ?"[0-9a-f]{64}"/, `"weightsHash": "${sha256(weights)}"`);
  const bytes = Buffer.from(mended, 'latin1');
  const name = sha256(bytes);
  const copy = join(folder, `copy-${copies++}`);
  mkdirSync(join(copy, name), { recursive: true });
  writeFileSync(join(copy, name, files.record), bytes);
  writeFileSync(join(copy, name, files.weights), weights);
  return { folder: copy, name };
}

function refused(what: string, contents: Contents): void {
  const copy = write(contents);
  const before = process.memoryUsage().arrayBuffers;
  assertRefused(what, copy.folder, copy.name, ['corrupt']);
  assert.ok(process.memoryUsage().arrayBuffers - before < 64 << 20, `${what} took much memory`);
}

function assertRefused(what: string, home: string, name: string, codes = ['corrupt', 'not_found']): void {
  assert.throws(
    () => readArtifact(home, name),
    (error) => {
      assert.ok(error instanceof LabError, `${what}: ${error}`);
      assert.ok(codes.includes(error.code), `${what}: ${error.code}`);
      return true;
    },
    what,
  );
}

function length(bytes: number | bigint): Buffer {
  const eight = Buffer.alloc(8);
  eight.writeBigUInt64LE(BigInt(bytes));
  return eight;
}

function withLength(bytes: bigint): Uint8Array {
  return Buffer.concat([length(bytes), original.weights.subarray(8)]);
}

function text(json: string, values: Uint8Array): Uint8Array {
  const bytes = Buffer.from(json);
  return Buffer.concat([length(bytes.length), bytes, values]);
}

function build(changed: object, values: Uint8Array = data): Uint8Array {
  return text(JSON.stringify(changed), values);
}

function withNumber(value: number, at: number): Uint8Array {
  const values = Buffer.from(data);
  values.writeDoubleLE(value, 8 * at);
  return values;
}

/** An entry of the header, with one of its values replaced or one more put in. */
function entryText(name: string, change: { key: string; value: unknown } | null): string {
  const values = Object.entries(header[name]).filter(([key]) => key !== change?.key);
  const all = change === null ? values : [...values, [change.key, change.value] as const];
  return `{${all.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`;
}

async function described(): Promise<Omit<ModelArtifact, 'weightsHash'>> {
  const spec = mlpSpec({ inputs: 3, hiddenLayers: [5, 4], epochs: 1 });
  const member = await trainedMember(spec, ['zscore', 'minmax', 'none']);
  const { features, classes, strategyFingerprint } = exportable(member);
  const segment = { rows: 10, purged: 0, start: 0, end: 1 };
  const segments = { train: segment, validation: null, test: null };
  const metrics = {
    train: classMetrics(Float64Array.of(1, 0, 0), Float64Array.of(0), 3),
    validation: null,
    test: null,
  };
  const history = [{ epoch: 1, trainLoss: 1, validationLoss: null }];
  const common = { segments, metrics, bestEpoch: 1, stoppedEarly: false, history };
  const members = [0, 1].map((seed) => {
    const normalisation = [...member.normalisation];
    return { ...member, ...common, normalisation, spec: { ...spec, seed }, fold: 0, seed };
  });
  return {
    formatVersion: 2,
    spec,
    engine: 'reference',
    features: [...features],
    classes: classes && [...classes],
    strategyFingerprint,
    series: [{ symbol: 'AAA', timeframe: '1d', hash: 'b'.repeat(64), start: 0, end: 1 }],
    validation: { method: 'holdout', forward: true },
    routes: [{ start: 0, folds: [0] }],
    segments,
    metrics,
    paths: [],
    codeVersion: '0.1.0',
    members,
  };
}
