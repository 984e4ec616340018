import { type BoostingSpec, type Forest, forestOf } from '../../boosting/forest.ts';
import { doubleTensor, type Graph } from './graph.ts';
import { types } from './messages.ts';

/** The operator set of trees, and its version that computes in doubles. */
export const treeDomain = { name: 'ai.onnx.ml', version: 5 } as const;

const sum = 1;
const noTransform = 0;

/** The scores of the trees, before any softmax. */
export function boostingOutputs(graph: Graph, spec: BoostingSpec, weights: Float64Array, features: string): string {
  const forest = forestOf(spec, weights);
  const trees = new Trees(forest);
  for (let tree = 0; tree < forest.rounds * forest.outputs; tree++) if (says(forest, tree)) trees.add(tree);
  if (trees.isEmpty) trees.add(0);
  const scores = graph.addOf(treeDomain.name, 'TreeEnsemble', [features], trees.attributes());
  return graph.add('Add', [scores, graph.doubles(forest.base)]);
}

/** Whether a tree adds anything; those after the best round do not. */
function says({ values, leaves }: Forest, tree: number): boolean {
  return values.subarray(tree * leaves, (tree + 1) * leaves).some((value) => value !== 0);
}

/**
 * Trees as the attributes of a TreeEnsemble: inner nodes and leaves numbered in one order each, over all trees. Nodes
 * that split nothing are passed over, down their left side; where the root is one, it splits into two equal leaves.
 */
class Trees {
  readonly #forest: Forest;
  readonly #roots: number[] = [];
  readonly #features: number[] = [];
  readonly #thresholds: number[] = [];
  readonly #children = { left: [] as number[], right: [] as number[] };
  readonly #isLeaf = { left: [] as number[], right: [] as number[] };
  readonly #targets: number[] = [];
  readonly #values: number[] = [];

  constructor(forest: Forest) {
    this.#forest = forest;
  }

  get isEmpty(): boolean {
    return this.#roots.length === 0;
  }

  add(tree: number): void {
    this.#roots.push(this.#features.length);
    const top = this.#splitBelow(tree, 0);
    if (top < this.#forest.nodes) this.#addSplit(tree, top);
    else this.#addStump(tree, top);
  }

  attributes() {
    return {
      aggregate_function: { int: sum },
      post_transform: { int: noTransform },
      n_targets: { int: this.#forest.outputs },
      tree_roots: { ints: this.#roots },
      /** 0: go to the true side where the feature is at most the threshold. */
      nodes_modes: {
        tensor: { type: types.uint8, shape: [this.#features.length], bytes: new Uint8Array(this.#features.length) },
      },
      nodes_featureids: { ints: this.#features },
      nodes_splits: { tensor: doubleTensor(this.#thresholds, [this.#thresholds.length]) },
      nodes_truenodeids: { ints: this.#children.left },
      nodes_trueleafs: { ints: this.#isLeaf.left },
      nodes_falsenodeids: { ints: this.#children.right },
      nodes_falseleafs: { ints: this.#isLeaf.right },
      leaf_targetids: { ints: this.#targets },
      leaf_weights: { tensor: doubleTensor(this.#values, [this.#values.length]) },
    };
  }

  /** The first place from `place` down its left side that splits, or the leaf there (from `nodes` on). */
  #splitBelow(tree: number, place: number): number {
    const { nodes, features } = this.#forest;
    let at = place;
    while (at < nodes && features[tree * nodes + at] < 0) at = 2 * at + 1;
    return at;
  }

  #addSplit(tree: number, place: number): number {
    const { nodes, features, thresholds } = this.#forest;
    const at = this.#addNode(features[tree * nodes + place], thresholds[tree * nodes + place]);
    this.#addChild(tree, at, 'left', 2 * place + 1);
    this.#addChild(tree, at, 'right', 2 * place + 2);
    return at;
  }

  #addChild(tree: number, parent: number, side: 'left' | 'right', place: number): void {
    const child = this.#splitBelow(tree, place);
    const isLeaf = child >= this.#forest.nodes;
    this.#isLeaf[side][parent] = isLeaf ? 1 : 0;
    this.#children[side][parent] = isLeaf ? this.#addLeaf(tree, child) : this.#addSplit(tree, child);
  }

  #addStump(tree: number, place: number): void {
    const at = this.#addNode(0, 0);
    for (const side of ['left', 'right'] as const) {
      this.#isLeaf[side][at] = 1;
      this.#children[side][at] = this.#addLeaf(tree, place);
    }
  }

  #addNode(feature: number, threshold: number): number {
    this.#thresholds.push(threshold);
    return this.#features.push(feature) - 1;
  }

  #addLeaf(tree: number, place: number): number {
    const { nodes, leaves, outputs, values } = this.#forest;
    this.#targets.push(tree % outputs);
    return this.#values.push(values[tree * leaves + place - nodes]) - 1;
  }
}
