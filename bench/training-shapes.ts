import { normal, seededRandom } from '@stratlab/data/random.ts';
import type { Dataset } from '@stratlab/models/engine.ts';
import type { NeuralSpec } from '@stratlab/models/spec.ts';

const common = {
  outputs: 3,
  task: 'classification',
  loss: 'cross_entropy',
  focalGamma: 0,
  huberDelta: 1,
  optimizer: 'adam',
  learningRate: 0.001,
  weightDecay: 0,
  l1: 0,
  l2: 0,
  gradientClip: null,
  epochs: 1,
  earlyStopping: null,
  plateau: null,
  seed: 1,
} as const;
const dense = { ...common, type: 'mlp', activation: 'relu', dropout: 0 } as const;
const small = { ...dense, inputs: 24, hiddenLayers: [20, 10] };

/** What is trained, by name. */
export const shapes: Readonly<Record<string, { spec: NeuralSpec; rows: number }>> = {
  mlp_small: { spec: { ...small, batchSize: 32 }, rows: 10_240 },
  mlp_small_256: { spec: { ...small, batchSize: 256 }, rows: 10_240 },
  mlp_large: { spec: { ...dense, inputs: 60, hiddenLayers: [128, 64, 32], batchSize: 64 }, rows: 10_240 },
  lstm: {
    spec: {
      ...common,
      type: 'lstm',
      inputs: 480,
      sequenceLength: 20,
      hiddenSize: 64,
      layers: 2,
      dropout: 0,
      batchSize: 64,
    },
    rows: 640,
  },
};

/** Noise with three classes. */
export function rowsFor({ inputs }: NeuralSpec, rows: number): Dataset {
  const random = seededRandom(1);
  return {
    rows,
    features: Float64Array.from({ length: rows * inputs }, () => normal(random)),
    targets: Float64Array.from({ length: rows }, () => Math.floor(3 * random())),
    weights: null,
  };
}
