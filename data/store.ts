import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { BarCache, type HashedBars } from './bar-cache.ts';
import { type Bars, barColumns, barCount, firstBarFrom, mapColumns, sliceBars } from './bars.ts';
import { checkBars } from './check-bars.ts';
import { LabError, nearest } from './error.ts';
import { hashBars, sha256 } from './hash.ts';
import { parseHashedJson, writeHashedJson } from './hashed-json.ts';
import { dayMs, formatDate, formatInstant } from './instant.ts';
import { parseSymbol } from './instrument.ts';
import { requireRoom } from './room.ts';
import { nextSeal, type Seal, type SealChoice, type Span, sealSchema, visibleRows } from './seal.ts';
import type { NewSeries, Series } from './series.ts';
import {
  barsPath,
  parseRecord,
  readBars,
  readOrNull,
  readRecord,
  recordPath,
  type SeriesName,
  saveSeries,
  seriesNames,
  verifyBars,
} from './series-files.ts';
import { type Timeframe, timeframeMs, timeframes } from './timeframe.ts';

/** Bars by their start, both ends inclusive, epoch milliseconds. */
export interface BarRange {
  start?: number | undefined;
  end?: number | undefined;
  /** Move an end beyond the seal back to it instead of refusing. */
  clip?: boolean | undefined;
}

/** What may be seen of a series: count, and starts of the first and last bar (null where there is none). */
export interface VisibleSpan {
  rows: number;
  start: number | null;
  end: number | null;
}

export interface SeriesListing {
  series: Series;
  visible: VisibleSpan;
  sealedFrom: number | null;
}

export interface StoredBars {
  /** Views on memory that other readers share: not to be written to. */
  bars: Bars;
  /** Content hash of exactly these bars. */
  hash: string;
  series: Series;
  sealedFrom: number | null;
  /** Whether the end asked for lay beyond the seal and was moved back to it. */
  clipped: boolean;
}

export interface WrittenSeries {
  series: Series;
  seal: Seal;
  visible: VisibleSpan;
  /** Whether the bars differ from those that were stored under this name before. */
  changed: boolean;
}

export interface DamagedSeries extends SeriesName {
  message: string;
}

/** A file below some folder, by the SHA-256 of its content. */
export interface HeldFile {
  /** With forward slashes. */
  path: string;
  hash: string;
  /** Of a file that may be replaced: as it was when it was hashed. */
  content: () => Uint8Array;
}

interface StoreOptions {
  /** Bytes of decoded bars kept in memory. */
  cacheBytes?: number;
  /** Time of the records, epoch milliseconds. */
  now?: () => number;
}

/** The lab's bars, in a folder. Every way to read them ends before the seal of their underlying. */
export class BarStore {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #cache: BarCache;
  readonly #visible = new Map<string, VisibleSpan>();

  constructor(folder: string, options: StoreOptions = {}) {
    this.#folder = folder;
    this.#now = options.now ?? Date.now;
    this.#cache = new BarCache(options.cacheBytes ?? 256 * 2 ** 20);
  }

  /** How often bars were in memory when they were asked for. */
  cached(): { hits: number; misses: number } {
    return this.#cache.counts();
  }

  /** Every series that can be read, by symbol, then finest timeframe first; `verify` names the damaged ones. */
  list(): SeriesListing[] {
    return seriesNames(this.#folder).flatMap((name) => {
      const listing = ignoreDamage(() => this.#listing(name));
      return listing === null ? [] : [listing];
    });
  }

  /** The series of one symbol, finest timeframe first; none for an unknown symbol. */
  ofSymbol(symbol: string): SeriesListing[] {
    return timeframes.flatMap((timeframe) => {
      const listing = ignoreDamage(() => this.#listing({ symbol, timeframe }));
      return listing === null ? [] : [listing];
    });
  }

  /**
   * Bars of a series up to its seal. Throws `not_found`, `sealed` (a start or end beyond the seal, or nothing before
   * it), `no_data` (no bar in the range) and `corrupt`.
   */
  read(symbol: string, timeframe: Timeframe, range: BarRange = {}): StoredBars {
    const series = this.#find(parseSymbol(symbol), timeframe);
    const sealedFrom = this.#sealOf(series).sealed_from;
    const clipped = checkRange(series, sealedFrom, range);
    const visible = this.#visibleBars(series, sealedFrom);
    const rows = barCount(visible.bars);
    const from = range.start === undefined ? 0 : firstBarFrom(visible.bars, range.start);
    const to = range.end === undefined ? rows : firstBarFrom(visible.bars, Math.floor(range.end) + 1);
    if (from >= to) throw nothingIn(series, visible.bars, sealedFrom);
    if (to - from === rows) return { ...visible, series, sealedFrom, clipped };
    const bars = sliceBars(visible.bars, from, to);
    return { bars, hash: hashBars(bars), series, sealedFrom, clipped };
  }

  /**
   * Stores a series in place of any of its name and settles its underlying's seal in the same step. Throws `no_data`
   * and `invalid_input` for bars that cannot be kept, `unavailable` where the disk refuses or has no room.
   */
  write(description: NewSeries, bars: Bars, choice: SealChoice): WrittenSeries {
    const { timeframe } = description;
    const symbol = parseSymbol(description.symbol);
    checkBars(bars, `${symbol} ${timeframe}`);
    const columnBytes = barColumns.length * Float64Array.BYTES_PER_ELEMENT * barCount(bars);
    requireRoom(this.#folder, columnBytes, `${symbol} ${timeframe} (${barCount(bars)} bars)`);
    const previous = ignoreDamage(() => readRecord(this.#folder, { symbol, timeframe }));
    const underlying = parseSymbol(description.instrument.underlying, 'instrument.underlying');
    const record = {
      ...description,
      symbol,
      instrument: { ...description.instrument, symbol, underlying },
      rows: barCount(bars),
      start: bars.time[0],
      end: bars.time[barCount(bars) - 1],
      hash: hashBars(bars),
      imported_at: this.#now(),
    };
    const { sealed_from } = this.#settle(record, choice);
    const { rows, end } = visibleSpan(bars, timeframe, sealed_from);
    const series = saveSeries(this.#folder, { ...record, visible: { sealed_from, rows, end } }, bars);
    // Again, now that the record can be seen: of two imports at once the later sees both.
    const seal = this.#settle(record, { kind: 'default' });
    const visible = visibleSpan(bars, timeframe, seal.sealed_from);
    return { series, seal, visible, changed: previous?.hash !== series.hash };
  }

  /** The seal of an underlying, or null where it has none yet. Throws `corrupt`. */
  seal(underlying: string): Seal | null {
    const name = parseSymbol(underlying, 'underlying');
    const text = readOrNull(this.#sealPath(name));
    if (text === null) return null;
    const seal = parseHashedJson(text.toString('utf8'), sealSchema);
    if (seal?.underlying === name) return seal;
    throw new LabError('corrupt', `The seal of ${name} cannot be read, so none of its bars can be shown.`, {
      hint: 'Restore the file from a backup.',
    });
  }

  /** What makes the series of some symbols readable in another folder: records, bars, and the seals that they end before. */
  files(symbols: ReadonlySet<string>): HeldFile[] {
    const names = seriesNames(this.#folder).filter(({ symbol }) => symbols.has(symbol));
    const files = names.flatMap((name) => seriesFiles(this.#folder, name));
    const underlyings = names.map((name) => ignoreDamage(() => readRecord(this.#folder, name))?.instrument.underlying);
    const seals = [...new Set(underlyings)].flatMap((underlying) => {
      const text = underlying === undefined ? null : readOrNull(this.#sealPath(underlying));
      return text === null ? [] : [heldFile(`seals/${underlying}.json`, text)];
    });
    return [...files, ...seals];
  }

  /** Reads every series and compares it with its hash; the damaged ones, with what is wrong. */
  verify(): DamagedSeries[] {
    return seriesNames(this.#folder).flatMap((name) => {
      try {
        const series = this.#find(name.symbol, name.timeframe);
        this.#sealOf(series);
        verifyBars(this.#folder, series);
        return [];
      } catch (error) {
        if (!(error instanceof LabError)) throw error;
        return [{ ...name, message: error.message }];
      }
    });
  }

  #listing(name: SeriesName): SeriesListing | null {
    const series = readRecord(this.#folder, name);
    if (series === null) return null;
    const sealedFrom = this.#sealOf(series).sealed_from;
    return { series, visible: this.#visibleSpan(series, sealedFrom), sealedFrom };
  }

  /** From the record while the seal is where it was then, else from the bars, once. */
  #visibleSpan(series: Series, sealedFrom: number | null): VisibleSpan {
    const { visible, timeframe, hash } = series;
    if (visible.sealed_from === sealedFrom) {
      return { rows: visible.rows, start: visible.rows > 0 ? series.start : null, end: visible.end };
    }
    const key = `${hash} ${timeframe} ${sealedFrom}`;
    const known = this.#visible.get(key);
    if (known !== undefined) return known;
    const span = visibleSpan(this.#visibleBars(series, sealedFrom).bars, timeframe, sealedFrom);
    this.#visible.set(key, span);
    return span;
  }

  /** Where a part is sealed the rest is copied, so that no sealed bar shares memory with what readers hold. */
  #visibleBars(series: Series, sealedFrom: number | null): HashedBars {
    const { hash, timeframe, rows } = series;
    return this.#cache.get(`${hash} ${timeframe} ${sealedFrom}`, () => {
      const all = readBars(this.#folder, series);
      const visible = visibleRows(all, timeframe, sealedFrom);
      if (visible === rows) return { bars: all, hash };
      const bars = mapColumns((name) => all[name].slice(0, visible));
      return { bars, hash: hashBars(bars) };
    });
  }

  #find(symbol: string, timeframe: Timeframe): Series {
    const series = readRecord(this.#folder, { symbol, timeframe });
    if (series === null) throw notFound(symbol, timeframe, seriesNames(this.#folder));
    return series;
  }

  #sealOf(series: Series): Seal {
    const { underlying } = series.instrument;
    const seal = this.seal(underlying);
    if (seal !== null) return seal;
    throw new LabError('corrupt', `The seal of ${underlying} is missing, so none of its bars can be shown.`, {
      hint: 'Restore its file from a backup, or import the series again, which seals it anew.',
    });
  }

  /** Sets the seal of the record's underlying by a choice, counting the record as stored. */
  #settle(
    record: Pick<Series, 'symbol' | 'timeframe' | 'instrument' | 'start' | 'end' | 'synthetic'>,
    choice: SealChoice,
  ): Seal {
    const { underlying } = record.instrument;
    const others = seriesNames(this.#folder)
      .filter(({ symbol, timeframe }) => symbol !== record.symbol || timeframe !== record.timeframe)
      .map((name) => ignoreDamage(() => readRecord(this.#folder, name)))
      .filter((series) => series !== null)
      .filter((series) => series.instrument.underlying === underlying);
    const existing = this.seal(underlying);
    const next = nextSeal(underlying, existing, choice, [record, ...others].map(spanOf), this.#now());
    if (next !== existing) writeHashedJson(this.#sealPath(underlying), next);
    return next;
  }

  #sealPath(underlying: string): string {
    return join(this.#folder, 'seals', `${underlying}.json`);
  }
}

/** The store in a folder, which need not exist yet: `$STRATLAB_HOME/data`. */
export function openStore(folder: string, options: StoreOptions = {}): BarStore {
  return new BarStore(folder, options);
}

/** The record of a series and the bars that it names; of a damaged one the record alone. */
function seriesFiles(folder: string, name: SeriesName): HeldFile[] {
  const text = readOrNull(recordPath(folder, name));
  if (text === null) return [];
  const record = heldFile(slashed(recordPath('', name)), text);
  const series = ignoreDamage(() => parseRecord(text, name));
  if (series === null) return [record];
  const bars = {
    path: slashed(barsPath('', series)),
    hash: series.file_hash,
    content: () => readFileSync(barsPath(folder, series)),
  };
  return [record, bars];
}

function heldFile(path: string, content: Uint8Array): HeldFile {
  return { path, hash: sha256(content), content: () => content };
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}

function spanOf({ start, end, timeframe, synthetic }: Pick<Series, 'start' | 'end' | 'timeframe' | 'synthetic'>): Span {
  return { start, end: end + timeframeMs(timeframe), synthetic };
}

function visibleSpan(bars: Bars, timeframe: Timeframe, sealedFrom: number | null): VisibleSpan {
  const rows = visibleRows(bars, timeframe, sealedFrom);
  return { rows, start: rows > 0 ? bars.time[0] : null, end: rows > 0 ? bars.time[rows - 1] : null };
}

/** Whether the end must be clipped. Throws for a range that is upside down or asks for sealed bars. */
function checkRange(series: Series, sealedFrom: number | null, { start, end, clip = false }: BarRange): boolean {
  if (start !== undefined && end !== undefined && start > end) {
    throw new LabError('invalid_input', `The start ${sayInstant(start)} is after the end ${sayInstant(end)}.`);
  }
  if (sealedFrom === null) return false;
  if (start !== undefined && start >= sealedFrom) throw beyondSeal(series, sealedFrom, 'start', start);
  if (end === undefined || end < sealedFrom) return false;
  if (!clip) throw beyondSeal(series, sealedFrom, 'end', end);
  return true;
}

function beyondSeal({ symbol, instrument }: Series, sealedFrom: number, what: string, asked: number): LabError {
  const name = instrument.underlying === symbol ? symbol : `${symbol} (underlying ${instrument.underlying})`;
  return new LabError(
    'sealed',
    `${name} is sealed from ${sayInstant(sealedFrom)}: the ${what} ${sayInstant(asked)} is beyond it.`,
    {
      path: `${what}_date`,
      hint: `Choose ${what === 'end' ? 'an end' : 'a start'} before ${sayInstant(sealedFrom)}. Sealed bars are only for a final holdout.`,
    },
  );
}

function nothingIn({ symbol, timeframe }: Series, visible: Bars, sealedFrom: number | null): LabError {
  const rows = barCount(visible);
  if (rows === 0 && sealedFrom !== null) {
    return new LabError(
      'sealed',
      `Every bar of ${symbol} ${timeframe} lies beyond the seal of ${sayInstant(sealedFrom)}.`,
      {
        hint: 'Use a series of it with earlier bars. Sealed bars are only for a final holdout.',
      },
    );
  }
  const [first, last] = [formatInstant(visible.time[0]), formatInstant(visible.time[rows - 1])];
  return new LabError('no_data', `${symbol} ${timeframe} has no bars in this range.`, {
    hint: `Its ${rows} bars that may be seen run from ${first} to ${last}.`,
  });
}

function notFound(symbol: string, timeframe: Timeframe, names: SeriesName[]): LabError {
  const own = names.filter((name) => name.symbol === symbol).map((name) => name.timeframe);
  if (own.length > 0) {
    return new LabError('not_found', `${symbol} is not stored at ${timeframe}. Its timeframes: ${own.join(', ')}.`, {
      path: 'timeframe',
      hint: `Use ${own[0]}, or import ${symbol} at ${timeframe}.`,
    });
  }
  const symbols = [...new Set(names.map((name) => name.symbol))];
  const guess = nearest(symbol, symbols);
  const known = symbols.length === 0 ? 'The store is empty.' : `Stored: ${abbreviate(symbols)}.`;
  return new LabError(
    'not_found',
    `${symbol} is not stored. ${guess === undefined ? known : `Did you mean ${guess}?`}`,
    {
      path: 'symbol',
      hint: 'list_market_data names every series; stratlab import adds one.',
    },
  );
}

function abbreviate(names: string[]): string {
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}

/** The date alone where the instant is the first or last of its UTC day, as dates come in. */
function sayInstant(instant: number): string {
  const wholeDay = instant % dayMs === 0 || (instant + 1) % dayMs === 0;
  return wholeDay ? formatDate(instant) : formatInstant(instant);
}

function isDamage(error: unknown): error is LabError {
  return error instanceof LabError && error.code === 'corrupt';
}

function ignoreDamage<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}
