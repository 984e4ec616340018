import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import type { McpServer } from '@modelcontextprotocol/server';
import { authInfoOf } from './principal.ts';
import { Refusal } from './refusal.ts';
import { Replay } from './replay.ts';
import type { Exchange } from './route.ts';
import { SessionTransport } from './session-transport.ts';

interface Session {
  readonly id: string;
  /** Name of the principal; nobody else can use the session. */
  readonly of: string;
  readonly transport: SessionTransport;
  /** Exchanges, streams included, that go on. */
  open: number;
  /** Of the monotonic clock, milliseconds. */
  usedAt: number;
}

export interface SessionSettings {
  sessions: number;
  sessionIdleMs: number;
}

/** Of what was sent in sessions lately, for clients whose connection broke: characters in all. */
const keptCharacters = 16 * 1024 * 1024;

/** After which such a client comes back. */
const retryMs = 500;

type SessionExchange = Exchange & { readonly response: ServerResponse };

/**
 * The sessions of 2025-era clients, who need them to cancel a call, to be asked something during one, and to go on
 * where their connection broke. Nothing else is kept in them: a client whose session is gone begins another and finds
 * its tasks as they were.
 */
export class Sessions {
  readonly #build: () => McpServer;
  readonly #settings: SessionSettings;
  readonly #onError: (error: Error) => void;
  /** The longest unused first. */
  readonly #byId = new Map<string, Session>();
  readonly #replay = new Replay(keptCharacters);
  readonly #sweep: NodeJS.Timeout;

  constructor(build: () => McpServer, settings: SessionSettings, onError: (error: Error) => void) {
    this.#build = build;
    this.#settings = settings;
    this.#onError = onError;
    this.#sweep = setInterval(() => this.#endIdle(), settings.sessionIdleMs / 4).unref();
  }

  /** Answers an `initialize`. Throws a 503 where every session is in use. */
  async begin(exchange: SessionExchange, body: unknown): Promise<void> {
    if (this.#byId.size >= this.#settings.sessions) await this.#makeRoom();
    const id = randomUUID();
    const transport = new SessionTransport({
      sessionIdGenerator: () => id,
      eventStore: this.#replay.of(id),
      retryInterval: retryMs,
    });
    const server = this.#build();
    const session = { id, of: exchange.principal.name, transport, open: 0, usedAt: performance.now() };
    this.#byId.set(id, session);
    await server.connect(transport);
    server.server.onerror = this.#onError;
    server.server.onclose = () => this.#byId.delete(id);
    await this.#serve(session, exchange, body);
    if (transport.sessionId === undefined) await transport.close();
  }

  /** Answers a message, opens the stream (GET) or ends the session (DELETE). Throws a 404 for a session that is gone. */
  async continue(id: string, exchange: SessionExchange, body: unknown): Promise<void> {
    const session = this.#byId.get(id);
    if (session === undefined || session.of !== exchange.principal.name)
      throw new Refusal(404, 'Session not found: it has ended. Initialize again.', {}, -32_001);
    this.#byId.delete(id);
    this.#byId.set(id, session);
    await this.#serve(session, exchange, body);
  }

  /** Ends every stream that waits for what the server may say of itself. */
  closeStreams(): void {
    for (const { transport } of this.#byId.values()) transport.closeStandaloneSSEStream();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.all([...this.#byId.values()].map(({ transport }) => transport.close()));
  }

  async #serve(session: Session, { request, response, principal, requestId }: SessionExchange, body: unknown) {
    session.open++;
    finished(response, () => {
      session.open--;
      session.usedAt = performance.now();
    });
    await session.transport.serve(request, response, authInfoOf(principal, requestId), body);
  }

  /** Ends a session that nobody is using, of whoever has most. */
  async #makeRoom(): Promise<void> {
    const counts = new Map<string, number>();
    for (const { of } of this.#byId.values()) counts.set(of, (counts.get(of) ?? 0) + 1);
    const idle = [...this.#byId.values()].filter(({ open }) => open === 0);
    const [longest] = idle.toSorted((a, b) => (counts.get(b.of) ?? 0) - (counts.get(a.of) ?? 0));
    if (longest === undefined)
      throw new Refusal(503, `All ${this.#settings.sessions} sessions are in use. Try again later.`, {
        'Retry-After': '10',
      });
    await longest.transport.close();
  }

  #endIdle(): void {
    const before = performance.now() - this.#settings.sessionIdleMs;
    for (const { open, usedAt, transport } of [...this.#byId.values()])
      if (open === 0 && usedAt < before) transport.close().catch(this.#onError);
  }
}
