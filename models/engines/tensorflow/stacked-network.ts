import type { NeuralSpec } from '../../spec.ts';
import { forwardDense } from './dense.ts';
import type { Tensor, TensorFlow } from './library.ts';
import { forwardRecurrent } from './recurrent.ts';

/** What one batch of every model gave, all tensors with the models as their first axis. */
export interface StackedPass {
  /** The plain outputs, before any softmax: models x rows x spec.outputs. */
  readonly outputs: Tensor;
  /** The gradient by each tensor of weights, in their order, given that of the loss by the plain outputs. */
  backward(delta: Tensor): Tensor[];
}

/** Weights and batch of a forward pass. */
export interface StackedBatch {
  /** The canonical layout's tensors, each models x its shape; of one dimension: models x 1 x length. */
  readonly weights: readonly Tensor[];
  /** models x rows x spec.inputs. */
  readonly inputs: Tensor;
  /** Factors of dropout, models x (what networks/neural-network.ts says of `masks`); none without dropout. */
  readonly masks: readonly Tensor[];
}

/** Runs within a tidy. */
export function forwardStacked(tf: TensorFlow, spec: NeuralSpec, batch: StackedBatch): StackedPass {
  return spec.type === 'mlp' || spec.type === 'logistic'
    ? forwardDense(tf, spec, batch)
    : forwardRecurrent(tf, spec, batch);
}
