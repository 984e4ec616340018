import { networkOf } from '../networks/index.ts';
import { viewsOf } from '../networks/layout.ts';
import type { NeuralSpec } from '../spec.ts';

/**
 * Adds the gradient of the penalties l1 |w| + l2 w^2 / 2 over weights and kernels (the tensors of two dimensions; not
 * biases) to `gradient`, before any clipping. At 0 the slope of |w| is taken as 0.
 */
export function createPenalties(spec: NeuralSpec, weights: Float64Array, gradient: Float64Array): () => void {
  const { l1, l2 } = spec;
  if (l1 === 0 && l2 === 0) return () => {};
  const layout = networkOf(spec).tensors(spec);
  const slopes = viewsOf(layout, gradient);
  const penalised = viewsOf(layout, weights).flatMap(({ shape, values }, i) =>
    shape.length === 2 ? [{ values, slope: slopes[i].values }] : [],
  );
  return () => {
    for (const { values, slope } of penalised) {
      for (let i = 0; i < values.length; i++) slope[i] += l1 * Math.sign(values[i]) + l2 * values[i];
    }
  };
}
