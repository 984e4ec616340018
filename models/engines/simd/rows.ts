import type { Dataset } from '../../engine.ts';
import type { NeuralSpec } from '../../spec.ts';
import { wholeStrips } from './strips.ts';

/** Rows in float32, every step of features filled up with zeros to a multiple of eight; threads share them. */
export interface SharedRows {
  readonly rows: number;
  readonly features: Float32Array;
  readonly targets: Float32Array;
  readonly weights: Float32Array;
}

export function stepsOf(spec: NeuralSpec): number {
  return 'sequenceLength' in spec ? spec.sequenceLength : 1;
}

export function shareRows(spec: NeuralSpec, { rows, features, targets, weights }: Dataset): SharedRows {
  const steps = stepsOf(spec);
  const perStep = spec.inputs / steps;
  const shared = {
    rows,
    features: sharedFloats(rows * steps * wholeStrips(perStep)),
    targets: sharedFloats(rows),
    weights: sharedFloats(rows),
  };
  let from = 0;
  for (let to = 0; to < shared.features.length; to += wholeStrips(perStep)) {
    for (let k = 0; k < perStep; k++) shared.features[to + k] = features[from++];
  }
  shared.targets.set(targets.subarray(0, rows));
  if (weights === null) shared.weights.fill(1);
  else shared.weights.set(weights.subarray(0, rows));
  return shared;
}

function sharedFloats(count: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * count));
}
