/** Sizes of `count` places whose sums over ranges are kept, so that a place is drawn by its size in few steps. */
export class SumTree {
  readonly #count: number;
  readonly #leaves: number;
  /** Node k is the sum of 2k and 2k + 1; the places begin at `#leaves`. */
  readonly #sums: Float64Array;

  constructor(sizes: Float64Array) {
    this.#count = sizes.length;
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, sizes.length)));
    this.#sums = new Float64Array(2 * this.#leaves);
    this.#sums.set(sizes, this.#leaves);
    for (let node = this.#leaves - 1; node > 0; node--) this.#add(node);
  }

  resize(place: number, size: number): void {
    this.#sums[this.#leaves + place] = size;
    for (let node = (this.#leaves + place) >> 1; node > 0; node >>= 1) this.#add(node);
  }

  /** The place at which the running sum of the sizes passes this share of the whole. */
  placeAt(share: number): number {
    let goal = share * this.#sums[1];
    let node = 1;
    while (node < this.#leaves) {
      node *= 2;
      if (goal < this.#sums[node]) continue;
      goal -= this.#sums[node];
      node++;
    }
    return Math.min(node - this.#leaves, this.#count - 1);
  }

  #add(node: number): void {
    this.#sums[node] = this.#sums[2 * node] + this.#sums[2 * node + 1];
  }
}
