import { barColumns } from '../bars.ts';
import { cellEnd, closingQuote, quote, quoteCell } from './cell.ts';
import type { Header } from './header.ts';
import { parseNumber } from './number.ts';
import { describeBadTime, parseTime } from './time.ts';

export interface Diagnosis {
  message: string;
  hint: string;
}

/** What is wrong with a line that could not be read: its number of cells, else its first unreadable cell. */
export function describeLine(bytes: Uint8Array, start: number, end: number, header: Header, dated: boolean): Diagnosis {
  if (start === end) return { message: 'the line is blank', hint: 'Remove it.' };
  const cells = cellsOf(bytes, start, end, header.separator);
  if (cells === undefined) return { message: 'a quote is not closed on its line', hint: 'Close it, or remove it.' };
  const expected = header.roles.length;
  if (cells.length !== expected) return describeCellCount(cells.length, expected);
  for (const [k, [from, to]] of cells.entries()) {
    const role = header.roles[k];
    if (role === 0 && Number.isNaN(parseTime(bytes, from, to, dated))) return describeBadTime(bytes, from, to, dated);
    if (role > 0 && Number.isNaN(parseNumber(bytes, from, to)))
      return describeBadNumber(bytes, from, to, barColumns[role]);
  }
  return { message: 'the line cannot be read', hint: 'Leave it out.' };
}

/** Start and end of each cell, without its quotes; undefined where a quote is not closed. */
function cellsOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  separator: number,
): [from: number, to: number][] | undefined {
  const cells: [number, number][] = [];
  for (let from = start; from <= end; ) {
    const quoted = from < end && bytes[from] === quote;
    const to = quoted ? closingQuote(bytes, from + 1, end) : cellEnd(bytes, from, end, separator);
    if (to < 0) return undefined;
    cells.push([quoted ? from + 1 : from, to]);
    from = cellEnd(bytes, to, end, separator) + 1;
  }
  return cells;
}

function describeCellCount(cells: number, expected: number): Diagnosis {
  const hint =
    cells < expected
      ? 'The line looks cut off: fetch the file again, or leave the line out.'
      : 'Put text that contains the separator in quotes.';
  return { message: `${cells} fields where the header has ${expected}`, hint };
}

function describeBadNumber(bytes: Uint8Array, from: number, to: number, column: string): Diagnosis {
  const text = quoteCell(bytes, from, to);
  if (text === '""') return { message: `${column} is empty`, hint: 'A bar needs all its numbers: leave the line out.' };
  const hint = /\d,\d/.test(text)
    ? 'Write the number without a thousands separator and with a decimal point.'
    : 'Only finite decimals are read: 12.5, -3, 1e-5. Leave the line out where the value is not known.';
  return { message: `${column} is ${text}, not a number`, hint };
}
