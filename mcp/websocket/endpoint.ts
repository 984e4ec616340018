import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Lab } from '@stratlab/lab/lab.ts';
import { WebSocketServer } from 'ws';
import type { Limits as CallLimits } from '../http/limits.ts';
import type { Principal } from '../http/principal.ts';
import { Refusal } from '../http/refusal.ts';
import type { Endpoint, Upgrade } from '../http/route.ts';
import { buildServer, type ServerOptions } from '../server.ts';
import { tools as allTools } from '../tools/index.ts';
import { Admission } from './admission.ts';
import { deflate } from './deflate.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { closeCodes, headers, subprotocol } from './protocol.ts';
import { resumptionOf } from './resumption.ts';
import { Session } from './session.ts';
import { Sessions } from './sessions.ts';

const socketOptions = {
  noServer: true,
  perMessageDeflate: deflate,
  handleProtocols: () => subprotocol,
  /** How long a peer has to answer a closing handshake, ms. */
  closeTimeout: 2_000,
};

/** The lab over WebSockets, in both protocol eras; the constructor throws `invalid_input` for an unknown toolset. */
export class WebSocketEndpoint implements Endpoint {
  readonly upgrades: readonly Upgrade[] = [
    { path: '/ws', access: 'authenticated', handle: (exchange) => this.#upgrade(exchange) },
  ];
  readonly #lab: Lab;
  readonly #options: ServerOptions;
  readonly #limits: Limits;
  readonly #sessions: Sessions;
  readonly #sockets: WebSocketServer;

  constructor(lab: Lab, options: ServerOptions = {}, limits: Partial<Limits> = {}) {
    buildServer(lab, options);
    this.#lab = lab;
    this.#options = options;
    this.#limits = { ...defaultLimits, largestMessage: lab.configuration.bodyBytes, ...limits };
    this.#sessions = new Sessions(this.#limits);
    this.#sockets = new WebSocketServer({ ...socketOptions, maxPayload: this.#limits.largestMessage });
  }

  async close(withinMs: number): Promise<void> {
    const closed = once(this.#sockets, 'close');
    this.#sockets.close();
    await Promise.race([this.#sessions.idle(), after(withinMs, undefined, { ref: false })]);
    this.#sessions.endAll(closeCodes.goingAway, 'the server is stopping');
    await closed;
  }

  #upgrade({ request, socket, head, principal, limits }: Parameters<Upgrade['handle']>[0]): void {
    if (!offersSubprotocol(request)) {
      throw new Refusal(400, `Sec-WebSocket-Protocol has to offer "${subprotocol}".`);
    }
    const resumption = resumptionOf(request);
    const session =
      resumption === undefined ? this.#newSession(principal, limits) : this.#sessions.find(resumption, principal);
    const announce = (lines: string[]) => {
      lines.push(`${headers.session}: ${session.id}`, `${headers.received}: ${session.received}`);
      lines.push(`${headers.largest}: ${this.#limits.largestMessage}`);
    };
    this.#sockets.once('headers', announce);
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (resumption === undefined) this.#serve(session);
      this.#sessions.connect(session, webSocket, resumption?.received ?? 0);
    });
    this.#sockets.off('headers', announce);
  }

  #newSession(principal: Principal, calls: CallLimits): Session {
    const { sessions } = this.#lab.configuration;
    const admission = new Admission(principal, calls, this.#options.tools ?? allTools);
    if (this.#sessions.size < sessions) return new Session(principal, admission, this.#limits);
    throw new Refusal(503, `${sessions} WebSocket sessions are open, as many as may be.`, { 'Retry-After': '5' });
  }

  /** The SDK's entry for stdio decides the era of any one connection; a session is one, over all of its sockets. */
  #serve(session: Session): void {
    this.#sessions.add(session);
    serveStdio(() => buildServer(this.#lab, { ...this.#options, principal: session.principal }), {
      transport: session,
      onerror: (error) => this.#lab.log.warn({ err: error }, 'connection'),
    });
  }
}

function offersSubprotocol({ headers }: IncomingMessage): boolean {
  const offered = headers['sec-websocket-protocol']?.split(',') ?? [];
  return offered.some((name) => name.trim() === subprotocol);
}
