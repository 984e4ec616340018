import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { LabError } from '@stratlab/data/error.ts';
import { parseEnd, parseInstant } from '@stratlab/data/instant.ts';
import { parseSymbol } from '@stratlab/data/instrument.ts';
import type { UniverseStay } from '@stratlab/strategies/universe-membership.ts';

const columns = 'symbol,from,to';
const extension = '.csv';

/**
 * Reads `<name>.csv` of the lab's universes: a header `symbol,from,to`, dates `YYYY-MM-DD`, an empty `to` for a member
 * of today; a symbol may come and go. Throws `not_found` and, with the line's number, `invalid_input`.
 */
export function readUniverse(folder: string, name: string): UniverseStay[] {
  const path = universeFile(folder, name);
  if (!existsSync(path)) throw absent(folder, name);
  const [header, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  if (header.trim().toLowerCase() !== columns) throw faulty(name, 1, `begins with "${header.slice(0, 80)}"`);
  if (lines.length === 0) throw faulty(name, 1, 'has no member');
  return lines.map((line, k) => memberOf(line, name, k + 2));
}

/** The file of a universe. */
export function universeFile(folder: string, name: string): string {
  return `${folder}/${name}${extension}`;
}

function memberOf(line: string, name: string, row: number): UniverseStay {
  const cells = line.split(',').map((cell) => cell.trim());
  if (cells.length !== 3) throw faulty(name, row, `has ${cells.length} columns`);
  const [symbol, from, to] = cells;
  const path = `universes/${name}${extension} line ${row}`;
  const member = {
    symbol: parseSymbol(symbol, path),
    from: parseInstant(from, path),
    to: to === '' ? null : parseEnd(to, path),
  };
  if (member.to !== null && member.to < member.from) throw faulty(name, row, `ends (${to}) before it begins (${from})`);
  return member;
}

function faulty(name: string, row: number, what: string): LabError {
  return new LabError('invalid_input', `The universe file ${name}${extension} ${what}, line ${row}.`, {
    path: 'universe.membership',
    hint: `Write a header "${columns}", then SPY,2001-01-01,2010-12-31 or SPY,2001-01-01, for a member of today.`,
  });
}

function absent(folder: string, name: string): LabError {
  const known = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(extension)) : [];
  return new LabError('not_found', `There is no universe file "${name}${extension}".`, {
    path: 'universe.membership',
    hint:
      known.length === 0
        ? `Put one into ${folder}, or list the symbols: universe: {symbols: [SPY, IWM]}.`
        : `Known: ${known.map((file) => file.slice(0, -extension.length)).join(', ')}.`,
  });
}
