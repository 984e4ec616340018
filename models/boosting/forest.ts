import { LabError } from '@stratlab/data/error.ts';
import type { NetworkSpec } from '../spec.ts';

export type BoostingSpec = NetworkSpec<'gradient_boosting'>;

/** Leaves of a whole forest; four numbers each are kept. */
const mostLeaves = 2 ** 23;

/**
 * Views on canonical weights. A tree is complete: node 0 is the root, node n has the children 2n + 1 and 2n + 2. A row
 * goes right where its feature is above the threshold; a node with feature -1 splits nothing and sends every row left,
 * so a leaf above the last level has its value in its leftmost place. Trees lie by round, then by output.
 */
export interface Forest {
  readonly depth: number;
  /** 2^depth - 1 places per tree. */
  readonly nodes: number;
  /** 2^depth places per tree. */
  readonly leaves: number;
  readonly outputs: number;
  readonly rounds: number;
  /** Score of each output before the first tree. */
  readonly base: Float64Array;
  readonly features: Float64Array;
  readonly thresholds: Float64Array;
  /** What each split takes off the loss (second-order approximation, half sums; before the learning rate). */
  readonly gains: Float64Array;
  /** Learning rate included. */
  readonly values: Float64Array;
}

export function forestTensors(spec: BoostingSpec): { name: string; shape: number[] }[] {
  requireWithinLimits(spec);
  const { rounds, outputs, depth } = spec;
  const perNode = [rounds, outputs, 2 ** depth - 1];
  return [
    { name: 'base', shape: [outputs] },
    { name: 'features', shape: perNode },
    { name: 'thresholds', shape: perNode },
    { name: 'gains', shape: perNode },
    { name: 'values', shape: [rounds, outputs, 2 ** depth] },
  ];
}

export function forestOf(spec: BoostingSpec, weights: Float64Array): Forest {
  const { rounds, outputs, depth } = spec;
  const nodes = 2 ** depth - 1;
  const size = rounds * outputs * nodes;
  const part = (from: number, length: number) => weights.subarray(from, from + length);
  return {
    depth,
    nodes,
    leaves: nodes + 1,
    outputs,
    rounds,
    base: part(0, outputs),
    features: part(outputs, size),
    thresholds: part(outputs + size, size),
    gains: part(outputs + 2 * size, size),
    values: part(outputs + 3 * size, rounds * outputs * (nodes + 1)),
  };
}

export function weightCount(spec: BoostingSpec): number {
  return forestTensors(spec).reduce((sum, { shape }) => sum + shape.reduce((size, length) => size * length, 1), 0);
}

/** Removes every tree after the first `rounds` rounds. */
export function cutAfter({ outputs, nodes, leaves, ...forest }: Forest, rounds: number): void {
  for (const part of [forest.features, forest.thresholds, forest.gains]) part.fill(0, rounds * outputs * nodes);
  forest.values.fill(0, rounds * outputs * leaves);
}

/** Adds the trees of one round to the scores (rows x outputs) of row-major features. */
export function addRound(
  { depth, nodes, leaves, outputs, features: splits, thresholds, values }: Forest,
  round: number,
  scores: Float64Array,
  features: Float64Array,
  columns: number,
): void {
  for (let output = 0; output < outputs; output++) {
    const tree = round * outputs + output;
    const top = tree * nodes;
    for (let row = 0, at = output; at < scores.length; row += columns, at += outputs) {
      let node = 0;
      for (let level = 0; level < depth; level++) {
        const feature = splits[top + node];
        const isRight = feature >= 0 && features[row + feature] > thresholds[top + node];
        node = 2 * node + (isRight ? 2 : 1);
      }
      scores[at] += values[tree * leaves + node - nodes];
    }
  }
}

/** Sum of the gains of the splits on each input: how much each took off the training loss. */
export function gainsByInput(spec: BoostingSpec, weights: Float64Array): Float64Array {
  const { features, gains } = forestOf(spec, weights);
  const sums = new Float64Array(spec.inputs);
  for (let at = 0; at < gains.length; at++) if (features[at] >= 0) sums[features[at]] += gains[at];
  return sums;
}

function requireWithinLimits({ rounds, outputs, depth }: BoostingSpec): void {
  const leaves = rounds * outputs * 2 ** depth;
  if (leaves <= mostLeaves) return;
  throw new LabError(
    'limit_exceeded',
    `${rounds} rounds of ${outputs} trees of depth ${depth} have ${leaves} leaves; at most ${mostLeaves} are allowed.`,
    { hint: 'Use fewer rounds or a smaller depth.' },
  );
}
