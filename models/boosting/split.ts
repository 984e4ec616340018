import type { Bins } from './bins.ts';
import type { BoostingSpec } from './forest.ts';
import { fields, width } from './histogram.ts';

/** Sums over the rows of a node. */
export interface Sums {
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
}

export interface Split {
  readonly input: number;
  /** Last bin that goes left. */
  readonly bin: number;
  readonly gain: number;
  readonly left: Sums;
  readonly right: Sums;
}

/** A gain below this share of the node's own score is rounding. */
const leastShare = 1e-12;

/**
 * The split with the largest second-order gain (Chen and Guestrin 2016, eq. 7), GL^2/(HL + l2) + GR^2/(HR + l2) -
 * G^2/(H + l2), halved; of equals the one on the first input and lowest bin. Null where none gains or every one leaves a
 * child without rows or with less hessian than `minimumLeaf`.
 */
export function bestSplit(
  histogram: Float64Array,
  inputs: Int32Array,
  bins: Bins,
  node: Sums,
  { l2, minimumLeaf }: BoostingSpec,
): Split | null {
  const own = score(node.gradient, node.hessian, l2);
  let best: Split | null = null;
  let bestScore = own * (1 + leastShare);
  for (let k = 0; k < inputs.length; k++) {
    const last = bins.bounds[inputs[k]].length;
    let gradient = 0;
    let hessian = 0;
    let rows = 0;
    for (let bin = 0, at = k * width; bin < last; bin++, at += fields) {
      gradient += histogram[at];
      hessian += histogram[at + 1];
      rows += histogram[at + 2];
      const rest = node.hessian - hessian;
      if (rows === 0 || hessian < minimumLeaf) continue;
      if (rows === node.rows || rest < minimumLeaf) break;
      const both = score(gradient, hessian, l2) + score(node.gradient - gradient, rest, l2);
      if (!(both > bestScore)) continue;
      bestScore = both;
      const left = { gradient, hessian, rows };
      const right = { gradient: node.gradient - gradient, hessian: rest, rows: node.rows - rows };
      best = { input: inputs[k], bin, gain: (both - own) / 2, left, right };
    }
  }
  return best;
}

/** The value of a leaf before the learning rate; 0 where nothing weighs on it. */
export function leafValue({ gradient, hessian }: Sums, l2: number): number {
  return hessian + l2 > 0 ? -gradient / (hessian + l2) : 0;
}

function score(gradient: number, hessian: number, l2: number): number {
  return hessian + l2 > 0 ? (gradient * gradient) / (hessian + l2) : 0;
}
