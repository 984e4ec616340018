import { LabError } from '@stratlab/data/error.ts';
import { formatInstant } from '@stratlab/data/instant.ts';
import { parseSymbol } from '@stratlab/data/instrument.ts';
import { synthesize, syntheticSymbol } from '@stratlab/data/market.ts';
import { findMarket } from '@stratlab/data/markets/index.ts';
import { parseTimeframe } from '@stratlab/data/timeframe.ts';
import type { Lab } from './lab.ts';
import { recordSeries } from './record-series.ts';

interface MarketRequest {
  /** Name of a synthetic market: `noise`, `garch`, `ar1`, `regime`, `fuzzy_rsi`. */
  market: string;
  /** `SYN-<MARKET>-<seed>` where absent. */
  symbol?: string | undefined;
  timeframe: string;
  bars: number;
  seed: number;
  /** Epoch milliseconds. */
  start?: number | undefined;
  parameters?: Readonly<Record<string, number>> | undefined;
}

/**
 * Stores a synthetic series, unsealed and marked as what it is. It may replace one of its own name and timeframe only:
 * throws `already_exists` rather than take the place of real bars or stand beside other bars of the same symbol.
 */
export function generateMarket(lab: Pick<Lab, 'store' | 'database'>, request: MarketRequest) {
  const { bars: count, seed, start, parameters } = request;
  const market = findMarket(request.market);
  const timeframe = parseTimeframe(request.timeframe);
  const symbol = parseSymbol(request.symbol ?? syntheticSymbol(market, seed));
  requireFree(lab, symbol, timeframe);
  const { series, bars } = synthesize(market, {
    symbol,
    timeframe,
    bars: count,
    seed,
    ...(start !== undefined && { start }),
    ...(parameters !== undefined && { parameters }),
  });
  const written = lab.store.write(series, bars, { kind: 'default' });
  const { family } = recordSeries(lab, written, bars);
  const { rows, hash } = written.series;
  return {
    symbol,
    timeframe,
    rows,
    start: formatInstant(written.series.start),
    end: formatInstant(written.series.end),
    market: market.name,
    edge: market.edge,
    seed,
    hash,
    family,
    changed: written.changed,
    warnings: [
      `${symbol} is synthetic: ${market.title.toLowerCase()}, seed ${seed}. ${market.edge ?? 'Nothing in it can be predicted.'}`,
    ],
  };
}

function requireFree({ store }: Pick<Lab, 'store'>, symbol: string, timeframe: string): void {
  const stored = store.ofSymbol(symbol).map(({ series }) => series);
  if (stored.some(({ synthetic }) => !synthetic)) {
    throw new LabError('already_exists', `${symbol} holds bars that are not synthetic.`, {
      path: 'symbol',
      hint: 'Choose another symbol or seed.',
    });
  }
  const other = stored.find((series) => series.timeframe !== timeframe);
  if (other === undefined) return;
  throw new LabError(
    'already_exists',
    `${symbol} is stored at ${other.timeframe}; ${timeframe} bars would follow another path.`,
    {
      path: 'timeframe',
      hint: `Coarser bars than ${other.timeframe} are made from those (mode local); for others choose another seed.`,
    },
  );
}
