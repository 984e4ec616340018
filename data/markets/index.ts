import { LabError, nearest } from '../error.ts';
import type { Market } from '../market.ts';
import { ar1 } from './ar1.ts';
import { fuzzyRsi } from './fuzzy-rsi.ts';
import { garch } from './garch.ts';
import { noise } from './noise.ts';
import { regime } from './regime.ts';

export const markets: readonly Market[] = [noise, garch, ar1, regime, fuzzyRsi];

/** The market of this name, without regard to case. Throws `invalid_input` naming the nearest. */
export function findMarket(name: string, path = 'market'): Market {
  const market = markets.find((candidate) => candidate.name === name.toLowerCase());
  if (market !== undefined) return market;
  const names = markets.map((candidate) => candidate.name);
  const guess = nearest(name, names);
  throw new LabError('invalid_input', `"${name}" is not a synthetic market. Known: ${names.join(', ')}.`, {
    path,
    ...(guess === undefined ? {} : { hint: `Did you mean ${guess}?` }),
  });
}
