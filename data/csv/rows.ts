import { type Bars, barColumns } from '../bars.ts';
import { carriageReturn, cellEnd, closingQuote, lineEnd, lineFeed, quote } from './cell.ts';
import { describeLine } from './diagnosis.ts';
import type { Header } from './header.ts';
import { parseNumber } from './number.ts';
import type { Problems } from './problems.ts';
import { parseTime } from './time.ts';

/** The rows as they stand in the file: times in any order. */
export interface Rows {
  bars: Bars;
  /** 1-based line of each row. */
  lines: Int32Array;
}

/**
 * Reads every line after the header; `dated` bars carry dates. A line that cannot be read whole becomes a problem and no
 * row. Blank lines are passed over only at the end of the file.
 */
export function readRows(bytes: Uint8Array, header: Header, dated: boolean, problems: Problems): Rows {
  const size = contentEnd(bytes, header.end);
  const capacity = countLines(bytes, header.end, size);
  const columns = barColumns.map(() => new Float64Array(capacity));
  const lines = new Int32Array(capacity);
  let row = 0;
  let line = 1;
  for (let start = header.end; start < size; ) {
    line++;
    const next = Math.min(lineEnd(bytes, start), size);
    const end = next > start && bytes[next - 1] === carriageReturn ? next - 1 : next;
    if (readLine(bytes, start, end, header, dated, columns, row)) lines[row++] = line;
    else problems.add(line, describeLine, bytes, start, end, header, dated);
    start = next + 1;
  }
  const [time, open, high, low, close, volume] = columns.map((column) => column.subarray(0, row));
  return { bars: { time, open, high, low, close, volume }, lines: lines.subarray(0, row) };
}

/** Reads one line into row `row` of the columns; false where it cannot be read whole. */
function readLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  { separator, roles }: Header,
  dated: boolean,
  columns: Float64Array[],
  row: number,
): boolean {
  let cells = 0;
  for (let from = start; from <= end; cells++) {
    const quoted = from < end && bytes[from] === quote;
    const first = quoted ? from + 1 : from;
    const to = quoted ? closingQuote(bytes, first, end) : cellEnd(bytes, from, end, separator);
    if (to < 0 || cells === roles.length) return false;
    const role = roles[cells];
    if (role >= 0) {
      const value = role === 0 ? parseTime(bytes, first, to, dated) : parseNumber(bytes, first, to);
      if (Number.isNaN(value)) return false;
      columns[role][row] = value;
    }
    from = (quoted ? cellEnd(bytes, to, end, separator) : to) + 1;
  }
  return cells === roles.length;
}

/** Where the last line with anything on it ends. */
function contentEnd(bytes: Uint8Array, start: number): number {
  let end = bytes.length;
  while (end > start && (bytes[end - 1] === lineFeed || bytes[end - 1] === carriageReturn)) end--;
  return end;
}

function countLines(bytes: Uint8Array, start: number, end: number): number {
  let count = 1;
  for (let i = start; i < end; i++) if (bytes[i] === lineFeed) count++;
  return count;
}
