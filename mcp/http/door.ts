import type { IncomingHttpHeaders } from 'node:http';
import { validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';
import { Refusal } from './refusal.ts';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

export interface DoorSettings {
  /** Address that the server listens on. */
  httpHost: string;
  publicUrl?: string | undefined;
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
}

export interface Door {
  /** Throws a 403 for a host or origin that is not allowed: a page elsewhere that was led here by a changed DNS entry. */
  check(headers: IncomingHttpHeaders): void;
  /** What a browser must read to let a page of an allowed origin use the answer; none for other pages. */
  crossOriginHeaders(headers: IncomingHttpHeaders): Record<string, string>;
}

export function doorOf({ httpHost, publicUrl, allowedHosts, allowedOrigins }: DoorSettings): Door {
  const published = publicUrl === undefined ? [] : [new URL(publicUrl).hostname];
  const hosts = [...loopbackNames, ...published, ...boundName(httpHost), ...allowedHosts];
  const origins = [...loopbackNames, ...published, ...allowedOrigins];
  return {
    check({ host, origin }) {
      const named = validateHostHeader(host, hosts);
      if (!named.ok) throw new Refusal(403, `${named.message}. --allowed-hosts names those that are answered.`);
      const asked = validateOriginHeader(origin, origins);
      if (!asked.ok) throw new Refusal(403, `${asked.message}. --allowed-origins names those that are answered.`);
    },
    crossOriginHeaders({ origin }) {
      if (origin === undefined || !validateOriginHeader(origin, [...allowedOrigins]).ok) return {};
      return {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': 'Mcp-Session-Id, WWW-Authenticate, X-Request-Id, Retry-After',
        Vary: 'Origin',
      };
    },
  };
}

/** What a browser may send to a route of the server, if it may send anything. */
export function preflightHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const wanted = headers['access-control-request-headers'];
  return {
    'Access-Control-Allow-Methods': 'GET, POST, DELETE',
    'Access-Control-Max-Age': '600',
    ...(wanted === undefined ? {} : { 'Access-Control-Allow-Headers': wanted }),
  };
}

/** The name within a URL of an address that is listened on; none for all addresses. */
function boundName(address: string): string[] {
  if (address === '0.0.0.0' || address === '::') return [];
  return [address.includes(':') ? `[${address}]` : address.toLowerCase()];
}
