import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@stratlab/data/atomic-file.ts';
import { LabError } from '@stratlab/data/error.ts';
import { sha256 } from '@stratlab/data/hash.ts';
import { z } from 'zod';
import { splitMetricsSchema } from './class-metrics.ts';
import { layersOf, weightCount } from './networks/mlp.ts';
import { normalisationSchema } from './normalisation.ts';
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.ts';
import { type ModelSpec, modelSpecSchema } from './spec.ts';

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

const segmentSchema = z.strictObject({
  rows: z.int().min(0),
  purged: z.int().min(0),
  start: z.number(),
  end: z.number(),
});

const recordSchema = z
  .strictObject({
    formatVersion: z.literal(1),
    spec: modelSpecSchema,
    engine: z.string(),
    /** Names of the features, in the order of the inputs. */
    features: z.array(z.string()).min(1),
    normalisation: normalisationSchema,
    /** Names of the outputs; null for regression. */
    classes: z.array(z.string()).nullable(),
    /** Regression: mean and sd of the training targets, in whose units the network works. */
    target: z.strictObject({ mean: z.number(), sd: z.number().min(0) }).nullable(),
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
    /** Rows and first and last bar of each part of the split; null where there is none. */
    segments: z.strictObject({
      train: segmentSchema,
      validation: segmentSchema.nullable(),
      test: segmentSchema.nullable(),
    }),
    codeVersion: z.string(),
    bestEpoch: z.int().min(1),
    stoppedEarly: z.boolean(),
    history: z.array(z.strictObject({ epoch: z.int(), trainLoss: z.number(), validationLoss: z.number().nullable() })),
    metrics: z.strictObject({
      train: splitMetricsSchema,
      validation: splitMetricsSchema.nullable(),
      test: splitMetricsSchema.nullable(),
    }),
    weightsHash: hashSchema,
  })
  .refine(
    ({ spec, features, normalisation }) => features.length === spec.inputs && normalisation.length === spec.inputs,
    'as many features and normalisations as inputs',
  )
  .refine(
    ({ spec, classes, target }) =>
      spec.task === 'classification' ? classes?.length === spec.outputs : classes === null && target !== null,
    'one class per output of a classification, a target scale for a regression',
  );

/** Everything about a trained model but its weights. */
export type ModelRecord = z.infer<typeof recordSchema>;

export interface ModelArtifact extends ModelRecord {
  /** In the canonical layout of the network. */
  readonly weights: Float64Array;
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
  const { weights, ...described } = artifact;
  const tensorFile = writeSafetensors(tensorsOf(artifact.spec, weights));
  const record = recordSchema.parse({ ...described, weightsHash: sha256(tensorFile) });
  const text = `${JSON.stringify(record, null, 1)}\n`;
  const hash = sha256(text);
  writeFileAtomic(join(folder, hash, weightsFile), tensorFile);
  writeFileAtomic(join(folder, hash, recordFile), text);
  return hash;
}

/** Reads a model and checks every byte of it. Throws `not_found` for an absent one, `corrupt` for any other than was written. */
export function readArtifact(folder: string, hash: string): ModelArtifact {
  if (!hashSchema.safeParse(hash).success) throw new LabError('not_found', `"${hash}" is not the hash of a model.`);
  const path = join(folder, hash);
  const text = readBounded(join(path, recordFile), hash, maxRecordBytes);
  if (sha256(text) !== hash) throw corrupt(hash, `${recordFile} is not what was written`);
  const record = parseRecord(text, hash);
  const bytes = readBounded(join(path, weightsFile), hash, weightsFileLimit(record.spec));
  if (sha256(bytes) !== record.weightsHash) throw corrupt(hash, `${weightsFile} is not what was written`);
  return { ...record, weights: weightsOf(record.spec, readSafetensors(bytes, weightsFile), hash) };
}

function readBounded(path: string, hash: string, limit: number): Uint8Array {
  let size: number;
  try {
    size = statSync(path).size;
  } catch (cause) {
    throw new LabError('not_found', `The files of model ${hash} are not there.`, { hint: 'Train it again.', cause });
  }
  if (size > limit) throw corrupt(hash, `a file of ${size} bytes is larger than any of ours (${limit})`);
  return readFileSync(path);
}

function parseRecord(text: Uint8Array, hash: string): ModelRecord {
  try {
    return recordSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text)));
  } catch (cause) {
    throw corrupt(hash, `${recordFile} is not a record of format version 1`, cause);
  }
}

function tensorsOf(spec: ModelSpec, weights: Float64Array): Tensor[] {
  return layersOf(spec, weights).flatMap((layer, l) => [
    { name: `layers.${l}.weights`, shape: [layer.inputs, layer.outputs], values: layer.weights },
    { name: `layers.${l}.biases`, shape: [layer.outputs], values: layer.biases },
  ]);
}

function weightsOf(spec: ModelSpec, tensors: readonly Tensor[], hash: string): Float64Array {
  const weights = new Float64Array(weightCount(spec));
  const expected = tensorsOf(spec, weights);
  const fits = expected.length === tensors.length && expected.every((tensor, i) => sameForm(tensor, tensors[i]));
  if (!fits) throw corrupt(hash, `${weightsFile} does not hold the layers of the network`);
  expected.forEach((tensor, i) => {
    tensor.values.set(tensors[i].values);
  });
  return weights;
}

function sameForm(a: Tensor, b: Tensor): boolean {
  return a.name === b.name && a.shape.join() === b.shape.join();
}

function weightsFileLimit(spec: ModelSpec): number {
  return weightCount(spec) * 8 + (1 << 16);
}

function corrupt(hash: string, what: string, cause?: unknown): LabError {
  return new LabError('corrupt', `Model ${hash.slice(0, 12)} cannot be used: ${what}.`, {
    hint: 'Train it again, or restore the lab from a backup.',
    cause,
  });
}
