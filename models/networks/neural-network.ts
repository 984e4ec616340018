import type { Network } from '../network.ts';
import type { ModelSpec, NeuralSpec } from '../spec.ts';

/**
 * Forward and backward over a batch of a fixed number of rows. It reads the weights it was made with at each call; all
 * memory is allocated at its making.
 */
export interface BatchPass {
  /** rows x spec.inputs, row-major; the caller fills it. */
  readonly inputs: Float64Array;
  /** Factors of dropout, one mask per layer in the order of drawing, 1 at first; none without dropout. */
  readonly masks: readonly Float64Array[];
  /** What `backward` fills, in the layout of the weights. */
  readonly gradient: Float64Array;
  /** The plain outputs, before any softmax: rows x spec.outputs. They stand until the next call. */
  forward(): Float64Array;
  /** After `forward`, given the gradient of the loss by the plain outputs. */
  backward(delta: Float64Array): void;
}

/** A network of differentiable layers. */
export interface NeuralNetwork<Spec extends NeuralSpec> extends Network<Spec> {
  /** Seeded weights to start from (seeding.ts). */
  initialWeights(spec: Spec): Float64Array;
  /** `dropout` is the share of units to drop; 0 to predict. */
  pass(spec: Spec, weights: Float64Array, rows: number, dropout: number): BatchPass;
}

export function isNeural(spec: ModelSpec): spec is NeuralSpec {
  return 'optimizer' in spec;
}

/** The share of units that training drops. */
export function dropoutOf(spec: NeuralSpec): number {
  return spec.type === 'logistic' ? 0 : spec.dropout;
}

/** A mask over `count` units for a pass: all 1 until it is drawn, null without dropout. */
export function createMask(count: number, dropout: number): Float64Array | null {
  return dropout > 0 ? new Float64Array(count).fill(1) : null;
}

/** Multiplies by a mask, in place. */
export function applyMask(values: Float64Array, mask: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] *= mask[i];
}
