import type { Random } from '@stratlab/data/random.ts';
import { dropoutOf } from '../../networks/neural-network.ts';
import { fillDropoutMask } from '../../seeding.ts';
import type { NeuralSpec } from '../../spec.ts';
import type { Tensor, TensorFlow } from './library.ts';

/** Masks of dropout over a batch of a stack, drawn model by model as seeding.ts says; none without dropout. */
export function drawMasks(tf: TensorFlow, spec: NeuralSpec, draws: readonly Random[], rows: number): Tensor[] {
  const dropout = dropoutOf(spec);
  if (dropout === 0) return [];
  const shapes = maskShapes(spec, rows);
  const masks = shapes.map(([height, units]) => new Float32Array(draws.length * height * units));
  draws.forEach((random, place) => {
    shapes.forEach(([height, units], layer) => {
      const drawn = new Float64Array(height * units);
      fillDropoutMask(drawn, drawn.length, dropout, random);
      masks[layer].set(drawn, place * drawn.length);
    });
  });
  return masks.map((mask, layer) => tf.tensor(mask, [draws.length, ...shapes[layer]], 'float32'));
}

/** Rows (of a recurrent layer: steps x rows) and units of each mask of a model. */
function maskShapes(spec: NeuralSpec, rows: number): [number, number][] {
  switch (spec.type) {
    case 'logistic':
      return [];
    case 'mlp':
      return spec.hiddenLayers.map((units) => [rows, units]);
    default:
      return Array.from({ length: spec.layers }, () => [spec.sequenceLength * rows, spec.hiddenSize]);
  }
}
