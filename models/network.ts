import type { ModelSpec } from './spec.ts';

/** A named piece of a network's weights. */
export interface WeightTensor {
  /** `layers.0.weights`. */
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * One kind of model: the layout of its weights and what it answers. The canonical layout is its tensors one behind the
 * other, each row-major; artifacts, exports and every engine use it.
 */
export interface Network<Spec extends ModelSpec> {
  readonly types: readonly Spec['type'][];
  tensors(spec: Spec): WeightTensor[];
  /** Class probabilities (rows x spec.outputs), or for regression one number a row. `features` is row-major. */
  outputs(spec: Spec, weights: Float64Array, features: Float64Array, rows: number): Float64Array;
}
