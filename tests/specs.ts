import type { NetworkSpec } from '@stratlab/models/spec.ts';

const base = {
  inputs: 3,
  outputs: 3,
  task: 'classification',
  loss: 'cross_entropy',
  focalGamma: 2,
  huberDelta: 1,
  optimizer: 'adam',
  learningRate: 0.01,
  weightDecay: 0,
  l1: 0,
  l2: 0,
  gradientClip: null,
  batchSize: 8,
  epochs: 4,
  earlyStopping: null,
  plateau: null,
  seed: 7,
} as const;

/** A regression instead of three classes. */
export const regression = { task: 'regression', loss: 'mse', outputs: 1 } as const;

export function mlpSpec(changes: Partial<NetworkSpec<'mlp'>> = {}): NetworkSpec<'mlp'> {
  return { ...base, type: 'mlp', hiddenLayers: [5, 4], activation: 'relu', dropout: 0, ...changes };
}

export function logisticSpec(changes: Partial<NetworkSpec<'logistic'>> = {}): NetworkSpec<'logistic'> {
  return { ...base, type: 'logistic', ...changes };
}

/** An LSTM over four steps of three features, unless changed. */
export function recurrentSpec(changes: Partial<NetworkSpec<'lstm' | 'gru'>> = {}): NetworkSpec<'lstm' | 'gru'> {
  return { ...base, inputs: 12, type: 'lstm', sequenceLength: 4, hiddenSize: 5, layers: 1, dropout: 0, ...changes };
}
