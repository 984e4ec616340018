/**
 * All memory of a training is laid out before it starts and is never freed. Laying out only counts: the host reads
 * `bytesReserved`, decides, and grows the memory (whose new pages are 0) before anything is stored there. The kernel's
 * own few objects live in the first page.
 *
 * A matrix lies in strips of eight columns, each strip row by row: element (row, column) is float number
 * `((column >> 3) * rows + row) * 8 + (column & 7)`. Rows are filled up to multiples of four with zeros, columns to
 * multiples of eight. So every product runs along memory, whatever the shape. A strip's row is two neighbouring
 * vectors, always loaded, computed and stored together, so that a host that knows how can join them into one.
 */
const PAGE: f64 = 65536;

let reserved: f64 = PAGE;

export function reserve(floats: f64): usize {
  const at = reserved;
  reserved += Math.ceil(floats / 8) * 32;
  return at <= <f64>u32.MAX_VALUE ? <usize>at : 0;
}

export function bytesReserved(): f64 {
  return reserved;
}

/** The next multiple of four: rows of a matrix. */
@inline
export function padded(count: i32): i32 {
  return (count + 3) & ~3;
}

/** The next multiple of eight: columns of a matrix. */
@inline
export function wholeStrips(count: i32): i32 {
  return (count + 7) & ~7;
}
