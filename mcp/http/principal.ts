import type { AuthInfo } from '@modelcontextprotocol/server';
import { knownScopes, type Scope } from '@stratlab/lab/scope.ts';

/** Who asks. */
export interface Principal {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** Whoever sits at this machine: over stdin and stdout, or over the loopback address of a lab that has no tokens. */
export const owner: Principal = { name: 'owner', scopes: ['lab:admin'] };

/** Someone who was not asked for a name, on a route that is open to all. */
export const anyone: Principal = { name: 'anyone', scopes: [] };

export function may({ scopes }: Principal, scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes('lab:admin');
}

/** Who asks and in which request, as a transport hands it on with each message; the token stays behind. */
export function authInfoOf({ name, scopes }: Principal, requestId: string): AuthInfo {
  return { token: '', clientId: name, scopes: [...scopes], extra: { requestId } };
}

export function principalOf({ clientId, scopes }: AuthInfo): Principal {
  return { name: clientId, scopes: knownScopes(scopes) };
}

/** The request that a message came with, where it came with one. */
export function requestIdOf(authInfo: AuthInfo | undefined): string | undefined {
  const requestId = authInfo?.extra?.requestId;
  return typeof requestId === 'string' ? requestId : undefined;
}
