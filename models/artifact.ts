import { readFileSync, type Stats, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '@stratlab/data/atomic-file.ts';
import { LabError } from '@stratlab/data/error.ts';
import { sha256 } from '@stratlab/data/hash.ts';
import { z } from 'zod';
import { splitMetricsSchema } from './class-metrics.ts';
import { expertsOf } from './composition.ts';
import type { Member } from './ensemble.ts';
import type { WeightTensor } from './network.ts';
import { networkOf } from './networks/index.ts';
import { sizeOf, type TensorView, viewsOf } from './networks/layout.ts';
import { normalisationSchema } from './normalisation.ts';
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.ts';
import { type ModelSpec, modelSpecSchema } from './spec.ts';
import { parseStrictJson } from './strict-json.ts';

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

const segmentSchema = z.strictObject({
  rows: z.int().min(0),
  purged: z.int().min(0),
  start: z.number(),
  end: z.number(),
});

const part = z.strictObject({
  train: segmentSchema,
  validation: segmentSchema.nullable(),
  test: segmentSchema.nullable(),
});

const metricsSchema = z.strictObject({
  train: splitMetricsSchema,
  validation: splitMetricsSchema.nullable(),
  test: splitMetricsSchema.nullable(),
});

/** One trained network, but its weights. */
const memberSchema = z.strictObject({
  fold: z.int().min(0),
  seed: z.int().min(0),
  temperature: z.number().positive(),
  normalisation: normalisationSchema,
  /** Regression: mean and sd of the training targets, in whose units the network works. */
  target: z.strictObject({ mean: z.number(), sd: z.number().min(0) }).nullable(),
  segments: part,
  bestEpoch: z.int().min(1),
  stoppedEarly: z.boolean(),
  history: z.array(z.strictObject({ epoch: z.int(), trainLoss: z.number(), validationLoss: z.number().nullable() })),
  metrics: metricsSchema,
  /** Of a composition: the model that this is a network of. */
  expert: z.string().optional(),
});

const routingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('soft') }),
  z.strictObject({
    kind: z.literal('hard'),
    threshold: z.number(),
    stabilityBars: z.int().min(1),
    closesAtSwitch: z.boolean(),
  }),
]);

/** The gate of a composition, and which model it lets decide. */
const compositionSchema = z.strictObject({
  gate: z.strictObject({
    /** With the first member's seed. */
    spec: modelSpecSchema,
    engine: z.string(),
    features: z.array(z.string()).min(1),
    classes: z.array(z.string()).min(2),
    members: z.array(memberSchema).min(1).max(10_000),
  }),
  rules: z.record(z.string(), z.string()),
  routing: routingSchema,
});

const recordSchema = z
  .strictObject({
    formatVersion: z.literal(2),
    /** With the first member's seed. */
    spec: modelSpecSchema,
    engine: z.string(),
    /** Names of the features, in the order of the inputs. */
    features: z.array(z.string()).min(1),
    /** Names of the outputs; null for regression. */
    classes: z.array(z.string()).nullable(),
    strategyFingerprint: z.string(),
    /** The bars that were learnt from: content hash and the starts of the first and last bar used, epoch milliseconds. */
    series: z.array(
      z.strictObject({
        symbol: z.string(),
        timeframe: z.string(),
        hash: hashSchema,
        start: z.number(),
        end: z.number(),
      }),
    ),
    /** The method that divided the rows, and whether its tested rows come after all that their networks learnt from. */
    validation: z.strictObject({ method: z.string(), forward: z.boolean() }),
    /** Fold by fold, seed by seed. */
    members: z.array(memberSchema).min(1).max(10_000),
    routes: z.array(z.strictObject({ start: z.number(), folds: z.array(z.int().min(0)).min(1) })).min(1),
    /** The newest fold's parts, but `test`: all rows that any fold tested, and how the members did on them together. */
    segments: part,
    metrics: metricsSchema,
    /** Of cpcv: each whole history that its splits make up. */
    paths: z.array(splitMetricsSchema),
    composition: compositionSchema.optional(),
    /** Bars of other symbols that were read beside those learnt from, by content hash. */
    context: z.array(z.strictObject({ symbol: z.string(), timeframe: z.string(), hash: hashSchema })).optional(),
    codeVersion: z.string(),
    weightsHash: hashSchema,
  })
  .refine(
    ({ spec, features, members, composition }) =>
      (composition === undefined ? features.length === spec.inputs : features.length >= spec.inputs) &&
      members.every(({ normalisation }) => normalisation.length === spec.inputs),
    'as many features and normalisations as inputs',
  )
  .refine(
    ({ spec, classes, members }) =>
      spec.task === 'classification'
        ? classes?.length === spec.outputs
        : classes === null && members.every(({ target }) => target !== null),
    'one class per output of a classification, a target scale for a regression',
  )
  .refine(
    ({ members, routes }) => routes.every(({ folds }) => folds.every((fold) => members.some((m) => m.fold === fold))),
    'every fold of a route has a member',
  )
  .refine(
    ({ members, routes, composition, features }) =>
      composition === undefined || isComposed(composition, members, routes, features),
    'a gate and a network of each of its models for every fold of a route',
  );

type Composed = z.infer<typeof compositionSchema>;
type MemberRecord = z.infer<typeof memberSchema>;

function isComposed(
  { gate, rules }: Composed,
  members: readonly MemberRecord[],
  routes: readonly { folds: readonly number[] }[],
  features: readonly string[],
): boolean {
  const experts = expertsOf({ regimes: gate.classes, rules });
  const covers = (own: readonly MemberRecord[]) =>
    routes.every(({ folds }) => folds.every((fold) => own.some((member) => member.fold === fold)));
  return (
    gate.features.length === gate.spec.inputs &&
    gate.classes.length === gate.spec.outputs &&
    gate.features.every((name) => features.includes(name)) &&
    gate.classes.every((regime) => Object.hasOwn(rules, regime)) &&
    gate.members.every(({ normalisation }) => normalisation.length === gate.spec.inputs) &&
    experts.length > 0 &&
    [gate.members, ...experts.map((name) => members.filter(({ expert }) => expert === name))].every(covers)
  );
}

/** Everything about a trained model but its weights. */
export type ModelRecord = z.infer<typeof recordSchema>;

export type ArtifactMember = z.infer<typeof memberSchema> & Pick<Member, 'spec' | 'weights'>;

/** A gate with its networks' weights, and what it routes to. */
export interface ArtifactComposition extends Omit<Composed, 'gate'> {
  gate: Omit<Composed['gate'], 'members'> & { members: ArtifactMember[] };
}

/** A trained model: an ensemble of one member or more, or of one per regime, with everything it was made from. */
export interface ModelArtifact extends Omit<ModelRecord, 'members' | 'composition'> {
  readonly members: ArtifactMember[];
  readonly composition?: ArtifactComposition | undefined;
}

/** Every network of a model: those of a gate come last. */
export function networksOf({ members, composition }: Pick<ModelArtifact, 'members' | 'composition'>): ArtifactMember[] {
  return [...members, ...(composition?.gate.members ?? [])];
}

const recordFile = 'model.json';
const weightsFile = 'weights.safetensors';
const maxRecordBytes = 64 << 20;

/**
 * Writes a trained model below `folder` and returns its hash: the SHA-256 of its record, which holds that of its
 * weights. The same model has the same hash and bytes; writing it again changes nothing. A crash leaves no model that
 * can be read. Throws `unavailable` where the disk refuses.
 */
export function writeArtifact(folder: string, artifact: Omit<ModelArtifact, 'weightsHash'>): string {
  const { members, composition, ...described } = artifact;
  const gate = composition?.gate;
  const tensorFile = writeSafetensors([
    ...tensorsOf(artifact.spec, members, memberTensor),
    ...(gate === undefined ? [] : tensorsOf(gate.spec, gate.members, gateTensor)),
  ]);
  const record = recordSchema.parse({
    ...described,
    members: recordsOf(members),
    ...(composition && {
      composition: { ...composition, gate: { ...gate, members: recordsOf(composition.gate.members) } },
    }),
    weightsHash: sha256(tensorFile),
  });
  const text = `${JSON.stringify(record, null, 1)}\n`;
  const hash = sha256(text);
  writeFileAtomic(join(folder, hash, weightsFile), tensorFile);
  writeFileAtomic(join(folder, hash, recordFile), text);
  return hash;
}

/** Reads a model and checks every byte of it. Throws `not_found` for an absent one, `corrupt` for any other than was written. */
export function readArtifact(folder: string, hash: string): ModelArtifact {
  const record = readRecord(folder, hash);
  const bytes = readBounded(join(folder, hash, weightsFile), hash, weightsFileLimit(record));
  if (sha256(bytes) !== record.weightsHash) throw corrupt(hash, `${weightsFile} is not what was written`);
  return withWeights(record, readSafetensors(bytes, weightsFile), hash);
}

/** The file of a model's record, below the folder of models; its hash is the model's. */
export function modelRecord(hash: string): { path: string; hash: string } {
  return { path: `${hash}/${recordFile}`, hash };
}

/** The files of a model below the folder of models, by the hash of their content. Throws as `readArtifact`. */
export function modelFiles(folder: string, hash: string): { path: string; hash: string }[] {
  const { weightsHash } = readRecord(folder, hash);
  return [modelRecord(hash), { path: `${hash}/${weightsFile}`, hash: weightsHash }];
}

function readRecord(folder: string, hash: string): ModelRecord {
  if (!hashSchema.safeParse(hash).success) throw new LabError('not_found', `"${hash}" is not the hash of a model.`);
  const text = readBounded(join(folder, hash, recordFile), hash, maxRecordBytes);
  if (sha256(text) === hash) return parseRecord(text, hash);
  throw corrupt(hash, `${recordFile} is not what was written`);
}

function readBounded(path: string, hash: string, limit: number): Uint8Array {
  let file: Stats;
  try {
    file = statSync(path);
  } catch (cause) {
    throw new LabError('not_found', `The files of model ${hash} are not there.`, { hint: 'Train it again.', cause });
  }
  if (!file.isFile()) throw corrupt(hash, `${basename(path)} is no file`);
  if (file.size > limit) throw corrupt(hash, `a file of ${file.size} bytes is larger than any of ours (${limit})`);
  try {
    return readFileSync(path);
  } catch (cause) {
    throw corrupt(hash, `${basename(path)} cannot be read`, cause);
  }
}

function parseRecord(text: Uint8Array, hash: string): ModelRecord {
  try {
    const record = recordSchema.parse(parseStrictJson(text));
    for (const spec of [record.spec, record.composition?.gate.spec]) if (spec !== undefined) weightCount(spec);
    return record;
  } catch (cause) {
    throw corrupt(hash, `${recordFile} is not a record of format version 2`, cause);
  }
}

function recordsOf(members: readonly ArtifactMember[]): MemberRecord[] {
  return members.map(({ weights: _weights, spec: _spec, ...member }) => member);
}

type TensorName = (member: number, name: string) => string;

function tensorsOf(
  spec: ModelSpec,
  members: readonly Pick<ArtifactMember, 'weights'>[],
  named: TensorName,
): TensorView[] {
  return members.flatMap(({ weights }, k) =>
    viewsOf(networkOf(spec).tensors(spec), weights).map((tensor) => ({ ...tensor, name: named(k, tensor.name) })),
  );
}

/** Nothing is allocated before the tensors, whose sizes the file has proved, are those of the networks. */
function withWeights(
  { members, composition, ...record }: ModelRecord,
  tensors: readonly Tensor[],
  hash: string,
): ModelArtifact {
  const gate = composition?.gate;
  const own = namesOf(record.spec, members.length, memberTensor);
  const gates = gate === undefined ? [] : namesOf(gate.spec, gate.members.length, gateTensor);
  const expected = [...own, ...gates];
  const fits = expected.length === tensors.length && expected.every((tensor, i) => sameForm(tensor, tensors[i]));
  if (!fits) throw corrupt(hash, `${weightsFile} does not hold the tensors of the network`);
  return {
    ...record,
    members: weighed(record.spec, members, tensors.slice(0, own.length)),
    ...(composition && {
      composition: {
        ...composition,
        gate: {
          ...composition.gate,
          members: weighed(composition.gate.spec, composition.gate.members, tensors.slice(own.length)),
        },
      },
    }),
  };
}

function namesOf(spec: ModelSpec, members: number, named: TensorName): WeightTensor[] {
  const layout = networkOf(spec).tensors(spec);
  return Array.from({ length: members }, (_, k) =>
    layout.map(({ name, shape }) => ({ name: named(k, name), shape })),
  ).flat();
}

function weighed(spec: ModelSpec, members: readonly MemberRecord[], tensors: readonly Tensor[]): ArtifactMember[] {
  const count = tensors.length / members.length;
  return members.map((member, k) => ({
    ...member,
    spec: { ...spec, seed: member.seed },
    weights: joined(tensors.slice(k * count, (k + 1) * count)),
  }));
}

function joined(tensors: readonly Tensor[]): Float64Array {
  const weights = new Float64Array(sizeOf(tensors));
  let at = 0;
  for (const { values } of tensors) {
    weights.set(values, at);
    at += values.length;
  }
  return weights;
}

function memberTensor(member: number, name: string): string {
  return `members.${member}.${name}`;
}

function gateTensor(member: number, name: string): string {
  return `gate.${member}.${name}`;
}

function sameForm(a: WeightTensor, b: WeightTensor): boolean {
  return a.name === b.name && a.shape.join() === b.shape.join();
}

function weightCount(spec: ModelSpec): number {
  return sizeOf(networkOf(spec).tensors(spec));
}

function weightsFileLimit({ spec, members, composition }: ModelRecord): number {
  const limit = (network: ModelSpec, count: number) => count * (weightCount(network) * 8 + (1 << 16));
  const gate = composition?.gate;
  return limit(spec, members.length) + (gate === undefined ? 0 : limit(gate.spec, gate.members.length));
}

function corrupt(hash: string, what: string, cause?: unknown): LabError {
  return new LabError('corrupt', `Model ${hash.slice(0, 12)} cannot be used: ${what}.`, {
    hint: 'Train it again, or restore the lab from a backup.',
    cause,
  });
}
