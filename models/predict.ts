import { LONG, SHORT } from '@stratlab/strategies/label.ts';
import { likeliest } from './class-metrics.ts';
import { networkOf } from './networks/index.ts';
import { applyNormalisation, type ColumnNormalisation } from './normalisation.ts';
import type { ModelSpec } from './spec.ts';

/** What a prediction needs of a trained model; every artifact is one. */
export interface Predictor {
  readonly spec: ModelSpec;
  readonly normalisation: readonly ColumnNormalisation[];
  /** Regression: mean and sd of the training targets, in whose units the network works; else null. */
  readonly target: { readonly mean: number; readonly sd: number } | null;
  readonly weights: Float64Array;
}

/**
 * Class probabilities per row of features (rows x outputs), or for regression the predicted target. `features` is
 * row-major and not yet normalised. A row with any NaN gives a row of NaN.
 */
export function predict(model: Predictor, features: Float64Array): Float64Array {
  const { spec, target } = model;
  const rows = features.length / spec.inputs;
  const inputs = applyNormalisation(model.normalisation, features);
  const outputs = networkOf(spec).outputs(spec, model.weights, inputs, rows);
  for (let row = 0; row < rows; row++) {
    if (isUnknown(inputs, row, spec.inputs)) outputs.fill(Number.NaN, row * spec.outputs, (row + 1) * spec.outputs);
  }
  return target === null ? outputs : outputs.map((output) => target.mean + target.sd * output);
}

/**
 * The wished direction per row, in [-1, 1]: P(long) - P(short), or the predicted target over the sd of the training
 * targets, clipped (0 where they were constant). NaN where the prediction is.
 */
export function signalOf({ spec, target }: Predictor, predictions: Float64Array): Float64Array {
  if (target !== null) {
    return predictions.map((prediction) => clip(target.sd > 0 ? prediction / target.sd : prediction * 0));
  }
  const signal = new Float64Array(predictions.length / spec.outputs);
  for (let row = 0; row < signal.length; row++) {
    signal[row] = predictions[row * spec.outputs + LONG] - predictions[row * spec.outputs + SHORT];
  }
  return signal;
}

/** How sure the model is per row, in [0, 1]: the probability of its likeliest class, or the size of the signal. */
export function confidenceOf(model: Predictor, predictions: Float64Array): Float64Array {
  if (model.target !== null) return signalOf(model, predictions).map(Math.abs);
  const { outputs } = model.spec;
  const confidence = new Float64Array(predictions.length / outputs);
  for (let row = 0; row < confidence.length; row++) {
    confidence[row] = predictions[row * outputs + likeliest(predictions, row, outputs)];
  }
  return confidence;
}

function isUnknown(values: Float64Array, row: number, columns: number): boolean {
  for (let k = row * columns; k < (row + 1) * columns; k++) if (Number.isNaN(values[k])) return true;
  return false;
}

function clip(value: number): number {
  return value > 1 ? 1 : value < -1 ? -1 : value;
}
