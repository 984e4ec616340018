import type { WeightTensor } from '../network.ts';
import { stream } from '../seeding.ts';
import type { NetworkSpec } from '../spec.ts';
import { type DenseLayer, denseForward, denseGradient, PassBack } from './dense.ts';
import { fillUniform, glorotBound, sizeOf, viewsOf } from './layout.ts';
import { applyMask, type BatchPass, createMask, type NeuralNetwork } from './neural-network.ts';
import { outputsByChunks } from './outputs.ts';

type DenseSpec = NetworkSpec<'mlp' | 'logistic'>;
type Activation = NetworkSpec<'mlp'>['activation'];

/**
 * Dense layers, each but the last followed by the activation and then, in training, by dropout. `logistic` is the last
 * layer alone. Per layer L the tensors `layers.L.weights` [inputs, outputs] and `layers.L.biases` [outputs].
 *
 * Initial weights are uniform in ±bound, biases 0. Bound sqrt(6 / inputs) before a relu (He et al. 2015),
 * sqrt(6 / (inputs + outputs)) before tanh, sigmoid and at the output (Glorot and Bengio 2010).
 */
export const mlpNetwork: NeuralNetwork<DenseSpec> = {
  types: ['mlp', 'logistic'],
  tensors,
  initialWeights,
  pass: (spec, weights, rows, dropout) => new DensePass(spec, weights, rows, dropout),
  outputs: (spec, weights, features, rows) => outputsByChunks(mlpNetwork, spec, weights, features, rows),
};

function widths(spec: DenseSpec): number[] {
  return [spec.inputs, ...(spec.type === 'mlp' ? spec.hiddenLayers : []), spec.outputs];
}

function tensors(spec: DenseSpec): WeightTensor[] {
  const sizes = widths(spec);
  return sizes.slice(1).flatMap((outputs, l) => [
    { name: `layers.${l}.weights`, shape: [sizes[l], outputs] },
    { name: `layers.${l}.biases`, shape: [outputs] },
  ]);
}

/** The layers as views on `weights`, from the inputs to the outputs. */
export function layersOf(spec: DenseSpec, weights: Float64Array): DenseLayer[] {
  const sizes = widths(spec);
  const views = viewsOf(tensors(spec), weights);
  return sizes.slice(1).map((outputs, l) => ({
    inputs: sizes[l],
    outputs,
    weights: views[2 * l].values,
    biases: views[2 * l + 1].values,
  }));
}

function initialWeights(spec: DenseSpec): Float64Array {
  const weights = new Float64Array(sizeOf(tensors(spec)));
  const random = stream(spec.seed, 'weights');
  const layers = layersOf(spec, weights);
  layers.forEach((layer, l) => {
    const isRelu = spec.type === 'mlp' && spec.activation === 'relu' && l < layers.length - 1;
    const bound = isRelu ? Math.sqrt(6 / layer.inputs) : glorotBound(layer.inputs, layer.outputs);
    fillUniform(layer.weights, bound, random);
  });
  return weights;
}

class DensePass implements BatchPass {
  readonly inputs: Float64Array;
  readonly masks: readonly Float64Array[];
  readonly gradient: Float64Array;

  readonly #rows: number;
  readonly #activation: Activation | null;
  readonly #keep: number;
  readonly #layers: readonly DenseLayer[];
  readonly #gradients: readonly DenseLayer[];
  readonly #activations: readonly Float64Array[];
  readonly #deltas: readonly Float64Array[];
  readonly #back: readonly PassBack[];

  constructor(spec: DenseSpec, weights: Float64Array, rows: number, dropout: number) {
    this.#rows = rows;
    this.#activation = spec.type === 'mlp' ? spec.activation : null;
    this.#keep = 1 - dropout;
    this.#layers = layersOf(spec, weights);
    this.gradient = new Float64Array(weights.length);
    this.#gradients = layersOf(spec, this.gradient);
    this.inputs = new Float64Array(rows * spec.inputs);
    this.masks = this.#layers.slice(0, -1).flatMap(({ outputs }) => createMask(rows * outputs, dropout) ?? []);
    this.#activations = this.#layers.map(({ outputs }) => new Float64Array(rows * outputs));
    this.#deltas = this.#layers.slice(0, -1).map(({ outputs }) => new Float64Array(rows * outputs));
    this.#back = this.#layers.map(({ inputs, outputs }) => new PassBack(inputs, outputs));
  }

  forward(): Float64Array {
    let values = this.inputs;
    this.#layers.forEach((layer, l) => {
      const output = this.#activations[l];
      denseForward(layer, values, this.#rows, output);
      if (l < this.#layers.length - 1) {
        activate(this.#activation, output);
        if (this.masks.length > 0) applyMask(output, this.masks[l]);
      }
      values = output;
    });
    return values;
  }

  backward(delta: Float64Array): void {
    let gradientByOutput = delta;
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const before = l === 0 ? this.inputs : this.#activations[l - 1];
      denseGradient(this.#gradients[l], before, gradientByOutput, this.#rows);
      if (l === 0) return;
      this.#passBack(l, gradientByOutput);
      gradientByOutput = this.#deltas[l - 1];
    }
  }

  #passBack(l: number, delta: Float64Array): void {
    const target = this.#deltas[l - 1];
    this.#back[l].load(this.#layers[l].weights);
    this.#back[l].run(delta, this.#rows, target);
    if (this.masks.length > 0) applyMask(target, this.masks[l - 1]);
    timesSlope(this.#activation, target, this.#activations[l - 1], this.#keep);
  }
}

function activate(activation: Activation | null, values: Float64Array): void {
  switch (activation) {
    case 'relu':
      for (let i = 0; i < values.length; i++) if (values[i] < 0) values[i] = 0;
      return;
    case 'tanh':
      for (let i = 0; i < values.length; i++) values[i] = Math.tanh(values[i]);
      return;
    case 'sigmoid':
      for (let i = 0; i < values.length; i++) values[i] = 1 / (1 + Math.exp(-values[i]));
  }
}

/**
 * Multiplies by the slope of the activation. Under dropout the stored activation of a kept unit is scaled by 1 / keep,
 * which is undone here; what a dropped unit gets does not matter, its delta is 0 already.
 */
function timesSlope(activation: Activation | null, delta: Float64Array, activations: Float64Array, keep: number): void {
  switch (activation) {
    case 'relu':
      for (let i = 0; i < delta.length; i++) if (!(activations[i] > 0)) delta[i] = 0;
      return;
    case 'tanh':
      for (let i = 0; i < delta.length; i++) delta[i] *= 1 - (activations[i] * keep) ** 2;
      return;
    case 'sigmoid':
      for (let i = 0; i < delta.length; i++) delta[i] *= activations[i] * keep * (1 - activations[i] * keep);
  }
}
