import type { BarStore } from '@stratlab/data/store.ts';
import { documentSymbols } from '@stratlab/strategies/document.ts';
import type { UniverseStay } from '@stratlab/strategies/universe-membership.ts';
import type { LabDocument } from './strategy-language.ts';
import { readUniverse } from './universe-file.ts';

/** What a strategy trades. */
export interface TradedSymbols {
  /** In the order of the document; of a membership file sorted. */
  symbols: string[];
  /** The stays of a membership file; null where every symbol is always a member. */
  membership: UniverseStay[] | null;
}

/** The symbols of the universe or the legs, else the document's first. Throws as `readUniverse`. */
export function tradedSymbols(document: LabDocument, universes: string): TradedSymbols {
  const { universe, legs } = document;
  if (legs !== null) return { symbols: legs.map(({ symbol }) => symbol), membership: null };
  if (universe === null) return { symbols: documentSymbols(document).slice(0, 1), membership: null };
  if ('symbols' in universe) return { symbols: universe.symbols, membership: null };
  const membership = readUniverse(universes, universe.membership);
  return { symbols: [...new Set(membership.map(({ symbol }) => symbol))].sort(), membership };
}

/** From when the bars of a symbol are sealed; null where none are, or nothing is known of it. */
export function sealOf(store: BarStore, symbol: string): number | null {
  return store.ofSymbol(symbol).at(0)?.sealedFrom ?? null;
}
