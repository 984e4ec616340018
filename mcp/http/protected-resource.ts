import { getOAuthProtectedResourceMetadataUrl } from '@modelcontextprotocol/server';
import { scopes } from '@stratlab/lab/scope.ts';
import type { OAuthSettings } from './oauth.ts';
import type { Endpoint, Route } from './route.ts';

export function metadataUrlOf(resource: string): string {
  return getOAuthProtectedResourceMetadataUrl(new URL(resource));
}

/** What a client reads to learn who issues tokens for the lab (RFC 9728). */
export function protectedResource({ issuer, resource }: OAuthSettings): Endpoint {
  const document = JSON.stringify({
    resource,
    authorization_servers: [issuer],
    scopes_supported: scopes.filter((scope) => scope !== 'lab:work'),
    bearer_methods_supported: ['header'],
    resource_name: 'Stratlab',
  });
  const route = (path: string): Route => ({
    method: 'GET',
    path,
    access: 'public',
    handle({ response }) {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' }).end(document);
    },
  });
  return { routes: [route('/.well-known/oauth-protected-resource'), route(new URL(metadataUrlOf(resource)).pathname)] };
}
