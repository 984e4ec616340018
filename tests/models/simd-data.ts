import { seededRandom } from '@stratlab/data/random.ts';
import type { Dataset, TrainingData } from '@stratlab/models/engine.ts';
import type { NeuralSpec } from '@stratlab/models/spec.ts';

/** Noise for any model, made without functions that differ between machines: classes or numbers as targets. */
export function noiseFor(spec: NeuralSpec, rows: number, seed = 1): Dataset {
  const random = seededRandom(seed);
  const number = () => 3.4 * random() - 1.7;
  const oneOfClasses = () => Math.floor(spec.outputs * random());
  return {
    rows,
    features: Float64Array.from({ length: rows * spec.inputs }, number),
    targets: Float64Array.from({ length: rows }, spec.task === 'regression' ? number : oneOfClasses),
    weights: Float64Array.from({ length: rows }, () => 0.5 + random()),
  };
}

export function noiseToTrain(spec: NeuralSpec, rows: number, validationRows = 0): TrainingData {
  const validation = validationRows > 0 ? noiseFor(spec, validationRows, 2) : null;
  return { train: noiseFor(spec, rows), validation };
}
