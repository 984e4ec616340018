import { tempered } from './ensemble.ts';

/** Bounds of the logarithm of a temperature, and how closely it is looked for. */
const coldest = Math.log(0.05);
const hottest = Math.log(100);
const closeness = 1e-4;
const golden = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature that gives held-out rows their highest likelihood (Guo et al. 2017): golden-section search over its
 * logarithm, in which the loss has one minimum. `targets` holds class indices. 1 without rows.
 */
export function fitTemperature(probabilities: Float64Array, targets: Float64Array, columns: number): number {
  if (targets.length === 0) return 1;
  const loss = (logarithm: number) => logLoss(tempered(probabilities, columns, Math.exp(logarithm)), targets, columns);
  let [low, high] = [coldest, hottest];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [atLeft, atRight] = [loss(left), loss(right)];
  while (high - low > closeness) {
    if (atLeft < atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = loss(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = loss(right);
    }
  }
  return Math.exp((low + high) / 2);
}

function logLoss(probabilities: Float64Array, targets: Float64Array, columns: number): number {
  let loss = 0;
  for (let row = 0; row < targets.length; row++) {
    loss -= Math.log(Math.max(probabilities[row * columns + targets[row]], Number.MIN_VALUE));
  }
  return loss / targets.length;
}
