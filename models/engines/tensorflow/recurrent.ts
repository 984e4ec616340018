import type { NetworkSpec } from '../../spec.ts';
import { affine } from './dense.ts';
import { gruStep } from './gru.ts';
import type { Tensor, TensorFlow } from './library.ts';
import { lstmStep } from './lstm.ts';
import type { StackedBatch, StackedPass } from './stacked-network.ts';

type RecurrentSpec = NetworkSpec<'lstm' | 'gru'>;

/** A cell's state between steps: h, and of an LSTM c. */
export interface CellState {
  readonly hidden: Tensor;
  readonly cell: Tensor;
}

/** One step of a layer: models x rows x units. */
export interface CellStep {
  readonly state: CellState;
  /** From the gradient by the state after the step to that by the gates (before sigmoid or tanh) and the state before. */
  backward(delta: CellState): { readonly gates: Tensor; readonly before: CellState };
}

interface Layer {
  /** h' of every step: models x (steps x rows) x units. */
  readonly outputs: Tensor;
  /** Gradients by kernel, recurrent weights and biases, and by the inputs. */
  backward(deltas: readonly (Tensor | null)[]): { readonly gradients: Tensor[]; readonly inputs: () => Tensor };
}

/** The layers of networks/recurrent.ts over a stack. */
export function forwardRecurrent(
  tf: TensorFlow,
  spec: RecurrentSpec,
  { weights, inputs, masks }: StackedBatch,
): StackedPass {
  const { layers: count, sequenceLength: steps } = spec;
  const layers: Layer[] = [];
  let values = stepByStep(tf, inputs, steps);
  for (let l = 0; l < count; l++) {
    layers[l] = forwardLayer(tf, spec, weights.slice(3 * l, 3 * l + 3), values);
    values = masks.length > 0 ? tf.mul(layers[l].outputs, masks[l]) : layers[l].outputs;
  }
  const last = tf.split(values, steps, 1)[steps - 1];
  const [outputWeights, outputBiases] = weights.slice(3 * count);
  const maskSteps = masks.map((mask) => tf.split(mask, steps, 1));
  const backward = (delta: Tensor) => {
    const gradients = [tf.matMul(last, delta, true, false), tf.sum(delta, [1], true)];
    let deltas: (Tensor | null)[] = Array(steps).fill(null);
    deltas[steps - 1] = tf.matMul(delta, outputWeights, false, true);
    for (let l = count - 1; l >= 0; l--) {
      if (masks.length > 0) deltas = deltas.map((step, t) => step && tf.mul(step, maskSteps[l][t]));
      const passed = layers[l].backward(deltas);
      gradients.unshift(...passed.gradients);
      if (l > 0) deltas = tf.split(passed.inputs(), steps, 1);
    }
    return gradients;
  };
  return { outputs: affine(tf, last, outputWeights, outputBiases), backward };
}

/** models x rows x (steps x features) to models x (steps x rows) x features. */
function stepByStep(tf: TensorFlow, inputs: Tensor, steps: number): Tensor {
  const [models, rows, width] = inputs.shape;
  const features = width / steps;
  const ordered = tf.transpose(tf.reshape(inputs, [models, rows, steps, features]), [0, 2, 1, 3]);
  return tf.reshape(ordered, [models, steps * rows, features]);
}

function forwardLayer(
  tf: TensorFlow,
  { type, sequenceLength, hiddenSize: units }: RecurrentSpec,
  [kernel, recurrent, biases]: readonly Tensor[],
  values: Tensor,
): Layer {
  const [models, rows] = values.shape;
  const none = tf.zeros([models, rows / sequenceLength, units]);
  const cell = (type === 'lstm' ? lstmStep : gruStep)(tf, recurrent);
  const before: CellState[] = [{ hidden: none, cell: none }];
  const steps = tf.split(affine(tf, values, kernel, biases), sequenceLength, 1).map((gates, t) => {
    const step = cell.forward(gates, before[t]);
    before.push(step.state);
    return step;
  });
  const backward = (deltas: readonly (Tensor | null)[]) => {
    let delta: CellState = { hidden: none, cell: none };
    const gates: Tensor[] = [];
    for (let t = sequenceLength - 1; t >= 0; t--) {
      const { hidden } = delta;
      const passed = steps[t].backward({ ...delta, hidden: addOptional(tf, hidden, deltas[t]) });
      gates.unshift(passed.gates);
      delta = passed.before;
    }
    const all = tf.concat(gates, 1);
    const hiddenBefore = tf.concat(
      before.slice(0, -1).map(({ hidden }) => hidden),
      1,
    );
    const gradients = [
      tf.matMul(values, all, true, false),
      cell.recurrentGradient(hiddenBefore, all),
      tf.sum(all, [1], true),
    ];
    return { gradients, inputs: () => tf.matMul(all, kernel, false, true) };
  };
  return {
    outputs: tf.concat(
      steps.map(({ state }) => state.hidden),
      1,
    ),
    backward,
  };
}

function addOptional(tf: TensorFlow, values: Tensor, more: Tensor | null): Tensor {
  return more === null ? values : tf.add(values, more);
}
