import { readFileSync, type Stats, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Bars } from '@stratlab/data/bars.ts';
import { requireSpacing } from '@stratlab/data/csv/order.ts';
import { parseCsv } from '@stratlab/data/csv.ts';
import { LabError } from '@stratlab/data/error.ts';
import { readParquet } from '@stratlab/data/parquet.ts';
import type { Repair } from '@stratlab/data/quality.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';

/** Bytes of a file of bars, unpacked. */
const mostBytes = 1024 ** 3;

/**
 * Bars of a `.csv`, `.csv.gz` or `.parquet` file; what `repair` may mend is said by `parseCsv`. Throws `not_found`,
 * `invalid_input` and `limit_exceeded`.
 */
export async function readBarsFile(
  path: string,
  { timeframe, repair }: { timeframe: Timeframe; repair: boolean },
): Promise<{ bars: Bars; repairs: Repair[] }> {
  const name = path.toLowerCase();
  if (name.endsWith('.csv')) return parseCsv(readBytes(path), { timeframe, repair });
  if (name.endsWith('.csv.gz')) return parseCsv(unpack(readBytes(path)), { timeframe, repair });
  if (!name.endsWith('.parquet'))
    throw badFile(`${path} is not a .csv, .csv.gz or .parquet file.`, 'Rename or convert it.');
  if (repair) throw new LabError('invalid_input', 'Only CSV files can be repaired.', { path: 'repair' });
  const bars = await readParquet(readBytes(path));
  requireSpacing(bars.time, timeframe);
  return { bars, repairs: [] };
}

function readBytes(path: string): Buffer {
  const stats = orMissing(path, () => statSync(path));
  if (!stats.isFile()) throw badFile(`${path} is not a file.`, 'Name a .csv, .csv.gz or .parquet file.');
  if (stats.size > mostBytes) throw tooLarge();
  return orMissing(path, () => readFileSync(path));
}

function unpack(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (cause) {
    if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw badFile('The file cannot be unpacked: it is damaged or not gzip data.', 'Fetch it again.', cause);
  }
}

function orMissing<T extends Buffer | Stats>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new LabError('not_found', `There is no file ${path}.`, { path: 'path', cause });
    }
    throw badFile(`${path} cannot be read (${code ?? cause}).`, 'See who may read it.', cause);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function badFile(message: string, hint: string, cause?: unknown): LabError {
  return new LabError('invalid_input', message, { path: 'path', hint, cause });
}

function tooLarge(): LabError {
  return new LabError('limit_exceeded', `The file holds more than ${mostBytes / 1024 ** 2} MiB.`, {
    path: 'path',
    hint: 'Split it by symbol, or import a coarser timeframe.',
  });
}
