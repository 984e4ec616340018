export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;
export const quote = 0x22;

const utf8 = new TextDecoder();

/** Offset of the line feed that ends the line beginning at `start`, or the length of the file. */
export function lineEnd(bytes: Uint8Array, start: number): number {
  const at = bytes.indexOf(lineFeed, start);
  return at < 0 ? bytes.length : at;
}

/** Offset of the separator that ends the cell beginning at `from`, or `end`. */
export function cellEnd(bytes: Uint8Array, from: number, end: number, separator: number): number {
  let to = from;
  while (to < end && bytes[to] !== separator) to++;
  return to;
}

/** Offset of the quote that closes text beginning at `from` (a doubled one is text); -1 where the line ends first. */
export function closingQuote(bytes: Uint8Array, from: number, end: number): number {
  for (let to = from; to < end; to++) {
    if (bytes[to] !== quote) continue;
    if (to + 1 === end || bytes[to + 1] !== quote) return to;
    to++;
  }
  return -1;
}

/** Bytes `from` to `to` as text without surrounding blanks. */
export function cellText(bytes: Uint8Array, from: number, to: number): string {
  return utf8.decode(bytes.subarray(from, to)).trim();
}

/** A cell as shown in a message: in quotes, and cut where it is long. */
export function quoteCell(bytes: Uint8Array, from: number, to: number): string {
  const text = cellText(bytes, from, to);
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
