import '../console-to-stderr.ts';
import { once } from 'node:events';
import { LabError } from '@stratlab/lab/error.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { authenticateBy } from './authenticate.ts';
import { type Challenge, challengeWith } from './challenge.ts';
import type { OAuthSettings } from './oauth.ts';
import { metadataUrlOf, protectedResource } from './protected-resource.ts';
import type { Endpoint } from './route.ts';
import { type HttpServer, startHttpServer } from './server.ts';

/** Less than the 10 s that container engines give before they kill. */
const patienceAfterSignalMs = 8_000;

/** Makes an endpoint that can challenge those it turns away. */
export type Mount = (challenge: Challenge) => Endpoint;

/**
 * Serves the lab over the network, as its configuration says. The lab stays open. Throws `invalid_input` where others
 * could reach it without saying who they are, and `unavailable` where it cannot listen.
 */
export async function serveHttp(lab: Lab, mounts: readonly Mount[]): Promise<HttpServer> {
  const oauth = oauthOf(lab);
  const challenge = challengeWith(oauth === undefined ? undefined : metadataUrlOf(oauth.resource));
  const authenticate = authenticateBy(lab, challenge, oauth);
  const own = oauth === undefined ? [] : [protectedResource(oauth)];
  const endpoints = [...own, ...mounts.map((mount) => mount(challenge))];
  const server = await startHttpServer(lab, endpoints, { authenticate, challenge });
  lab.log.info({ url: server.url }, 'serving');
  return server;
}

/** Resolves once SIGTERM or SIGINT has come and the server has ended in order, or not within `patienceMs`. */
export async function untilSignal(server: HttpServer, patienceMs: number = patienceAfterSignalMs): Promise<void> {
  await Promise.race(['SIGTERM', 'SIGINT'].map((signal) => once(process, signal)));
  await server.close(patienceMs);
}

function oauthOf({ configuration }: Lab): OAuthSettings | undefined {
  const { oauthIssuer: issuer, oauthJwks: jwks, publicUrl } = configuration;
  if (issuer === undefined && jwks === undefined) return undefined;
  if (issuer !== undefined && jwks !== undefined && publicUrl !== undefined) {
    const resource = `${publicUrl.replace(/\/$/, '')}/mcp`;
    return { issuer, jwks, resource, audience: configuration.oauthAudience ?? resource };
  }
  throw new LabError(
    'invalid_input',
    'STRATLAB_OAUTH_ISSUER, STRATLAB_OAUTH_JWKS and STRATLAB_PUBLIC_URL only serve together.',
    { hint: 'An issuer names its keys as jwks_uri at /.well-known/oauth-authorization-server.' },
  );
}
