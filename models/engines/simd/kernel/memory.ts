/**
 * All memory of a training is laid out before it starts and is never freed. Laying out only counts: the host reads
 * `bytesReserved`, decides, and grows the memory (whose new pages are 0) before anything is stored there. The kernel's
 * own few objects live in the first page.
 *
 * A matrix lies in strips of four columns, each strip row by row: element (row, column) is float number
 * `((column >> 2) * rows + row) * 4 + (column & 3)`. Rows and columns are filled up to multiples of four with zeros.
 * So every product runs along memory, whatever the shape, and a strip's row is one vector.
 */
const PAGE: f64 = 65536;

let reserved: f64 = PAGE;

export function reserve(floats: f64): usize {
  const at = reserved;
  reserved += Math.ceil(floats / 4) * 16;
  return at <= <f64>u32.MAX_VALUE ? <usize>at : 0;
}

export function bytesReserved(): f64 {
  return reserved;
}

/** The next multiple of four. */
@inline
export function padded(count: i32): i32 {
  return (count + 3) & ~3;
}
