import { LabError, nearest } from '@stratlab/data/error.ts';
import { allTokens, revokeToken as revoke } from '@stratlab/knowledge/tokens.ts';
import type { Lab } from './lab.ts';

/** From now on the token of this name opens nothing, also where a server is running. Throws `not_found`. */
export function revokeToken({ database }: Pick<Lab, 'database'>, name: string): void {
  if (revoke(database, name, Date.now())) return;
  const left = allTokens(database).filter(({ revokedAt }) => revokedAt === null);
  const near = nearest(
    name,
    left.map((token) => token.name),
  );
  throw new LabError('not_found', `There is no token "${name.slice(0, 100)}" to revoke.`, {
    path: 'name',
    hint: near === undefined ? 'stratlab token list shows them.' : `Did you mean "${near}"?`,
  });
}
