import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

const folder = resolve(import.meta.dirname, '../../shared');

/** For `{skip}` of a test: false where the shared reference folder is there, else the message that says it is not. */
export const withoutReference: string | false = existsSync(folder)
  ? false
  : `the shared reference folder is absent (${folder})`;

export function referencePath(path: string): string {
  return resolve(folder, path);
}

/** Text of a file in the shared folder, gunzipped where its name says so. */
export function referenceText(path: string): string {
  const bytes = readFileSync(referencePath(path));
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

export interface ReferenceTable {
  columns: string[];
  /** One array per column; NaN for an empty cell. */
  values: Record<string, Float64Array>;
}

/** A purely numeric CSV of the shared folder; time columns are read as epoch milliseconds. */
export function referenceTable(path: string): ReferenceTable {
  const [header = '', ...lines] = referenceText(path).trimEnd().split(/\r?\n/);
  const columns = header.split(',');
  const cells = lines.map((line) => line.split(','));
  const values = Object.fromEntries(
    columns.map((column, k) => [column, Float64Array.from(cells, (row) => numberOrTime(row[k] ?? ''))]),
  );
  return { columns, values };
}

function numberOrTime(cell: string): number {
  if (cell === '') return Number.NaN;
  const number = Number(cell);
  return Number.isNaN(number) ? Date.parse(cell.includes('T') || cell.length === 10 ? cell : `${cell}Z`) : number;
}
