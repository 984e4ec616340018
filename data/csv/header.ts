import { type BarColumn, barColumns } from '../bars.ts';
import { cellText, lineEnd } from './cell.ts';
import type { Problems } from './problems.ts';

export interface Header {
  /** Byte between two cells. */
  separator: number;
  /** For each cell of a line: index into `barColumns`, or -1 for a column that is left alone. */
  roles: Int8Array;
  /** Offset of the first byte after the header line. */
  end: number;
}

/** Names a column may carry, in lower case without blanks, dots, dashes and underscores; the first that is there is taken. */
const synonyms: Record<BarColumn, string[]> = {
  time: ['timestamp', 'unix', 'epoch', 'opentime', 'datetime', 'time', 'date', 't', ''],
  open: ['open', 'o'],
  high: ['high', 'h'],
  low: ['low', 'l'],
  close: ['close', 'c'],
  volume: ['volume', 'vol', 'v'],
};

/** Reads line 1. Adds a problem for each column that is missing or that two names compete for. */
export function readHeader(bytes: Uint8Array, problems: Problems): Header {
  const end = lineEnd(bytes, 0);
  const next = Math.min(end + 1, bytes.length);
  const line = new TextDecoder().decode(bytes.subarray(0, end)).replace(/\r$/, '');
  const separator = separatorOf(line);
  const names = line.split(separator).map(unquoted);
  const columns = barColumns.map((column) => columnIndex(names, column));
  const volume = barColumns.indexOf('volume');
  if (columns[volume] < 0) {
    const firstRow = cellText(bytes, next, lineEnd(bytes, next)).split(separator).map(unquoted);
    columns[volume] = volumeByUnit(names, firstRow, problems);
  }
  reportMissing(columns, names, problems);
  const roles = new Int8Array(names.length).fill(-1);
  columns.forEach((at, role) => {
    if (at >= 0) roles[at] = role;
  });
  return { separator: separator.charCodeAt(0), roles, end: next };
}

function separatorOf(line: string): string {
  const count = (separator: string) => line.split(separator).length;
  return [',', ';', '\t'].reduce((best, candidate) => (count(candidate) > count(best) ? candidate : best));
}

function unquoted(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, '$1');
}

/** Where the column is; -1 where no name stands for it, -2 where it stands there twice. */
function columnIndex(names: string[], column: BarColumn): number {
  const plain = names.map((name) => name.toLowerCase().replace(/[\s._-]/g, ''));
  const name = synonyms[column].find((synonym) => plain.includes(synonym));
  if (name === undefined) return -1;
  return plain.indexOf(name) === plain.lastIndexOf(name) ? plain.indexOf(name) : -2;
}

function reportMissing(columns: number[], names: string[], problems: Problems): void {
  const missing = barColumns.filter((name, role) => columns[role] === -1 && name !== 'volume');
  const twice = barColumns.filter((_, role) => columns[role] === -2);
  if (missing.length > 0) problems.add(1, describeMissing, missing, names);
  if (twice.length > 0) problems.add(1, describeTwice, twice);
}

function describeMissing(missing: string[], names: string[]): { message: string; hint: string } {
  const found = names.slice(0, 20).map((name) => JSON.stringify(name.slice(0, 40)));
  return {
    message: `no column ${missing.join(', ')}; found ${found.join(', ')}`,
    hint: 'Line 1 names the columns: timestamp,open,high,low,close,volume, in any order. Rename those that are meant.',
  };
}

function describeTwice(names: string[]): { message: string; hint: string } {
  return { message: `more than one column ${names.join(', ')}`, hint: 'Leave the one that is meant.' };
}

/**
 * Of columns such as `Volume BTC, Volume USDT` the one in units of the instrument, which comes first in the pair that the
 * `symbol` column names (BTC/USDT). One such column alone is the volume. -1 where there is none, or (a problem) no telling.
 */
function volumeByUnit(names: string[], firstRow: string[], problems: Problems): number {
  const units = names.map((name) => /^volume[ _(]+(\w+)\)?$/i.exec(name)?.[1]?.toUpperCase() ?? '');
  const candidates = [...units.keys()].filter((k) => units[k] !== '');
  if (candidates.length <= 1) return candidates[0] ?? -1;
  const pair = firstRow[names.findIndex((name) => /^(symbol|ticker|pair)$/i.test(name))] ?? '';
  const base = candidates.filter((k) => pair.toUpperCase().replace(/\W/g, '').startsWith(units[k]));
  if (base.length === 1) return base[0];
  problems.add(
    1,
    describeVolumes,
    candidates.map((k) => names[k]),
  );
  return -1;
}

function describeVolumes(names: string[]): { message: string; hint: string } {
  return {
    message: `several columns could be the volume: ${names.join(', ')}`,
    hint: 'Call the one in units of the instrument "volume".',
  };
}
