import { finished } from 'node:stream';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  isInitializeRequest,
  isJSONRPCRequest,
  isJsonContentType,
} from '@modelcontextprotocol/server';
import type { Lab } from '@stratlab/lab/lab.ts';
import { missingScope } from '../scope.ts';
import { buildServer, type ServerOptions } from '../server.ts';
import { tools as allTools } from '../tools/index.ts';
import { readBody } from './body.ts';
import type { Challenge } from './challenge.ts';
import { authInfoOf } from './principal.ts';
import { Refusal } from './refusal.ts';
import type { Endpoint, Route } from './route.ts';
import { Sessions } from './sessions.ts';

type Handle = Route['handle'];
type McpExchange = Parameters<Handle>[0];

/**
 * Streamable HTTP of both protocol eras at `/mcp`. The 2026-07-28 protocol has no sessions. A 2025-era client that
 * initializes gets one; one that does not is served message by message. Each is served by what `serverOf` makes. Throws
 * `invalid_input` for an unknown toolset.
 */
export function mcpEndpoint(
  lab: Lab,
  challenge: Challenge,
  options: ServerOptions = {},
  serverOf: typeof buildServer = buildServer,
): Endpoint {
  serverOf(lab, options);
  const { configuration, log } = lab;
  const tools = options.tools ?? allTools;
  const onerror = ({ message }: Error) => log.warn({ reason: message }, 'a message could not be served');
  const build = () => serverOf(lab, options);
  const handler = createMcpHandler(build, { onerror, maxSubscriptions: configuration.sessions });
  const sessions = new Sessions(build, configuration, onerror);
  const running = new Set<Promise<void>>();

  /** Hands a request on to the SDK with its body as it was parsed. */
  async function serveStateless({ request, response, principal, requestId }: McpExchange, body: unknown) {
    const { method = 'GET', url = '/', headers } = request;
    const auth = authInfoOf(principal, requestId);
    const incoming = { method, url, headers, auth, async *[Symbol.asyncIterator]() {} };
    const node = toNodeHandler(
      { fetch: (web, given) => handler.fetch(web, { ...given, parsedBody: body }) },
      { onerror },
    );
    await node(incoming, response);
  }

  async function serve(exchange: McpExchange, body: unknown): Promise<void> {
    const session = exchange.request.headers['mcp-session-id'];
    if (typeof session === 'string') await sessions.continue(session, exchange, body);
    else if (isInitializeRequest(body)) await sessions.begin(exchange, body);
    else await serveStateless(exchange, body);
  }

  async function post(exchange: McpExchange): Promise<void> {
    const { request, response, principal, limits } = exchange;
    if (!isJsonContentType(request.headers['content-type'] ?? null))
      throw new Refusal(415, 'Content-Type must be application/json.');
    const body = parse(await readBody(request, configuration.bodyBytes));
    const messages = Array.isArray(body) ? body : [body];
    if (messages.length > 1) limits.take(principal, messages.length - 1);
    for (const message of messages) {
      const scope = missingScope(principal, message, tools);
      if (scope !== undefined) throw challenge.insufficient(scope);
    }
    const work = messages.filter(isWork).length;
    const leave = limits.enter(principal, work);
    finished(response, leave);
    const call = serve(exchange, body);
    if (work > 0) track(call);
    await call;
  }

  function track(call: Promise<void>): void {
    const ended = call.catch(() => {}).finally(() => running.delete(ended));
    running.add(ended);
  }

  const route = (method: string, handle: Handle): Route => ({ method, path: '/mcp', access: 'authenticated', handle });
  return {
    routes: [
      route('POST', post),
      route('GET', (exchange) => serve(exchange, undefined)),
      route('DELETE', (exchange) => serve(exchange, undefined)),
    ],
    async close(withinMs) {
      sessions.closeStreams();
      await within(withinMs, Promise.all(running));
      await Promise.all([handler.close(), sessions.close()]);
    },
  };
}

/** Whether a message is answered soon; a subscription stays open for as long as its client likes. */
function isWork(message: unknown): boolean {
  return isJSONRPCRequest(message) && message.method !== 'subscriptions/listen';
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refusal(400, 'Parse error: the body is not JSON.', {}, -32_700);
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
