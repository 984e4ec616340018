import { classMetrics, regressionMetrics, type SplitMetrics } from './class-metrics.ts';
import type { Dataset, TrainedNetwork, TrainingEngine, TrainingHooks } from './engine.ts';
import {
  applyNormalisation,
  type ColumnNormalisation,
  fitNormalisation,
  moments,
  type NormalisationMethod,
} from './normalisation.ts';
import { type Predictor, predict } from './predict.ts';
import type { ModelSpec } from './spec.ts';

/** Rows that a model may be fitted on and judged by; every column has one entry per row of `features`. */
export interface Learnable {
  /** rows x spec.inputs, row-major, not normalised. */
  readonly features: Float64Array;
  /** One method per input. */
  readonly normalisation: readonly NormalisationMethod[];
  /** Class index or real target; NaN where unknown. */
  readonly targets: Float64Array;
  /** Weight of each row in the training loss; null: all 1. */
  readonly weights: Float64Array | null;
}

/** Row numbers of each part; none of their rows has a NaN among features or target. */
export interface Parts {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

export interface FittedModel extends Predictor, Omit<TrainedNetwork, 'weights'> {
  readonly metrics: {
    readonly train: SplitMetrics;
    readonly validation: SplitMetrics | null;
    readonly test: SplitMetrics | null;
  };
}

/** The rows whose features and target are all known, ascending. */
export function usableRows(features: Float64Array, targets: Float64Array): Int32Array {
  const columns = features.length / targets.length;
  const rows: number[] = [];
  for (let row = 0; row < targets.length; row++) {
    let known = !Number.isNaN(targets[row]);
    for (let k = row * columns; known && k < (row + 1) * columns; k++) known = !Number.isNaN(features[k]);
    if (known) rows.push(row);
  }
  return Int32Array.from(rows);
}

/**
 * Fits normalisation, target scale and network on the training rows alone (early stopping watches the validation
 * rows), then judges each part. A part without rows is null.
 */
export async function fitModel(
  spec: ModelSpec,
  learnable: Learnable,
  parts: Parts,
  engine: TrainingEngine,
  hooks: TrainingHooks,
): Promise<FittedModel> {
  const normalisation = fitNormalisation(learnable.normalisation, learnable.features, parts.train);
  const target = spec.task === 'regression' ? moments(pick(learnable.targets, parts.train)) : null;
  const dataset = (rows: Int32Array) => gather(spec, learnable, rows, normalisation, target);
  const validation = parts.validation.length > 0 ? dataset(parts.validation) : null;
  const trained = await engine.train(spec, { train: dataset(parts.train), validation }, hooks);
  const model = { spec, normalisation, target, ...trained };
  const judge = (rows: Int32Array) => judgePart(model, learnable, rows);
  return {
    ...model,
    metrics: {
      train: judge(parts.train),
      validation: parts.validation.length > 0 ? judge(parts.validation) : null,
      test: parts.test.length > 0 ? judge(parts.test) : null,
    },
  };
}

function gather(
  spec: ModelSpec,
  learnable: Learnable,
  rows: Int32Array,
  normalisation: readonly ColumnNormalisation[],
  target: Predictor['target'],
): Dataset {
  const targets = pick(learnable.targets, rows);
  return {
    rows: rows.length,
    features: applyNormalisation(normalisation, pickRows(learnable.features, rows, spec.inputs)),
    targets: target === null ? targets : targets.map((y) => (target.sd > 0 ? (y - target.mean) / target.sd : 0)),
    weights: learnable.weights === null ? null : pick(learnable.weights, rows),
  };
}

function judgePart(model: Predictor, { features, targets }: Learnable, rows: Int32Array): SplitMetrics {
  const predictions = predict(model, pickRows(features, rows, model.spec.inputs));
  const truths = pick(targets, rows);
  return model.target === null
    ? classMetrics(predictions, truths, model.spec.outputs)
    : regressionMetrics(predictions, truths, model.target.mean);
}

function pick(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]);
}

function pickRows(values: Float64Array, rows: Int32Array, columns: number): Float64Array {
  const picked = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    picked.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return picked;
}
