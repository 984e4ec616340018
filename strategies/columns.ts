/** Shorter columns cost less to make than to keep. */
const fewestRows = 1024;
const mostBytesKept = 64 * 2 ** 20;

/** By length, columns that were given back and wait to be taken. */
const kept = new Map<number, Float64Array[]>();
let bytesKept = 0;

/**
 * A column whose every row the caller writes: what stands in it may be left over from another. Memory that was given
 * back is in the caches and mapped; fresh memory has to be cleared and, a page at a time, fetched from the system, which
 * for a million rows takes longer than most indicators do.
 */
export function takeColumn(rows: number): Float64Array {
  const column = kept.get(rows)?.pop();
  if (column === undefined) return new Float64Array(rows);
  bytesKept -= column.byteLength;
  return column;
}

/**
 * Gives columns back that nobody reads any more, as `free` does in C: the next one taken of that length may be the same
 * memory. A column that is not given back is collected as any array is.
 */
export function giveBack(...columns: readonly Float64Array[]): void {
  for (const column of columns) {
    const { length, byteLength } = column;
    if (length < fewestRows || byteLength !== column.buffer.byteLength || bytesKept + byteLength > mostBytesKept)
      continue;
    const waiting = kept.get(length) ?? [];
    if (waiting.includes(column)) continue;
    kept.set(length, [...waiting, column]);
    bytesKept += byteLength;
  }
}

/*
 * The C library hands the memory of a large array back to the system the moment it is freed, and fetches it anew for the
 * next, until a block has been freed that tells it how large blocks come and go here: then it keeps blocks of that size
 * (mallopt(3), M_MMAP_THRESHOLD; only glibc). This one is of the largest size that it learns from. Nothing touches it,
 * so that no memory stands behind it.
 */
new ArrayBuffer(2 ** 25 - 2 ** 16).transfer(0);
