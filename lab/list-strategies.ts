import { formatInstant } from '@stratlab/data/instant.ts';
import { parseSymbol } from '@stratlab/data/instrument.ts';
import { listStrategies as findStrategies, type StrategyVersion } from '@stratlab/knowledge/strategies.ts';
import { baseTimeframe, documentSymbols } from '@stratlab/strategies/document.ts';
import { bestResult } from './best-result.ts';
import type { Lab } from './lab.ts';
import { readLabStrategy } from './strategy-language.ts';

export const strategyColumns = [
  'name',
  'version',
  'decider',
  'symbols',
  'timeframe',
  'fingerprint',
  'best_verdict',
  'best_sharpe',
  'created_at',
] as const;

export interface ListStrategies {
  /** Part of a name, description or hypothesis. */
  query?: string | undefined;
  symbol?: string | undefined;
}

/** The newest version of each strategy, newest first, with the best result of any version; read when sliced. */
export function listStrategies({ database }: Pick<Lab, 'database'>, { query, symbol }: ListStrategies) {
  const wanted = symbol === undefined ? undefined : parseSymbol(symbol);
  const found = findStrategies(database, query).filter(
    (version) => wanted === undefined || marketOf(version).symbols.includes(wanted),
  );
  return {
    length: found.length,
    slice: (start: number, end: number) =>
      found.slice(start, end).map((version) => {
        const { symbols, timeframe } = marketOf(version);
        const best = bestResult(database, version.name);
        return [
          version.name,
          version.version,
          version.decider,
          symbols.join(' '),
          timeframe,
          version.fingerprint.slice(0, 12),
          best?.verdict ?? null,
          best?.sharpe ?? null,
          formatInstant(version.createdAt),
        ];
      }),
  };
}

function marketOf({ document }: StrategyVersion): { symbols: string[]; timeframe: string | null } {
  const read = readLabStrategy(document);
  if ('problems' in read) return { symbols: [], timeframe: null };
  return { symbols: documentSymbols(read.strategy.document), timeframe: baseTimeframe(read.strategy.document) };
}
