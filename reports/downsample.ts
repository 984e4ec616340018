/**
 * Rows that draw the same line on `columns` columns of pixels: of each column the lowest and the highest finite value,
 * and the first and last finite row of all. `at` says where a row lies, 0 to 1, and never decreases. All rows with a
 * finite value are returned where there are few.
 */
export function keepExtremes(values: ArrayLike<number>, at: (row: number) => number, columns: number): number[] {
  const kept: number[] = [];
  if (values.length <= 2 * columns) {
    for (let row = 0; row < values.length; row++) if (Number.isFinite(values[row])) kept.push(row);
    return kept;
  }
  let column = -1;
  let lowest = -1;
  let highest = -1;
  let last = -1;
  const close = () => {
    if (lowest >= 0) push(kept, Math.min(lowest, highest));
    if (lowest >= 0) push(kept, Math.max(lowest, highest));
  };
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (!Number.isFinite(value)) continue;
    if (last < 0) push(kept, row);
    last = row;
    const its = Math.floor(at(row) * columns);
    if (its !== column) {
      close();
      column = its;
      lowest = row;
      highest = row;
    } else if (value < values[lowest]) lowest = row;
    else if (value > values[highest]) highest = row;
  }
  close();
  if (last >= 0) push(kept, last);
  return kept;
}

function push(kept: number[], row: number): void {
  if (kept.length === 0 || row > kept[kept.length - 1]) kept.push(row);
}
