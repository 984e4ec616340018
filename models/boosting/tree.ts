import type { Bins } from './bins.ts';
import type { BoostingSpec, Forest } from './forest.ts';
import { fillHistogram, subtract, width } from './histogram.ts';
import { bestSplit, leafValue, type Split, type Sums } from './split.ts';

/** A node that may still be split; `histogram` is null on the last level, where none is needed. */
interface Open {
  readonly place: number;
  readonly rows: Int32Array;
  readonly sums: Sums;
  readonly histogram: Float64Array | null;
}

/** Grows trees level by level into a forest. Histograms are taken from a pool and handed back. */
export class TreeGrower {
  readonly #spec: BoostingSpec;
  readonly #forest: Forest;
  readonly #bins: Bins;
  readonly #pool: Float64Array[] = [];

  constructor(spec: BoostingSpec, forest: Forest, bins: Bins) {
    this.#spec = spec;
    this.#forest = forest;
    this.#bins = bins;
  }

  /** Fits the tree at position `tree` to the gradients and hessians of `rows`, on the given inputs. */
  grow(tree: number, rows: Int32Array, inputs: Int32Array, gradients: Float64Array, hessians: Float64Array): void {
    const { nodes, features } = this.#forest;
    features.fill(-1, tree * nodes, (tree + 1) * nodes);
    const histogram = this.#take();
    fillHistogram(histogram, this.#bins, inputs, rows, gradients, hessians);
    let level: Open[] = [{ place: 0, rows, sums: sumsOf(rows, gradients, hessians), histogram }];
    for (let depth = 0; depth < this.#spec.depth; depth++) {
      const isLast = depth + 1 === this.#spec.depth;
      level = level.flatMap((node) => this.#divide(tree, node, inputs, gradients, hessians, isLast));
    }
    for (const { place, sums } of level) this.#setLeaf(tree, place, sums);
  }

  /** The children of a node: two, or where no split gains itself one level down, as the left child. */
  #divide(
    tree: number,
    node: Open,
    inputs: Int32Array,
    gradients: Float64Array,
    hessians: Float64Array,
    isLast: boolean,
  ): Open[] {
    const { histogram, place } = node;
    const split = histogram && bestSplit(histogram, inputs, this.#bins, node.sums, this.#spec);
    if (histogram === null || split === null) {
      if (histogram !== null) this.#pool.push(histogram);
      return [{ ...node, place: 2 * place + 1, histogram: null }];
    }
    this.#setSplit(tree, place, split);
    const [left, right] = partition(node.rows, this.#bins, split);
    const children = [
      { place: 2 * place + 1, rows: left, sums: split.left },
      { place: 2 * place + 2, rows: right, sums: split.right },
    ];
    if (!isLast) return this.#withHistograms(children, histogram, inputs, gradients, hessians);
    this.#pool.push(histogram);
    return children.map((child) => ({ ...child, histogram: null }));
  }

  /** The smaller child's histogram is counted, the larger one's is what is left of the parent's. */
  #withHistograms(
    children: readonly Omit<Open, 'histogram'>[],
    parent: Float64Array,
    inputs: Int32Array,
    gradients: Float64Array,
    hessians: Float64Array,
  ): Open[] {
    const smaller = children[0].rows.length <= children[1].rows.length ? 0 : 1;
    const counted = this.#take();
    fillHistogram(counted, this.#bins, inputs, children[smaller].rows, gradients, hessians);
    subtract(parent, parent, counted, inputs.length * width);
    return children.map((child, i) => ({ ...child, histogram: i === smaller ? counted : parent }));
  }

  #setSplit(tree: number, place: number, { input, bin, gain }: Split): void {
    const at = tree * this.#forest.nodes + place;
    this.#forest.features[at] = input;
    this.#forest.thresholds[at] = this.#bins.bounds[input][bin];
    this.#forest.gains[at] = gain;
  }

  #setLeaf(tree: number, place: number, sums: Sums): void {
    const { nodes, leaves, values } = this.#forest;
    values[tree * leaves + place - nodes] = this.#spec.learningRate * leafValue(sums, this.#spec.l2);
  }

  #take(): Float64Array {
    return this.#pool.pop() ?? new Float64Array(this.#spec.inputs * width);
  }
}

function sumsOf(rows: Int32Array, gradients: Float64Array, hessians: Float64Array): Sums {
  let gradient = 0;
  let hessian = 0;
  for (const row of rows) {
    gradient += gradients[row];
    hessian += hessians[row];
  }
  return { gradient, hessian, rows: rows.length };
}

/** The rows that go left and right, each in their order. */
function partition(rows: Int32Array, { codes, rows: allRows }: Bins, { input, bin, left }: Split): Int32Array[] {
  const column = input * allRows;
  const parts = [new Int32Array(left.rows), new Int32Array(rows.length - left.rows)];
  const [lower, upper] = parts;
  let l = 0;
  let r = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (codes[column + row] <= bin) lower[l++] = row;
    else upper[r++] = row;
  }
  return parts;
}
