import { normal, seededRandom } from '@stratlab/data/random.ts';
import { referenceEngine } from '@stratlab/models/engines/reference.ts';
import type { ExportableMember, ExportableModel } from '@stratlab/models/export.ts';
import {
  applyNormalisation,
  fitNormalisation,
  moments,
  type NormalisationMethod,
  normalisationMethods,
} from '@stratlab/models/normalisation.ts';
import { type ModelSpec, modelSpecSchema, type NetworkSpec } from '@stratlab/models/spec.ts';

/** Raw features as a market has them: prices, ratios, small and constant columns. */
export function rawFeatures(rows: number, inputs: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: rows * inputs }, (_, at) => {
    const column = (at % inputs) % 4;
    if (column === 3 && inputs > 4) return 42.1;
    return [4000 + 300 * normal(random), normal(random), 1e-4 * normal(random), Math.round(3 * normal(random))][column];
  });
}

/** A network trained for a few epochs on made-up rows, its columns normalised by the methods in turn. */
export async function trainedMember(
  spec: ModelSpec,
  methods: readonly NormalisationMethod[] = normalisationMethods.toReversed(),
  trainRows = 300,
): Promise<ExportableMember> {
  const features = rawFeatures(trainRows, spec.inputs, spec.seed);
  const chosen = Array.from({ length: spec.inputs }, (_, k) => methods[k % methods.length]);
  const rows = Int32Array.from({ length: trainRows }, (_, row) => row);
  const normalisation = fitNormalisation(chosen, features, rows);
  const raw = Float64Array.from(rows, (row) => 0.02 * Math.sin(features[row * spec.inputs + 1]) + 0.001);
  const target = spec.task === 'regression' ? moments(raw) : null;
  const targets = target
    ? raw.map((y) => (y - target.mean) / target.sd)
    : raw.map((y, row) => (y < 0 ? 0 : row % 5 === 0 ? 1 : spec.outputs - 1));
  const inputs = applyNormalisation(normalisation, features);
  const train = { rows: trainRows, features: inputs, targets, weights: null };
  const { weights } = await referenceEngine.train(spec, { train, validation: null }, { onEpoch() {} });
  return { spec, normalisation, target, weights, temperature: 1 };
}

export function exportable(...members: readonly ExportableMember[]): ExportableModel {
  const [{ spec }] = members;
  return {
    members,
    features: Array.from({ length: spec.inputs }, (_, k) => `1d_feature_${k}`),
    classes: spec.task === 'classification' ? ['short', 'flat', 'long'].slice(0, spec.outputs) : null,
    strategyFingerprint: 'f'.repeat(64),
  };
}

export function anfisSpec(changes: Partial<NetworkSpec<'anfis'>> = {}): ModelSpec {
  return modelSpecSchema.parse({
    type: 'anfis',
    inputs: 3,
    outputs: 3,
    task: 'classification',
    seed: 5,
    partition: 'clustered',
    sets: 2,
    rules: 4,
    membership: 'gaussian',
    consequent: 'linear',
    epochs: 4,
    stepSize: 0.05,
    earlyStopping: null,
    ...changes,
  });
}

export function boostingSpec(changes: Partial<NetworkSpec<'gradient_boosting'>> = {}): ModelSpec {
  return modelSpecSchema.parse({
    type: 'gradient_boosting',
    inputs: 4,
    outputs: 3,
    task: 'classification',
    seed: 5,
    rounds: 20,
    depth: 4,
    learningRate: 0.1,
    minimumLeaf: 1,
    l2: 0,
    subsample: 0.8,
    featureShare: 1,
    bins: 255,
    loss: 'cross_entropy',
    earlyStopping: null,
    ...changes,
  });
}
