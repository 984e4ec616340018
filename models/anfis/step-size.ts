/**
 * Jang's step size (1993, section III-C): a tenth longer in every epoch that ends four decreases of the error in a row,
 * a tenth shorter after two combinations of a rise and a fall in a row, which then count anew.
 */
export class StepSize {
  value: number;
  #errors: readonly number[];

  constructor(value: number, errors: Iterable<number> = []) {
    this.value = value;
    this.#errors = [...errors];
  }

  /** Enough to go on from: the step, then up to five last errors. */
  get state(): Float64Array {
    return Float64Array.of(this.value, ...this.#errors);
  }

  /** Takes the error of the next epoch. */
  record(error: number): void {
    this.#errors = [...this.#errors.slice(-4), error];
    if (this.#errors.length < 5) return;
    const falls = this.#errors.slice(1).map((later, i) => later < this.#errors[i]);
    if (falls.every((fall) => fall)) this.value *= 1.1;
    else if (falls.every((fall, i) => i === 0 || fall !== falls[i - 1])) {
      this.value *= 0.9;
      this.#errors = [error];
    }
  }
}
