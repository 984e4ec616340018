import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex, finished } from 'node:stream';
import { LabError } from '@stratlab/lab/error.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import type { Authenticate } from './authenticate.ts';
import type { Challenge } from './challenge.ts';
import { doorOf, preflightHeaders } from './door.ts';
import { limitsOf } from './limits.ts';
import { listen } from './listen.ts';
import { anyone, may, type Principal } from './principal.ts';
import { Refusal, refuse, refuseUpgrade } from './refusal.ts';
import type { Access, Endpoint, Exchange } from './route.ts';
import { pathOf, routeOf, upgradeOf } from './routing.ts';

/** Long, so that a connection is seldom closed just as a busy client sends on it. */
const idleConnectionMs = 75_000;

export interface HttpServer {
  /** Where it listens: `http://127.0.0.1:3100`. */
  readonly url: string;
  /** Takes no more, lets what runs end within `withinMs`, and closes every connection. */
  close(withinMs: number): Promise<void>;
}

type Logger = Lab['log'];

interface Guards {
  authenticate: Authenticate;
  challenge: Challenge;
}

/** The endpoints behind one door: host, origin, principal, limits. Throws `unavailable` where it cannot listen. */
export async function startHttpServer(lab: Lab, endpoints: readonly Endpoint[], guards: Guards): Promise<HttpServer> {
  const { configuration, log } = lab;
  const { headerTimeoutMs, requestTimeoutMs } = configuration;
  const routes = endpoints.flatMap((endpoint) => endpoint.routes ?? []);
  const upgrades = endpoints.flatMap((endpoint) => endpoint.upgrades ?? []);
  const door = doorOf(configuration);
  const limits = limitsOf(configuration);
  let isClosing = false;

  async function admit(request: IncomingMessage, access: Access): Promise<Principal> {
    if (access === 'public') return anyone;
    const principal = await guards.authenticate(request);
    limits.take(principal, 1);
    if (access === 'authenticated' || may(principal, access)) return principal;
    throw guards.challenge.insufficient(access);
  }

  async function enter(request: IncomingMessage, access: Access, requestId: string): Promise<Exchange> {
    if (isClosing) throw new Refusal(503, 'The lab is being stopped.', { Connection: 'close' });
    return { request, principal: await admit(request, access), requestId, limits };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = requestIdOf(request);
    response.setHeader('X-Request-Id', requestId);
    const seen = { requestId, method: request.method, path: pathOf(request), principal: anyone.name };
    logEnd(log, response, seen);
    try {
      door.check(request.headers);
      for (const [name, value] of Object.entries(door.crossOriginHeaders(request.headers)))
        response.setHeader(name, value);
      const route = routeOf(routes, request);
      if (route === 'preflight') return void response.writeHead(204, preflightHeaders(request.headers)).end();
      const exchange = await enter(request, route.access, requestId);
      seen.principal = exchange.principal.name;
      await route.handle({ ...exchange, response });
    } catch (error) {
      refuse(response, refusalOf(error, lab, requestId));
    }
  }

  async function change(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const requestId = requestIdOf(request);
    socket.on('error', () => socket.destroy());
    try {
      door.check(request.headers);
      const upgrade = upgradeOf(upgrades, request);
      await upgrade.handle({ ...(await enter(request, upgrade.access, requestId)), socket, head });
    } catch (error) {
      refuseUpgrade(socket, refusalOf(error, lab, requestId), requestId);
    }
  }

  const server = createServer({
    keepAliveTimeout: idleConnectionMs,
    headersTimeout: Math.min(headerTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.ceil(Math.min(headerTimeoutMs, requestTimeoutMs) / 4),
    // Some clients offer HTTP/2 (`Upgrade: h2c`) with every request and expect an answer where it is not taken.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
  });
  server.on('request', (request, response) => void answer(request, response));
  server.on('upgrade', (request, socket, head) => void change(request, socket, head));
  const url = await listen(server, configuration.httpHost, configuration.httpPort);
  return {
    url,
    async close(withinMs) {
      isClosing = true;
      const closed = once(server, 'close');
      server.close();
      await Promise.all(endpoints.map((endpoint) => endpoint.close?.(withinMs)));
      server.closeAllConnections();
      await closed;
    },
  };
}

function logEnd(log: Logger, response: ServerResponse, seen: object): void {
  const startedAt = performance.now();
  finished(response, () => {
    const durationMs = Math.round(performance.now() - startedAt);
    log.debug({ ...seen, status: response.statusCode, durationMs }, 'http');
  });
}

/** Taken over from the client where it can stand in a log line and a header as it is. */
function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

function refusalOf(error: unknown, { log }: Lab, requestId: string): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof LabError && (error.code === 'unavailable' || error.code === 'busy')) {
    log.warn({ err: error, requestId }, 'a request could not be answered');
    return new Refusal(503, error.message, { 'Retry-After': '5' });
  }
  log.error({ err: error, requestId }, 'a request failed');
  return new Refusal(500, 'Internal error: a fault of the lab, now in its log.', {}, -32_603);
}
