import { LabError } from '@stratlab/lab/error.ts';
import { knownScopes } from '@stratlab/lab/scope.ts';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Principal } from './principal.ts';

export interface OAuthSettings {
  issuer: string;
  /** Where the issuer's public keys are. */
  jwks: string;
  audience: string;
  /** URL of `/mcp`, as clients know it. */
  resource: string;
}

/** The principal of an access token, or what is wrong with the token, in words. */
export type CheckJwt = (token: string) => Promise<Principal | string>;

const algorithms = ['RS256', 'ES256', 'EdDSA'] as const;
const clockToleranceSeconds = 30;

/** Checks access tokens of one issuer (RFC 9068). Throws `unavailable` where its keys cannot be had. */
export function jwtCheck({ issuer, jwks, audience }: OAuthSettings): CheckJwt {
  const keys = createRemoteJWKSet(new URL(jwks));
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'sub'],
      });
      return { name: `oauth:${payload.sub}`, scopes: knownScopes(scopesIn(payload)) };
    } catch (error) {
      return reasonOf(error, jwks);
    }
  };
}

/** From `scope` (RFC 9068), or `scp` as some issuers call it. */
function scopesIn({ scope, scp }: JWTPayload): string[] {
  const granted = scope ?? scp;
  if (typeof granted === 'string') return granted.split(' ');
  return Array.isArray(granted) ? granted.map(String) : [];
}

const reasons: Record<string, string> = {
  ERR_JWT_EXPIRED: 'The token has expired.',
  ERR_JWKS_NO_MATCHING_KEY: 'The token is signed with a key that its issuer does not publish.',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: "The token does not say which of its issuer's keys it is signed with.",
  ERR_JOSE_ALG_NOT_ALLOWED: `The token is not signed with ${algorithms.join(', ')}.`,
  ERR_JOSE_NOT_SUPPORTED: `The token is not signed with ${algorithms.join(', ')}.`,
  ERR_JWT_INVALID: 'The token is malformed.',
  ERR_JWS_INVALID: 'The token is malformed.',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "The token's signature is wrong.",
};

function reasonOf(error: unknown, jwks: string): string {
  if (error instanceof errors.JWTClaimValidationFailed) return `The token's claim "${error.claim}" is not accepted.`;
  const reason = error instanceof errors.JOSEError ? reasons[error.code] : undefined;
  if (reason !== undefined) return reason;
  throw new LabError('unavailable', `The keys of the issuer cannot be had from ${jwks}.`, { cause: error });
}
