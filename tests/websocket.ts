import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import type { Configuration } from '@stratlab/lab/configuration.ts';
import { challengeWith } from '@stratlab/mcp/http/challenge.ts';
import { owner, type Principal } from '@stratlab/mcp/http/principal.ts';
import { startHttpServer } from '@stratlab/mcp/http/server.ts';
import type { ServerOptions } from '@stratlab/mcp/server.ts';
import { type WebSocketClientOptions, WebSocketClientTransport } from '@stratlab/mcp/websocket/client-transport.ts';
import { WebSocketEndpoint } from '@stratlab/mcp/websocket/endpoint.ts';
import type { Limits } from '@stratlab/mcp/websocket/limits.ts';
import { type Mode, networkLab } from './http.ts';

export interface Settings {
  options: ServerOptions;
  limits?: Partial<Limits>;
  configuration?: Partial<Configuration>;
  /** Who an upgrade comes from, by its `Authorization`. */
  principal?: (authorization: string | undefined) => Principal;
}

/** The lab's own server with the endpoint alone, on a free port. */
export async function webSocketServer(t: TestContext, settings: Settings) {
  const { options, limits, principal = () => owner } = settings;
  const lab = networkLab(t, settings.configuration);
  const endpoint = new WebSocketEndpoint(lab, { toolsets: 'all', ...options }, limits);
  const server = await startHttpServer(lab, [endpoint], {
    challenge: challengeWith(undefined),
    authenticate: async ({ headers }) => principal(headers.authorization),
  });
  let closed: Promise<void> | undefined;
  const stop = (withinMs = 0) => {
    closed ??= server.close(withinMs);
    return closed;
  };
  t.after(() => stop());
  return { port: Number(new URL(server.url).port), stop };
}

/** A wire between client and server that can be cut, or go silent. */
export async function wireTo(t: TestContext, port: number) {
  const ends = new Set<Socket>();
  let to = port;
  let open = true;
  const wire = createServer((near) => {
    if (!open) {
      near.destroy();
      return;
    }
    const far = connect(to, '127.0.0.1');
    for (const [end, other] of [
      [near, far],
      [far, near],
    ]) {
      ends.add(end);
      end.on('data', (chunk) => other.write(chunk));
      end.on('error', () => {});
      end.on('close', () => {
        ends.delete(end);
        other.destroy();
      });
    }
  });
  wire.listen(0, '127.0.0.1');
  await once(wire, 'listening');
  const cut = () => {
    for (const end of ends) end.destroy();
  };
  t.after(() => {
    cut();
    wire.close();
  });
  return {
    port: portOf(wire),
    /** Breaks every connection through it, with a reset rather than an end. */
    cut,
    /** Stops carrying anything, and tells nobody. */
    silence() {
      for (const end of ends) end.removeAllListeners('data').pause();
    },
    /** While it is shut, whoever comes is turned away. */
    shut(isShut: boolean) {
      open = !isShut;
    },
    lead(newPort: number) {
      to = newPort;
    },
  };
}

/** The official client over our transport. */
export async function clientAt(t: TestContext, port: number, mode: Mode, options: WebSocketClientOptions = {}) {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const transport = new WebSocketClientTransport(`ws://127.0.0.1:${port}/ws`, options);
  t.after(() => client.close());
  await client.connect(transport);
  return client;
}

function portOf(server: Server): number {
  const { port }: AddressInfo = Object(server.address());
  return port;
}
