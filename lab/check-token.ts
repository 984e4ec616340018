import { timingSafeEqual } from 'node:crypto';
import { findToken, tokenReader } from '@stratlab/knowledge/tokens.ts';
import type { Lab } from './lab.ts';
import { stateOf } from './list-tokens.ts';
import { knownScopes, type Scope } from './scope.ts';
import { sha256Of, tokenIdOf } from './token-text.ts';
import type { GivenToken } from './tokens-file.ts';

/** Whose token it is, or why it opens nothing. */
export type CheckedToken =
  | { state: 'valid'; name: string; scopes: readonly Scope[] }
  | { state: 'unknown' | 'expired' | 'revoked' };

/** Compares in constant time: against the token of the same id in the database, and against each of `given`. */
export function checkToken(
  { database }: Pick<Lab, 'database'>,
  text: string,
  given: readonly GivenToken[],
  at: number = Date.now(),
): CheckedToken {
  const sha256 = sha256Of(text);
  const matches = given.filter((token) => timingSafeEqual(token.sha256, sha256));
  if (matches.length > 0) return { state: 'valid', name: matches[0].name, scopes: matches[0].scopes };
  const id = tokenIdOf(text);
  const stored = id === undefined ? undefined : findToken(database, id);
  if (stored === undefined || !timingSafeEqual(Buffer.from(stored.sha256, 'hex'), sha256)) return { state: 'unknown' };
  const state = stateOf(stored, at);
  return state === 'valid' ? { state, name: stored.name, scopes: knownScopes(stored.scopes) } : { state };
}

/** Answers whether some token of the database opens a door at an instant, now unless given. */
export function validTokenCheck({ database }: Pick<Lab, 'database'>): (at?: number) => boolean {
  const read = tokenReader(database);
  return (at = Date.now()) => read().some((token) => stateOf(token, at) === 'valid');
}
