import type { NeuralSpec } from '../../spec.ts';
import { datasetsOf, JoinedRows, type StackedJob } from '../stacked/stack.ts';
import type { Tensor, TensorFlow } from './library.ts';

/** A batch of every model: models x rows x inputs, outputs or 1. */
export interface Batch {
  readonly inputs: Tensor;
  readonly wanted: Tensor;
  readonly weights: Tensor;
}

/** All rows of a stack's jobs on the device, each data set once. */
export class DeviceRows {
  readonly joined: JoinedRows;

  readonly #tf: TensorFlow;
  readonly #features: Tensor;
  readonly #wanted: Tensor;
  readonly #weights: Tensor;

  constructor(tf: TensorFlow, spec: NeuralSpec, jobs: readonly StackedJob[]) {
    this.#tf = tf;
    this.joined = new JoinedRows(datasetsOf(jobs), spec.inputs);
    const { features, targets, weights } = this.joined;
    this.#features = tf.tensor(features, [targets.length, spec.inputs], 'float32');
    this.#wanted = tf.tensor(wantedOf(spec, targets), [targets.length, spec.outputs], 'float32');
    this.#weights = tf.tensor(weights, [targets.length, 1], 'float32');
  }

  /** The rows at these places of the joined rows, model by model. Within a tidy. */
  batch(places: Int32Array, models: number): Batch {
    const indices = this.#tf.tensor(places, [models, places.length / models], 'int32');
    const taken = (values: Tensor) => this.#tf.gather(values, indices);
    return { inputs: taken(this.#features), wanted: taken(this.#wanted), weights: taken(this.#weights) };
  }

  dispose(): void {
    for (const tensor of [this.#features, this.#wanted, this.#weights]) tensor.dispose();
  }
}

/** Of classes 1 at the row's class and 0 elsewhere, else the targets. */
function wantedOf({ task, outputs }: NeuralSpec, targets: Float32Array): Float32Array {
  if (task === 'regression') return targets;
  const wanted = new Float32Array(targets.length * outputs);
  targets.forEach((target, row) => {
    wanted[row * outputs + target] = 1;
  });
  return wanted;
}
