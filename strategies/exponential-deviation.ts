import { warmingUp } from './rolling.ts';

/**
 * Exponentially weighted standard deviation of the values up to each row, from row `first` on: weights (1 - a)^age with
 * a = 2 / (span + 1), divided by their sum, bias-corrected (pandas `ewm(span).std()`, `adjust=True`). Two values are
 * the least: NaN up to row `first`.
 */
export function exponentialDeviation(values: Float64Array, span: number, first = 0): Float64Array {
  const deviation = warmingUp(values.length, first + 1);
  if (first >= values.length) return deviation;
  const keep = 1 - 2 / (span + 1);
  let mean = values[first];
  let variance = 0;
  let weight = 1;
  let squares = 1;
  for (let row = first + 1; row < values.length; row++) {
    const old = keep * weight;
    weight = old + 1;
    squares = keep * keep * squares + 1;
    const before = mean;
    mean += (values[row] - mean) / weight;
    variance = (old * (variance + (before - mean) ** 2) + (values[row] - mean) ** 2) / weight;
    deviation[row] = Math.sqrt(variance * (weight ** 2 / (weight ** 2 - squares)));
  }
  return deviation;
}

/** `exponentialDeviation` of the simple returns from close to close, as a fraction; NaN on the first two bars. */
export function returnDeviation(close: Float64Array, span: number): Float64Array {
  const returns = close.map((price, bar) => (bar === 0 ? Number.NaN : price / close[bar - 1] - 1));
  return exponentialDeviation(returns, span, 1);
}
