import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { deflate } from './deflate.ts';
import { headers, subprotocol } from './protocol.ts';

/** A new connection, paused, and what the server said with it. */
export interface Dialled {
  socket: WebSocket;
  /** Undefined where the server keeps none. */
  session: string | undefined;
  /** Messages of the session that the server has. */
  received: number;
  /** Bytes of the largest message that the server takes. */
  largest: number;
}

/** The server answered the upgrade, and not with a WebSocket. */
export class UpgradeRefused extends Error {
  readonly status: number;

  constructor(status: number, reason: string) {
    super(`The server refused the WebSocket with ${status}: ${reason}`);
    this.name = 'UpgradeRefused';
    this.status = status;
  }
}

const socketOptions = {
  /** Each message in a turn of its own: the SDK's client would drop progress that came together with its answer. */
  allowSynchronousEvents: false,
  handshakeTimeout: 10_000,
  /** How long a server has to answer a closing handshake, ms. */
  closeTimeout: 2_000,
  perMessageDeflate: deflate,
  /** Bytes: several of the lab's largest answers. */
  maxPayload: 64 * 1024 * 1024,
};

/** Throws `UpgradeRefused`, or what the network says. */
export function dial(url: string | URL, sent: Record<string, string>): Promise<Dialled> {
  const { promise, resolve, reject } = Promise.withResolvers<Dialled>();
  const socket = new WebSocket(url, subprotocol, { ...socketOptions, headers: sent });
  let said: IncomingMessage['headers'] = {};
  socket.on('error', reject);
  socket.once('unexpected-response', (_request, response) => refusal(response).then(reject, reject));
  socket.once('upgrade', (response) => {
    said = response.headers;
  });
  socket.once('open', () => {
    socket.pause();
    resolve({
      socket,
      session: said[headers.session]?.toString(),
      received: Number(said[headers.received] ?? 0),
      largest: Number(said[headers.largest] ?? Number.POSITIVE_INFINITY),
    });
  });
  return promise;
}

async function refusal(response: IncomingMessage): Promise<UpgradeRefused> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body = `${body}${chunk}`.slice(0, 1_000);
  return new UpgradeRefused(response.statusCode ?? 0, body.trim());
}
