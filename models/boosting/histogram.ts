import type { Bins } from './bins.ts';

/** Numbers per bin: sum of gradients, sum of hessians, rows. */
export const fields = 3;
/** Numbers per input. */
export const width = 256 * fields;

/** Sums by bin over some rows, for the chosen inputs (position in `inputs` x bin x field). */
export function fillHistogram(
  target: Float64Array,
  { codes, rows: allRows }: Bins,
  inputs: Int32Array,
  rows: Int32Array,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  target.fill(0, 0, inputs.length * width);
  for (let k = 0; k < inputs.length; k++) {
    const column = inputs[k] * allRows;
    const from = k * width;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      const at = from + fields * codes[column + row];
      target[at] += gradients[row];
      target[at + 1] += hessians[row];
      target[at + 2]++;
    }
  }
}

/** target = whole - part, bin by bin: the histogram of the other child. */
export function subtract(target: Float64Array, whole: Float64Array, part: Float64Array, length: number): void {
  for (let at = 0; at < length; at++) target[at] = whole[at] - part[at];
}
