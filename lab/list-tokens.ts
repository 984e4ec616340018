import { formatInstant, instantOrNull } from '@stratlab/data/instant.ts';
import { allTokens, type Token } from '@stratlab/knowledge/tokens.ts';
import type { Lab } from './lab.ts';

/** Every token that was made here, oldest first, without what would let anyone use it. */
export function listTokens({ database }: Pick<Lab, 'database'>, at: number = Date.now()) {
  return allTokens(database).map((token) => ({
    name: token.name,
    scopes: token.scopes,
    state: stateOf(token, at),
    created_at: formatInstant(token.createdAt),
    expires_at: instantOrNull(token.expiresAt),
    revoked_at: instantOrNull(token.revokedAt),
  }));
}

export function stateOf({ revokedAt, expiresAt }: Token, at: number): 'valid' | 'revoked' | 'expired' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= at ? 'expired' : 'valid';
}
