import { LabError } from '@stratlab/data/error.ts';
import type { ExportableMember, ExportableModel, ExportedFile } from '../export.ts';
import { networkOf } from '../networks/index.ts';
import { type TensorView, viewsOf } from '../networks/layout.ts';
import { isNeural } from '../networks/neural-network.ts';
import type { NetworkSpec, NeuralSpec } from '../spec.ts';
import { describeExport } from './description.ts';

const weightsFile = 'weights.bin';

const statement =
  'Inputs are float32 in the order of features_json and already normalised, column by column by normalisation_json: ' +
  'none x; minmax (x - min) / (max - min); zscore (x - mean) / sd (both 0 where the divisor is 0); rank by its knots; ' +
  'membership 1 at its peak, linearly to 0 at left and right, 1 on a side that is null. ' +
  'A regression answers in units of its target.';

interface Layer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A layer with its tensors, the names those have in Keras first. */
interface Weighted {
  readonly layer: Layer;
  readonly tensors: readonly { readonly name: string; readonly tensor: TensorView }[];
}

/**
 * A folder with a TensorFlow.js LayersModel: `model.json` and `weights.bin`, float32. Normalisation is for the caller,
 * with the doubles in `userDefinedMetadata`: in float32, after the raw price, its digits would be gone. Throws
 * `unavailable` for models that are no layers, and for several networks.
 */
export function exportTfjs(model: ExportableModel): ExportedFile[] {
  const [member, ...others] = model.members;
  const { spec } = member;
  if (!isNeural(spec)) throw unavailable(`A model of type ${spec.type} is not made of layers`);
  if (others.length > 0) throw unavailable(`A LayersModel holds one network, this model averages ${1 + others.length}`);
  const layers = layersOf(spec, tensorsOf(member));
  const weights = layers.flatMap(({ tensors }) => tensors);
  const json = {
    format: 'layers-model',
    generatedBy: 'stratlab',
    convertedBy: null,
    modelTopology: topology(spec, layers),
    weightsManifest: [
      {
        paths: [weightsFile],
        weights: weights.map(({ name, tensor: { shape } }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
    userDefinedMetadata: {
      ...describeExport(model),
      normalisation_json: JSON.stringify(member.normalisation),
      inputs: statement,
    },
  };
  return [
    { name: 'model.json', bytes: new TextEncoder().encode(`${JSON.stringify(json, null, 1)}\n`) },
    { name: weightsFile, bytes: floats(weights.map(({ tensor }) => tensor.values)) },
  ];
}

/** The network's tensors; the target's scale, or the temperature, is taken up by those of the last layer. */
function tensorsOf({ spec, weights, target, temperature }: ExportableMember): TensorView[] {
  const tensors = viewsOf(networkOf(spec).tensors(spec), weights);
  const factor = target === null ? 1 / temperature : target.sd;
  return tensors.map((tensor, k) => {
    if (k < tensors.length - 2) return tensor;
    const shift = target !== null && k === tensors.length - 1 ? target.mean : 0;
    return { ...tensor, values: tensor.values.map((value) => shift + factor * value) };
  });
}

function layersOf(spec: NeuralSpec, tensors: readonly TensorView[]): Weighted[] {
  switch (spec.type) {
    case 'mlp':
    case 'logistic':
      return denseLayers(spec, tensors);
    case 'lstm':
    case 'gru':
      return recurrentLayers(spec, tensors);
  }
}

function denseLayers(spec: NetworkSpec<'mlp' | 'logistic'>, tensors: readonly TensorView[]): Weighted[] {
  return Array.from({ length: tensors.length / 2 }, (_, l) => {
    const isLast = 2 * l + 2 === tensors.length;
    const activation = isLast || spec.type === 'logistic' ? lastActivation(spec) : spec.activation;
    return dense(`dense_${l}`, tensors[2 * l], tensors[2 * l + 1], activation);
  });
}

function recurrentLayers(spec: NetworkSpec<'lstm' | 'gru'>, tensors: readonly TensorView[]): Weighted[] {
  const { sequenceLength: steps, inputs, layers: count } = spec;
  const reshape = {
    layer: { class_name: 'Reshape', config: { name: 'steps', target_shape: [steps, inputs / steps] } },
    tensors: [],
  };
  const recurrent = Array.from({ length: count }, (_, l) =>
    recurrentLayer(spec, `${spec.type}_${l}`, tensors.slice(3 * l), l < count - 1),
  );
  const [weights, biases] = tensors.slice(3 * count);
  return [reshape, ...recurrent, dense('output', weights, biases, lastActivation(spec))];
}

function lastActivation({ task }: NeuralSpec): 'softmax' | 'linear' {
  return task === 'classification' ? 'softmax' : 'linear';
}

function dense(name: string, weights: TensorView, biases: TensorView, activation: string): Weighted {
  return {
    layer: { class_name: 'Dense', config: { name, units: weights.shape[1], activation, use_bias: true } },
    tensors: [
      { name: `${name}/kernel`, tensor: weights },
      { name: `${name}/bias`, tensor: biases },
    ],
  };
}

/** Keras has the gates of an LSTM in the order i, f, c, o and of a GRU z, r, h: ours. */
function recurrentLayer(
  { type, hiddenSize }: NetworkSpec<'lstm' | 'gru'>,
  name: string,
  [kernel, recurrent, biases]: readonly TensorView[],
  returnSequences: boolean,
): Weighted {
  const config = {
    name,
    units: hiddenSize,
    activation: 'tanh',
    recurrent_activation: 'sigmoid',
    use_bias: true,
    return_sequences: returnSequences,
    ...(type === 'gru' ? { reset_after: false } : { unit_forget_bias: false }),
  };
  return {
    layer: { class_name: type === 'lstm' ? 'LSTM' : 'GRU', config },
    tensors: [
      { name: `${name}/kernel`, tensor: kernel },
      { name: `${name}/recurrent_kernel`, tensor: recurrent },
      { name: `${name}/bias`, tensor: biases },
    ],
  };
}

function topology({ inputs }: NeuralSpec, layers: readonly Weighted[]) {
  const input: Layer = {
    class_name: 'InputLayer',
    config: { name: 'features', batch_input_shape: [null, inputs], dtype: 'float32', sparse: false },
  };
  const config = { name: 'stratlab_model', layers: [input, ...layers.map(({ layer }) => layer)] };
  return { class_name: 'Sequential', config, keras_version: '2.15.0', backend: 'tensorflow' };
}

function floats(parts: readonly Float64Array[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(parts.reduce((sum, { length }) => sum + 4 * length, 0)));
  let at = 0;
  for (const values of parts) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return new Uint8Array(view.buffer);
}

function unavailable(what: string): LabError {
  return new LabError('unavailable', `${what}; TensorFlow.js cannot load it.`, { hint: 'Export it as onnx.' });
}
