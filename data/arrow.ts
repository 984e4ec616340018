import { DataType, tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow';
import { type Bars, barColumns, mapColumns } from './bars.ts';
import { LabError } from './error.ts';

/** Bars as an Arrow IPC file: six float64 columns in one batch, `time` in epoch milliseconds. */
export function encodeArrow(bars: Bars): Uint8Array {
  const columns = barColumns.map((name) => bars[name]);
  const named = barColumns.map((name, k) => [
    name,
    firstLike(columns, columns[k]) < k ? columns[k].slice() : columns[k],
  ]);
  return tableToIPC(tableFromArrays(Object.fromEntries(named)), 'file');
}

/** The first column in the same memory. apache-arrow writes what two share once, and places all behind it wrongly. */
function firstLike(columns: readonly Float64Array[], { buffer, byteOffset }: Float64Array): number {
  return columns.findIndex((other) => other.buffer === buffer && other.byteOffset === byteOffset);
}

/**
 * Bars of an Arrow IPC file as `encodeArrow` writes them. The columns are views on `bytes` where it is aligned to 8.
 * Throws `corrupt` for anything else. Only for bytes whose hash was checked: a damaged header can keep apache-arrow
 * busy without end.
 */
export function decodeArrow(bytes: Uint8Array): Bars {
  try {
    const table = tableFromIPC(bytes);
    return mapColumns((name) => {
      const column = table.getChild(name);
      if (column === null || !DataType.isFloat(column.type) || column.nullCount > 0) throw new Error(`no ${name}`);
      const values: unknown = column.toArray();
      if (!(values instanceof Float64Array) || values.length !== table.numRows) throw new Error(`bad ${name}`);
      return values;
    });
  } catch (cause) {
    throw new LabError('corrupt', 'These bytes are not bars in an Arrow IPC file.', { cause });
  }
}
