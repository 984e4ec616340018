import type { IncomingMessage } from 'node:http';
import { checkToken, validTokenCheck } from '@stratlab/lab/check-token.ts';
import { LabError } from '@stratlab/lab/error.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { readTokensFile } from '@stratlab/lab/tokens-file.ts';
import type { Challenge } from './challenge.ts';
import { jwtCheck, type OAuthSettings } from './oauth.ts';
import { owner, type Principal } from './principal.ts';

/** Who sent the request. Throws a `Refusal` (401, with `WWW-Authenticate`) where it does not say, or says it wrongly. */
export type Authenticate = (request: IncomingMessage) => Promise<Principal>;

/**
 * Asks for a token as soon as there is any to ask for: in the database, in the file of tokens, or from an OAuth issuer;
 * and goes on asking should the last one be revoked. Until then every caller is the owner, which only a loopback
 * address allows: throws `invalid_input` for another.
 */
export function authenticateBy(lab: Lab, challenge: Challenge, oauth: OAuthSettings | undefined): Authenticate {
  const { httpHost, tokensFile } = lab.configuration;
  const given = tokensFile === undefined ? [] : readTokensFile(tokensFile);
  const checkJwt = oauth === undefined ? undefined : jwtCheck(oauth);
  const hasValidToken = validTokenCheck(lab);
  let isOpen = oauth === undefined && given.length === 0 && !hasValidToken();
  if (isOpen) requireLoopback(httpHost);
  return async ({ headers }) => {
    isOpen &&= !hasValidToken();
    if (isOpen) return owner;
    const token = bearerToken(headers.authorization);
    if (token === undefined) throw challenge.unauthenticated('This needs a token: Authorization: Bearer <token>.');
    const checked = checkToken(lab, token, given);
    if (checked.state === 'valid') return checked;
    if (checked.state !== 'unknown') throw challenge.unauthenticated(`The token ${words[checked.state]}.`);
    if (checkJwt === undefined) throw challenge.unauthenticated('The token is not known here.');
    const principal = await checkJwt(token);
    if (typeof principal === 'string') throw challenge.unauthenticated(principal);
    return principal;
  };
}

const words = { expired: 'has expired', revoked: 'was revoked' };

function requireLoopback(httpHost: string): void {
  if (isLoopback(httpHost)) return;
  throw new LabError('invalid_input', `${httpHost} can be reached from other machines, and there is no token yet.`, {
    path: 'host',
    hint: 'Make one with stratlab token create, name a file with STRATLAB_TOKENS_FILE, set STRATLAB_OAUTH_ISSUER, or listen on 127.0.0.1.',
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization ?? '')?.[1];
}
