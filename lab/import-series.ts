import { basename } from 'node:path';
import type { Bars } from '@stratlab/data/bars.ts';
import { instantOrNull } from '@stratlab/data/instant.ts';
import { type CalendarName, guessInstrument, type Instrument, parseSymbol } from '@stratlab/data/instrument.ts';
import type { SealChoice } from '@stratlab/data/seal.ts';
import { parseTimeframe, type Timeframe } from '@stratlab/data/timeframe.ts';
import { readBarsFile } from './bars-file.ts';
import { copyOf } from './family.ts';
import type { Lab } from './lab.ts';
import { recordSeries } from './record-series.ts';

interface SeriesImport {
  /** A `.csv`, `.csv.gz` or `.parquet` file. */
  path: string;
  symbol: string;
  timeframe: string;
  /** A person's choice; by default the last fifth is sealed. */
  seal?: SealChoice | undefined;
  /** Sort rows and drop exact duplicates, each change reported. CSV only. */
  repair?: boolean | undefined;
  /** Where the bars come from; the file's name where absent. */
  source?: string | undefined;
  /** What the symbol is a form of, where a person knows better than the lab's guess. */
  underlying?: string | undefined;
}

/** A file into the store: read, sealed, judged on what may be seen, and written to the ledger with its family. */
export async function importSeries(lab: Pick<Lab, 'store' | 'database'>, request: SeriesImport) {
  const symbol = parseSymbol(request.symbol);
  const timeframe = parseTimeframe(request.timeframe);
  const { bars, repairs } = await readBarsFile(request.path, { timeframe, repair: request.repair ?? false });
  const { instrument, warnings } = settleInstrument(lab, request, { symbol, timeframe, bars });
  const description = {
    symbol,
    timeframe,
    source: request.source ?? basename(request.path),
    synthetic: false,
    market: null,
    instrument,
    repairs,
  };
  const written = lab.store.write(description, bars, request.seal ?? { kind: 'default' });
  const { series, seal, visible, changed } = written;
  const { family, grade, findings } = recordSeries(lab, written, bars);
  return {
    symbol,
    timeframe,
    rows: series.rows,
    visible: { rows: visible.rows, start: instantOrNull(visible.start), end: instantOrNull(visible.end) },
    sealed_from: instantOrNull(seal.sealed_from),
    seal: seal.chosen,
    grade,
    findings,
    hash: series.hash,
    underlying: instrument.underlying,
    family,
    repairs,
    changed,
    warnings: [...warnings, ...sealWarnings(symbol, seal.sealed_from, visible.rows)],
  };
}

/** A copy of known bars gets their underlying, and so their seal, unless a person has chosen either. */
function settleInstrument(
  lab: Pick<Lab, 'store' | 'database'>,
  { underlying, seal }: SeriesImport,
  { symbol, timeframe, bars }: { symbol: string; timeframe: Timeframe; bars: Bars },
): { instrument: Instrument; warnings: string[] } {
  const guess = guessInstrument(symbol);
  const own =
    underlying === undefined
      ? (storedUnderlying(lab, symbol) ?? guess.underlying)
      : parseSymbol(underlying, 'underlying');
  const original = copyOf(lab, { symbol, timeframe, calendar: guess.calendar, bars });
  const warnings = underlying === undefined ? [sayGuess(guess)] : [];
  if (original === null || original.underlying === own) return { instrument: { ...guess, underlying: own }, warnings };
  const decided = underlying !== undefined || (seal !== undefined && seal.kind !== 'default');
  const shared = decided ? own : original.underlying;
  const consequence = decided
    ? `It keeps its own seal, as a person has chosen: bars that are sealed of ${original.underlying} may show here.`
    : `It is stored as a form of ${original.underlying} and shares its seal.`;
  return {
    instrument: { ...guess, underlying: shared },
    warnings: [
      `THE SAME BARS UNDER ANOTHER NAME: the daily returns of ${symbol} are those of ${original.symbol}. ${consequence}`,
      ...warnings,
    ],
  };
}

function storedUnderlying({ store }: Pick<Lab, 'store'>, symbol: string): string | undefined {
  return store.ofSymbol(symbol).at(0)?.series.instrument.underlying;
}

function sayGuess({ symbol, asset_class, currency, calendar, tick_size, multiplier }: Instrument): string {
  return `Guessed from the symbol ${symbol}: ${asset_class} in ${currency}, ${calendarWords[calendar]}, tick ${tick_size}, multiplier ${multiplier}.`;
}

const calendarWords: Record<CalendarName, string> = {
  equity_usa: 'US stock exchange hours',
  forex: 'forex hours',
  crypto: 'traded around the clock',
};

function sealWarnings(symbol: string, sealedFrom: number | null, visibleRows: number): string[] {
  if (sealedFrom === null) return [`Nothing of ${symbol} is sealed: it has no holdout to confirm a result on.`];
  return visibleRows === 0 ? [`Every bar of ${symbol} lies beyond its seal; none can be shown.`] : [];
}
