import { LabError } from '@stratlab/data/error.ts';
import type { WeightTensor } from '../network.ts';
import { stream } from '../seeding.ts';
import type { NetworkSpec } from '../spec.ts';
import { type DenseLayer, denseForward, denseGradient, PassBack } from './dense.ts';
import { GruLayer } from './gru.ts';
import { fillUniform, glorotBound, sizeOf, viewsOf } from './layout.ts';
import { LstmLayer } from './lstm.ts';
import { applyMask, type BatchPass, createMask, type NeuralNetwork } from './neural-network.ts';
import { outputsByChunks } from './outputs.ts';
import type { RecurrentLayer, RecurrentWeights } from './recurrent-layer.ts';

type RecurrentSpec = NetworkSpec<'lstm' | 'gru'>;

const gateCounts = { lstm: 4, gru: 3 } as const;

/**
 * Stacked LSTM or GRU layers that read a row's steps, oldest first, from a state of 0; the last step's hidden state of
 * the last layer feeds a dense output layer. A row is `sequenceLength` steps of `inputs / sequenceLength` features.
 *
 * Tensors, with H hidden units and G gates (4 or 3) side by side in the columns: per layer L
 * `recurrent.L.kernel` [inputs of a step or H, G H], `recurrent.L.recurrent` [H, G H], `recurrent.L.biases` [G H]; then
 * `output.weights` [H, outputs], `output.biases` [outputs]. The gates, with x the step's inputs, h and c the state:
 * - lstm, in the order i, f, g, o: z = x kernel + h recurrent + biases, i, f, o = sigmoid(z), g = tanh(z);
 *   c' = f c + i g, h' = o tanh(c') (Gers et al. 2000, without peepholes).
 * - gru, in the order z, r, n: z, r = sigmoid(x kernel + h recurrent + biases); n = tanh(x kernel + (r h) recurrent +
 *   biases); h' = z h + (1 - z) n (Cho et al. 2014; the reset before the product: `reset_after` false in Keras,
 *   `linear_before_reset` 0 in ONNX).
 *
 * Between layers goes the whole sequence of h'. Dropout multiplies the outputs h' of every layer on their way to the
 * next one, not on their way to the next step.
 *
 * Initial weights: every tensor uniform in ±sqrt(6 / (fan in + fan out)) (Glorot and Bengio 2010) where the fan out of
 * a kernel and a recurrent tensor is H, that of one gate; biases 0, those of the forget gate 1 (Jozefowicz et al. 2015).
 */
export const recurrentNetwork: NeuralNetwork<RecurrentSpec> = {
  types: ['lstm', 'gru'],
  tensors,
  initialWeights,
  pass: (spec, weights, rows, dropout) => new RecurrentPass(spec, weights, rows, dropout),
  outputs: (spec, weights, features, rows) => outputsByChunks(recurrentNetwork, spec, weights, features, rows),
};

function tensors(spec: RecurrentSpec): WeightTensor[] {
  const { hiddenSize: units, outputs } = spec;
  const columns = gateCounts[spec.type] * units;
  const recurrent = Array.from({ length: spec.layers }, (_, layer) => [
    { name: `recurrent.${layer}.kernel`, shape: [layer === 0 ? stepInputs(spec) : units, columns] },
    { name: `recurrent.${layer}.recurrent`, shape: [units, columns] },
    { name: `recurrent.${layer}.biases`, shape: [columns] },
  ]).flat();
  return [
    ...recurrent,
    { name: 'output.weights', shape: [units, outputs] },
    { name: 'output.biases', shape: [outputs] },
  ];
}

/** Features of one step. Throws `invalid_input` where the inputs are not that many whole steps. */
function stepInputs({ type, inputs, sequenceLength }: RecurrentSpec): number {
  if (inputs % sequenceLength === 0) return inputs / sequenceLength;
  throw new LabError(
    'invalid_input',
    `${inputs} inputs are not ${sequenceLength} steps of as many features (${type}).`,
    {
      hint: 'inputs is sequence_length times the features of one step.',
    },
  );
}

function initialWeights(spec: RecurrentSpec): Float64Array {
  const { hiddenSize: units } = spec;
  const layout = tensors(spec);
  const weights = new Float64Array(sizeOf(layout));
  const random = stream(spec.seed, 'weights');
  for (const { name, shape, values } of viewsOf(layout, weights)) {
    const [fanIn, columns] = shape;
    if (shape.length === 2)
      fillUniform(values, glorotBound(fanIn, name === 'output.weights' ? columns : units), random);
    else if (spec.type === 'lstm' && name !== 'output.biases') values.fill(1, units, 2 * units);
  }
  return weights;
}

class RecurrentPass implements BatchPass {
  readonly inputs: Float64Array;
  readonly masks: readonly Float64Array[];
  readonly gradient: Float64Array;

  readonly #spec: RecurrentSpec;
  readonly #rows: number;
  /** The inputs, step by step instead of row by row. */
  readonly #steps: Float64Array;
  readonly #layers: readonly RecurrentLayer[];
  /** The layers' outputs after dropout; without dropout the outputs themselves. */
  readonly #dropped: readonly Float64Array[];
  /** The gradient by the layers' outputs; of the last layer only the last step is ever other than 0. */
  readonly #deltas: readonly Float64Array[];
  readonly #output: DenseLayer;
  readonly #outputGradient: DenseLayer;
  readonly #outputBack: PassBack;
  readonly #outputs: Float64Array;

  constructor(spec: RecurrentSpec, weights: Float64Array, rows: number, dropout: number) {
    const { sequenceLength: steps, hiddenSize: units } = spec;
    this.#spec = spec;
    this.#rows = rows;
    this.inputs = new Float64Array(rows * spec.inputs);
    this.#steps = new Float64Array(rows * spec.inputs);
    this.gradient = new Float64Array(weights.length);
    const network = partsOf(spec, weights);
    const gradient = partsOf(spec, this.gradient);
    const Layer = spec.type === 'lstm' ? LstmLayer : GruLayer;
    this.#layers = network.layers.map((layer, l) => {
      const inputs = l === 0 ? stepInputs(spec) : units;
      return new Layer({ steps, rows, inputs, units }, layer, gradient.layers[l]);
    });
    const sequence = steps * rows * units;
    this.masks = this.#layers.flatMap(() => createMask(sequence, dropout) ?? []);
    this.#dropped = this.#layers.map(({ outputs }) => (dropout > 0 ? new Float64Array(sequence) : outputs));
    this.#deltas = this.#layers.map(() => new Float64Array(sequence));
    this.#output = network.output;
    this.#outputGradient = gradient.output;
    this.#outputBack = new PassBack(units, spec.outputs);
    this.#outputs = new Float64Array(rows * spec.outputs);
  }

  forward(): Float64Array {
    this.#arrangeSteps();
    let values = this.#steps;
    this.#layers.forEach((layer, l) => {
      layer.forward(values);
      values = this.#dropped[l];
      if (this.masks.length === 0) return;
      values.set(layer.outputs);
      applyMask(values, this.masks[l]);
    });
    denseForward(this.#output, this.#lastStep(values), this.#rows, this.#outputs);
    return this.#outputs;
  }

  backward(delta: Float64Array): void {
    const last = this.#layers.length - 1;
    denseGradient(this.#outputGradient, this.#lastStep(this.#dropped[last]), delta, this.#rows);
    this.#outputBack.load(this.#output.weights);
    this.#outputBack.run(delta, this.#rows, this.#lastStep(this.#deltas[last]));
    for (let l = last; l >= 0; l--) {
      if (this.masks.length > 0) applyMask(this.#deltas[l], this.masks[l]);
      const values = l === 0 ? this.#steps : this.#dropped[l - 1];
      this.#layers[l].backward(values, this.#deltas[l], l === 0 ? null : this.#deltas[l - 1]);
    }
  }

  #lastStep(sequence: Float64Array): Float64Array {
    return sequence.subarray(sequence.length - this.#rows * this.#spec.hiddenSize);
  }

  #arrangeSteps(): void {
    const { inputs, sequenceLength } = this.#spec;
    const width = inputs / sequenceLength;
    for (let row = 0; row < this.#rows; row++) {
      for (let step = 0; step < sequenceLength; step++) {
        const from = row * inputs + step * width;
        const to = (step * this.#rows + row) * width;
        for (let k = 0; k < width; k++) this.#steps[to + k] = this.inputs[from + k];
      }
    }
  }
}

function partsOf(spec: RecurrentSpec, weights: Float64Array): { layers: RecurrentWeights[]; output: DenseLayer } {
  const views = viewsOf(tensors(spec), weights).map(({ values }) => values);
  const layers = Array.from({ length: spec.layers }, (_, l) => {
    const [kernel, recurrent, biases] = views.slice(3 * l);
    return { kernel, recurrent, biases };
  });
  const [outputWeights, biases] = views.slice(3 * spec.layers);
  const output = { inputs: spec.hiddenSize, outputs: spec.outputs, weights: outputWeights, biases };
  return { layers, output };
}
