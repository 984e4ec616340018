import { sha256 } from '@stratlab/data/hash.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import type { StoredBars } from '@stratlab/data/store.ts';
import { canonicalJson } from '@stratlab/strategies/fingerprint.ts';
import type { UniverseStay } from '@stratlab/strategies/universe-membership.ts';

/** What a run was made on, as its result names it. */
export interface Traded {
  /** `SPY`, or of several `SPY+IWM+2`. */
  symbol: string;
  symbols: string[];
  /** Of the bars, or of the hashes of all series read. */
  hash: string;
  /** What trials are counted by where no series says: of several, one family per set of asset classes. */
  underlying: string;
  synthetic: boolean;
  /** The earliest seal; null where nothing is sealed. */
  sealedFrom: number | null;
}

const namedSymbols = 2;

/** `others` were read beside what is traded: the sides of a quote, the market that decides for legs. */
export function tradedSeries(
  traded: readonly StoredBars[],
  others: readonly StoredBars[] = [],
  membership: readonly UniverseStay[] | null = null,
): Traded {
  const instruments = traded.map(({ series }) => series.instrument);
  const all = [...traded, ...others];
  const seals = all.flatMap(({ sealedFrom }) => (sealedFrom === null ? [] : [sealedFrom]));
  const hashes = all.map(({ hash, series }) => [series.symbol, hash] as const);
  return {
    symbol: labelOf(instruments.map(({ symbol }) => symbol)),
    symbols: instruments.map(({ symbol }) => symbol),
    hash: hashes.length === 1 ? hashes[0][1] : sha256(canonicalJson({ hashes: hashes.toSorted(), membership })),
    underlying: instruments.length === 1 ? instruments[0].underlying : portfolioFamily(instruments),
    synthetic: all.some(({ series }) => series.synthetic),
    sealedFrom: seals.length === 0 ? null : Math.min(...seals),
  };
}

function labelOf(symbols: readonly string[]): string {
  const more = symbols.length - namedSymbols;
  return [...symbols.slice(0, namedSymbols), ...(more > 0 ? [more] : [])].join('+');
}

/** Whichever of its members a portfolio is made of next, the look counts in the same family. */
function portfolioFamily(instruments: readonly Instrument[]): string {
  return `portfolios of ${[...new Set(instruments.map(({ asset_class }) => asset_class))].sort().join(' and ')}`;
}
