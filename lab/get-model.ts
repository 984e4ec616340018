import { formatInstant } from '@stratlab/data/instant.ts';
import { architectureOf } from '@stratlab/models/architecture.ts';
import { type ArtifactComposition, type ModelArtifact, readArtifact } from '@stratlab/models/artifact.ts';
import { newestMember } from '@stratlab/models/ensemble.ts';
import { featureScales } from '@stratlab/models/trained-model.ts';
import { requireModelRow } from './find-model.ts';
import type { Lab } from './lab.ts';
import { shown, shownFolds } from './shown-folds.ts';

const lossPoints = 40;

/** A model's record: figures per part beside the majority class, its loss curve, and everything it was made from. */
export function getModel(lab: Lab, input: { model_id: string }) {
  const row = requireModelRow(lab, input.model_id);
  const artifact = readArtifact(lab.folders.models, row.artifactHash);
  const segment = (part: { rows: number; purged: number; start: number; end: number } | null) =>
    part && { rows: part.rows, purged: part.purged, start: formatInstant(part.start), end: formatInstant(part.end) };
  const newest = newestMember(artifact);
  const step = Math.max(1, Math.ceil(newest.history.length / lossPoints));
  const history = newest.history.filter(
    ({ epoch }, k) => k % step === 0 || epoch === newest.bestEpoch || k === newest.history.length - 1,
  );
  return {
    model_id: row.id,
    strategy_name: row.strategyName,
    version: row.strategyVersion,
    symbols: row.symbols,
    timeframe: row.timeframe,
    engine: row.engine,
    seed: row.seed,
    metrics: artifact.metrics,
    folds: shownFolds(artifact.members.map(({ fold, expert, seed, metrics }) => ({ fold, expert, seed, ...metrics }))),
    paths: artifact.paths.map(shown),
    validation: artifact.validation,
    segments: {
      train: segment(artifact.segments.train),
      validation: segment(artifact.segments.validation),
      test: segment(artifact.segments.test),
    },
    loss: {
      columns: ['epoch', 'train_loss', 'validation_loss'],
      rows: history.map(({ epoch, trainLoss, validationLoss }) => [epoch, trainLoss, validationLoss]),
    },
    best_epoch: newest.bestEpoch,
    stopped_early: newest.stoppedEarly,
    temperature: newest.temperature,
    features: artifact.features,
    fitted_sets: fittedSets(artifact),
    classes: artifact.classes,
    architecture: {
      type: artifact.spec.type,
      ...architectureOf(artifact.spec),
      weights: newest.weights.length,
      networks: artifact.members.length,
    },
    composition: artifact.composition === undefined ? null : composed(artifact.composition),
    context: artifact.context ?? [],
    fingerprint: row.fingerprint,
    artifact_hash: row.artifactHash,
    artifact_folder: `models/${row.artifactHash}`,
    data: artifact.series.map(({ symbol, timeframe, hash, start, end }) => ({
      symbol,
      timeframe,
      hash,
      start: formatInstant(start),
      end: formatInstant(end),
    })),
    code_version: artifact.codeVersion,
    created_at: formatInstant(row.createdAt),
    experiment_id: row.experimentId,
  };
}

/** The gate of a model per regime, and what it routes to. */
function composed({ gate, rules, routing }: ArtifactComposition) {
  const newest = newestMember(gate);
  return {
    rules,
    routing,
    gate: {
      architecture: { type: gate.spec.type, ...architectureOf(gate.spec), weights: newest.weights.length },
      networks: gate.members.length,
      engine: gate.engine,
      features: gate.features,
      classes: gate.classes,
      metrics: {
        train: shown(newest.metrics.train),
        validation: newest.metrics.validation && shown(newest.metrics.validation),
        test: newest.metrics.test && shown(newest.metrics.test),
      },
      best_epoch: newest.bestEpoch,
      temperature: newest.temperature,
    },
  };
}

/** The sets of `auto` in the units of their indicators, as the newest networks' fold fitted them; of the newest rows. */
function fittedSets(artifact: ModelArtifact) {
  const { features } = artifact;
  return featureScales(artifact).flatMap((column, k) => {
    if (column.method !== 'membership' || isEarlierRow(features[k], features)) return [];
    const { left, peak, right } = column;
    return [{ feature: features[k], left, peak, right }];
  });
}

function isEarlierRow(feature: string, features: readonly string[]): boolean {
  const newest = feature.replace(/_lag\d+$/, '');
  return newest !== feature && features.includes(newest);
}
