import type { NeuralSpec } from '../spec.ts';

/** One step of gradient descent after the other. */
export interface Optimizer {
  /** Changes the weights in place. */
  step(weights: Float64Array, gradient: Float64Array, learningRate: number): void;
  /** What it remembers between steps, by name; writing to it sets it. */
  readonly state: Readonly<Record<string, Float64Array>>;
}

/**
 * Adam (Kingma and Ba 2015, beta 0.9 and 0.999, epsilon 1e-8), AdamW (Loshchilov and Hutter 2019) or plain SGD.
 * Weight decay, on weights and biases alike, is apart from the gradient for AdamW and a part of it for the others.
 */
export function createOptimizer(
  { optimizer, weightDecay }: Pick<NeuralSpec, 'optimizer' | 'weightDecay'>,
  count: number,
): Optimizer {
  if (optimizer === 'sgd') {
    return { step: (weights, gradient, rate) => descend(weights, gradient, rate, weightDecay), state: {} };
  }
  return adam(count, optimizer === 'adam' ? weightDecay : 0, optimizer === 'adamw' ? weightDecay : 0);
}

function descend(weights: Float64Array, gradient: Float64Array, rate: number, decay: number): void {
  for (let i = 0; i < weights.length; i++) weights[i] -= rate * (gradient[i] + decay * weights[i]);
}

function adam(count: number, coupled: number, decoupled: number): Optimizer {
  const first = new Float64Array(count);
  const second = new Float64Array(count);
  /** Beta 1 and beta 2 to the power of the steps taken. */
  const powers = Float64Array.of(1, 1);
  const step = (weights: Float64Array, gradient: Float64Array, rate: number) => {
    powers[0] *= 0.9;
    powers[1] *= 0.999;
    const scale = rate / (1 - powers[0]);
    const correction = 1 / (1 - powers[1]);
    const shrink = 1 - rate * decoupled;
    for (let i = 0; i < count; i++) {
      const slope = gradient[i] + coupled * weights[i];
      const mean = 0.9 * first[i] + (1 - 0.9) * slope;
      const square = 0.999 * second[i] + (1 - 0.999) * slope * slope;
      first[i] = mean;
      second[i] = square;
      weights[i] = weights[i] * shrink - (scale * mean) / (Math.sqrt(square * correction) + 1e-8);
    }
  };
  return { step, state: { first, second, powers } };
}

/** Scales the gradient down, in place, so that its Euclidean norm over all weights is at most `limit`. */
export function clipGradient(gradient: Float64Array, limit: number): void {
  let square = 0;
  for (let i = 0; i < gradient.length; i++) square += gradient[i] * gradient[i];
  const norm = Math.sqrt(square);
  if (!(norm > limit)) return;
  const factor = limit / norm;
  for (let i = 0; i < gradient.length; i++) gradient[i] *= factor;
}
