import type { Bars } from './bars.ts';
import { readHeader } from './csv/header.ts';
import { inOrder, requireSpacing } from './csv/order.ts';
import { Problems } from './csv/problems.ts';
import { readRows } from './csv/rows.ts';
import { isDated } from './csv/time.ts';
import { LabError } from './error.ts';
import type { Repair } from './quality.ts';
import type { Timeframe } from './timeframe.ts';

interface CsvOptions {
  timeframe: Timeframe;
  /** Sort the rows and drop exact duplicates; each change is named in `repairs`. Nothing else is ever mended. */
  repair?: boolean;
}

/**
 * Reads bars from an unpacked CSV file in UTF-8.
 *
 * The first line names the columns, in any case and order, separated by comma, semicolon or tab: a time, `open`, `high`,
 * `low`, `close` and usually `volume` (0 throughout where absent); other columns are left alone. Times are ISO-8601 with
 * their offset, epoch seconds, milliseconds or microseconds, and for daily and weekly bars also `YYYY-MM-DD`. Numbers are
 * plain decimals, read to the same bits as `Number(text)`. Implausible numbers are stored as they stand: judging them
 * belongs to the quality rules.
 *
 * Throws `invalid_input` with one problem per damaged line (`path: 'line 12'`, line 1 being the header; the first 20)
 * for anything that cannot be read without guessing, and for rows that are not strictly increasing in time.
 */
export function parseCsv(bytes: Uint8Array, options: CsvOptions): { bars: Bars; repairs: Repair[] } {
  requireText(bytes);
  const problems = new Problems();
  const header = readHeader(bytes, problems);
  problems.throwAny();
  const rows = readRows(bytes, header, isDated(options.timeframe), problems);
  const ordered = inOrder(rows, options.repair ?? false, problems);
  problems.throwAny();
  requireSpacing(ordered.bars.time, options.timeframe);
  if (ordered.bars.time.length === 0) throw new LabError('invalid_input', 'The CSV has column names but no rows.');
  return ordered;
}

const notText: [magic: number[], what: string, hint: string][] = [
  [[0x1f, 0x8b], 'gzip data', 'Unpack it, or give it the name of a .csv.gz file.'],
  [[0xff, 0xfe], 'UTF-16 text', 'Save the file as UTF-8.'],
  [[0xfe, 0xff], 'UTF-16 text', 'Save the file as UTF-8.'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file', 'Write it out as CSV.'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip or spreadsheet file', 'Save the sheet as CSV in UTF-8.'],
];

function requireText(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new LabError('invalid_input', 'The CSV is empty.');
  for (const [magic, what, hint] of notText) {
    if (magic.every((byte, i) => bytes[i] === byte)) {
      throw new LabError('invalid_input', `The file is ${what}, not CSV text.`, { hint });
    }
  }
}
