/** Market orders for wished weights that have not filled yet: at most one per instrument. */
export class WishOrders {
  /** Wished fraction of equity, NaN where nothing is ordered. */
  readonly wished: Float64Array;
  /** Instruments whose order can fill at this instant: the first `dueCount`, ascending. */
  readonly due: Int32Array;
  dueCount = 0;
  private count = 0;

  constructor(instruments: number) {
    this.wished = new Float64Array(instruments).fill(Number.NaN);
    this.due = new Int32Array(instruments);
  }

  get none(): boolean {
    return this.count === 0;
  }

  place(k: number, weight: number): void {
    if (Number.isNaN(this.wished[k])) this.count++;
    this.wished[k] = weight;
  }

  cancel(k: number): void {
    if (Number.isNaN(this.wished[k])) return;
    this.wished[k] = Number.NaN;
    this.count--;
  }

  cancelAll(): void {
    this.wished.fill(Number.NaN);
    this.count = 0;
    this.dueCount = 0;
  }

  /** Gathers what is ordered of instruments with a bar at this step. */
  gather(rows: readonly Int32Array[], step: number): void {
    const { wished, due } = this;
    let count = 0;
    if (!this.none) {
      for (let k = 0; k < wished.length; k++) if (!Number.isNaN(wished[k]) && rows[k][step] >= 0) due[count++] = k;
    }
    this.dueCount = count;
  }
}
