import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeArrow, encodeArrow } from './arrow.ts';
import { temporarySuffix, writeFileAtomic } from './atomic-file.ts';
import { type Bars, barCount } from './bars.ts';
import { diskErrorOf } from './disk-error.ts';
import { LabError } from './error.ts';
import { hashBars, sha256 } from './hash.ts';
import { parseHashedJson, writeHashedJson } from './hashed-json.ts';
import { parseSymbol } from './instrument.ts';
import { type Series, seriesSchema } from './series.ts';
import { compareTimeframes, isTimeframe, type Timeframe } from './timeframe.ts';

/*
 * On disk a series is `<SYMBOL>/<timeframe>.json`, its record, and `<SYMBOL>/<timeframe>.<hash>.arrow`, the bars that
 * the record names. Bars are written before their record and superseded ones stay a while, so that a reader or a crash
 * between the two finds the old series or the new one, whole.
 */

export interface SeriesName {
  symbol: string;
  timeframe: Timeframe;
}

/** Every series that has a record, by symbol, then finest timeframe first. */
export function seriesNames(folder: string): SeriesName[] {
  const symbols = entries(folder)
    .filter((name) => isSymbol(name))
    .sort();
  return symbols.flatMap((symbol) =>
    entries(join(folder, symbol))
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .filter(isTimeframe)
      .sort(compareTimeframes)
      .map((timeframe) => ({ symbol, timeframe })),
  );
}

/** The record of a series, or null where there is none. Throws `corrupt`. */
export function readRecord(folder: string, name: SeriesName): Series | null {
  const text = readOrNull(recordPath(folder, name));
  return text === null ? null : parseRecord(text, name);
}

/** The record that a file holds. Throws `corrupt`. */
export function parseRecord(text: Buffer, { symbol, timeframe }: SeriesName): Series {
  const record = parseHashedJson(text.toString('utf8'), seriesSchema);
  if (record?.symbol === symbol && record.timeframe === timeframe) return record;
  throw corrupt(symbol, timeframe, 'its record cannot be read');
}

/** The bars that a record names. The file's hash is checked before it is parsed. Throws `corrupt`. */
export function readBars(folder: string, series: Series): Bars {
  const bytes = readOrNull(barsPath(folder, series));
  if (bytes === null) throw corrupt(series.symbol, series.timeframe, 'its bars are missing');
  if (sha256(bytes) === series.file_hash) return decodeArrow(bytes);
  throw corrupt(series.symbol, series.timeframe, 'its bars are not those that were stored');
}

/** As `readBars`, and compares the bars themselves with the record. */
export function verifyBars(folder: string, series: Series): void {
  const bars = readBars(folder, series);
  if (barCount(bars) === series.rows && hashBars(bars) === series.hash) return;
  throw corrupt(series.symbol, series.timeframe, 'its record does not belong to its bars');
}

/** Stores a series; the moment it replaces an older one is the renaming of its record. */
export function saveSeries(folder: string, description: Omit<Series, 'file_hash'>, bars: Bars): Series {
  const bytes = encodeArrow(bars);
  const series = seriesSchema.parse({ ...description, file_hash: sha256(bytes) });
  writeFileAtomic(barsPath(folder, series), bytes);
  writeHashedJson(recordPath(folder, series), series);
  removeLeftovers(join(folder, series.symbol), series);
  return series;
}

/** The content of a file, or null where there is none. Throws `unavailable` where the disk refuses. */
export function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw diskErrorOf(error, `${path} could not be read`);
  }
}

/** The file of a series' record. */
export function recordPath(folder: string, { symbol, timeframe }: SeriesName): string {
  return join(folder, symbol, `${timeframe}.json`);
}

/** The file of the bars that a record names. */
export function barsPath(folder: string, { symbol, timeframe, hash }: Series): string {
  return join(folder, symbol, `${timeframe}.${hash.slice(0, 16)}.arrow`);
}

/** Long enough for a reader that holds the old record, or another writer before its record, to be done. */
const leftoverMs = 10 * 60_000;

function removeLeftovers(folder: string, series: Series): void {
  const current = barsPath('', series);
  for (const name of entries(folder)) {
    const superseded = name.startsWith(`${series.timeframe}.`) && name.endsWith('.arrow') && !current.endsWith(name);
    const path = join(folder, name);
    if ((superseded || name.endsWith(temporarySuffix)) && ageMs(path) > leftoverMs) removeLeftover(path);
  }
}

/** The series is stored already: what cannot be removed now is removed the next time. */
function removeLeftover(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

function ageMs(path: string): number {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modified === undefined ? 0 : Date.now() - modified;
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw diskErrorOf(error, `${folder} could not be read`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function isSymbol(name: string): boolean {
  try {
    return parseSymbol(name) === name;
  } catch {
    return false;
  }
}

function corrupt(symbol: string, timeframe: Timeframe, what: string): LabError {
  return new LabError('corrupt', `${symbol} ${timeframe} is damaged: ${what}.`, {
    hint: 'Import it again from its source, or restore a backup.',
  });
}
