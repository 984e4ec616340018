import { LabError } from '@stratlab/data/error.ts';
import { addToken, tokenNamed } from '@stratlab/knowledge/tokens.ts';
import type { Lab } from './lab.ts';
import type { Scope } from './scope.ts';
import { newTokenText, sha256Of } from './token-text.ts';

interface TokenOrder {
  name: string;
  scopes: readonly Scope[];
  /** Epoch milliseconds; null for a token that stays good until it is revoked. */
  expiresAt: number | null;
}

/** Makes a token and returns it: this is the only time that it can be read. Its hash is kept. */
export function createToken({ database }: Pick<Lab, 'database'>, { name, scopes, expiresAt }: TokenOrder): string {
  const createdAt = Date.now();
  checkName(name);
  if (expiresAt !== null && expiresAt <= createdAt)
    throw new LabError('invalid_input', 'The token would have expired already.', { path: 'expires' });
  const { id, text } = newTokenText();
  database.transaction(() => {
    if (tokenNamed(database, name) !== undefined)
      throw new LabError('already_exists', `There is a token "${name}" already.`, {
        path: 'name',
        hint: `Choose another name, or first stratlab token revoke ${name}.`,
      });
    addToken(database, { id, name, sha256: sha256Of(text).toString('hex'), scopes: [...scopes], createdAt, expiresAt });
  });
  return text;
}

/** Throws `invalid_input` unless the name can stand in a log, a file of tokens and a shell as it is. */
export function checkName(name: string): void {
  if (/^[A-Za-z0-9][\w.-]{0,63}$/.test(name)) return;
  throw new LabError('invalid_input', `"${name.slice(0, 100)}" cannot name a token.`, {
    path: 'name',
    hint: 'Take 1 to 64 letters, digits, dots, hyphens and underscores.',
  });
}
