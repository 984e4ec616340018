import { classMetrics, regressionMetrics, type SplitMetrics } from './class-metrics.ts';
import type { Dataset, TrainingData } from './engine.ts';
import {
  applyNormalisation,
  type ColumnNormalisation,
  fitNormalisation,
  moments,
  type NormalisationMethod,
} from './normalisation.ts';
import type { Predictor } from './predict.ts';
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

/** A training as an engine takes it, with what was fitted to its training rows beside the network. */
export interface Prepared {
  readonly normalisation: readonly ColumnNormalisation[];
  /** Regression: mean and sd of the training targets; else null. */
  readonly target: Predictor['target'];
  readonly data: TrainingData;
}

/**
 * Fits normalisation and target scale on the training rows alone, or on those of them that `scaled` names; early stopping
 * will watch the validation rows.
 */
export function prepareTraining(
  spec: ModelSpec,
  learnable: Learnable,
  parts: Parts & { readonly scaled?: Int32Array },
): Prepared {
  const { scaled = parts.train } = parts;
  const normalisation = fitNormalisation(learnable.normalisation, learnable.features, scaled);
  const target = spec.task === 'regression' ? moments(pick(learnable.targets, scaled)) : null;
  const dataset = (rows: Int32Array) => gather(spec, learnable, rows, normalisation, target);
  const validation = parts.validation.length > 0 ? dataset(parts.validation) : null;
  return { normalisation, target, data: { train: dataset(parts.train), validation } };
}

/** How a predictor does on each part; one without rows is null. */
export function judgeParts(spec: ModelSpec, learnable: Learnable, parts: Parts, answer: Answer, mean: number) {
  const judge = (rows: Int32Array): SplitMetrics =>
    judgeRows(spec, learnable.targets, rows, answer(rowsOf(spec, learnable, rows)), mean);
  return {
    train: judge(parts.train),
    validation: parts.validation.length > 0 ? judge(parts.validation) : null,
    test: parts.test.length > 0 ? judge(parts.test) : null,
  };
}

/** Predictions for row-major features that are not normalised. */
export type Answer = (features: Float64Array) => Float64Array;

/** The features of some rows, row-major. */
export function rowsOf(spec: ModelSpec, { features }: Learnable, rows: Int32Array): Float64Array {
  return pickRows(features, rows, spec.inputs);
}

/** `mean` of the training targets is what a regression is held against. */
export function judgeRows(
  spec: ModelSpec,
  targets: Float64Array,
  rows: Int32Array,
  predictions: Float64Array,
  mean: number,
): SplitMetrics {
  const truths = pick(targets, rows);
  return spec.task === 'classification'
    ? classMetrics(predictions, truths, spec.outputs)
    : regressionMetrics(predictions, truths, mean);
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

export function pick(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]);
}

/** Rows of a row-major matrix. */
export function pickRows(values: Float64Array, rows: Int32Array, columns: number): Float64Array {
  const picked = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    picked.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return picked;
}
