/** Rows as bits, 32 to a word. */
export type BitSet = Uint32Array;

export function bitSet(rows: number, holds: (row: number) => boolean): BitSet {
  const bits = new Uint32Array(Math.ceil(rows / 32));
  for (let row = 0; row < rows; row++) if (holds(row)) bits[row >>> 5] |= 1 << (row & 31);
  return bits;
}

export function intersection(a: BitSet, b: BitSet): BitSet {
  return a.map((word, k) => word & b[k]);
}

export function difference(a: BitSet, b: BitSet): BitSet {
  return a.map((word, k) => word & ~b[k]);
}

/** Number of rows in both. */
export function common(a: BitSet, b: BitSet): number {
  let count = 0;
  for (let k = 0; k < a.length; k++) count += ones(a[k] & b[k]);
  return count;
}

/** Bits that are set in a word (Warren, Hacker's Delight, 2003, 5-1). */
function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
