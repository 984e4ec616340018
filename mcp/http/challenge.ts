import { bearerAuthChallengeResponse, OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server';
import type { Scope } from '@stratlab/lab/scope.ts';
import { Refusal } from './refusal.ts';

/** Tells a client how to be let in (RFC 6750, RFC 9728). */
export interface Challenge {
  /** 401: there is no token, or one that opens nothing. */
  unauthenticated(message: string): Refusal;
  /** 403: a token that is good for less. */
  insufficient(scope: Scope): Refusal;
}

/** `metadataUrl` is where clients learn which issuer to ask; undefined where there is none. */
export function challengeWith(metadataUrl: string | undefined): Challenge {
  const refuse = (status: number, code: OAuthErrorCode, message: string, scope: Scope) => {
    const { headers } = bearerAuthChallengeResponse(new OAuthError(code, message), {
      requiredScopes: [scope],
      ...(metadataUrl === undefined ? {} : { resourceMetadataUrl: metadataUrl }),
    });
    return new Refusal(status, message, { 'WWW-Authenticate': headers.get('WWW-Authenticate') ?? 'Bearer' });
  };
  return {
    unauthenticated: (message) => refuse(401, OAuthErrorCode.InvalidToken, message, 'lab:read'),
    insufficient: (scope) =>
      refuse(403, OAuthErrorCode.InsufficientScope, `This needs a token with the scope ${scope}.`, scope),
  };
}
