import { setTimeout as after } from 'node:timers/promises';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import type { WebSocket } from 'ws';
import { backoff, type Patience } from './backoff.ts';
import { type Dialled, dial, UpgradeRefused } from './dial.ts';
import { Handshake } from './handshake.ts';
import { keepAlive } from './keep-alive.ts';
import { Outbox } from './outbox.ts';
import { closeCodes, headers } from './protocol.ts';
import { Unanswered } from './unanswered.ts';

export interface WebSocketClientOptions {
  /** Headers of each upgrade, asked for anew each time: `Authorization`, for one. */
  headers?: () => Record<string, string> | Promise<Record<string, string>>;
  /** Between two pings; a server that gives no sign of life from one to the next is gone. */
  pingMs?: number;
  /** How a broken connection is made again. */
  patience?: Partial<Patience>;
}

/** Bytes that may wait for a server to have them. */
const mostWaiting = 64 * 1024 * 1024;

/** A server that says one of these would say it again. */
const final: readonly number[] = [
  closeCodes.normal,
  closeCodes.protocolError,
  closeCodes.unsupportedData,
  closeCodes.invalidText,
  closeCodes.messageTooBig,
  closeCodes.replaced,
];

/** The answer to an upgrade that names a session which is not there. */
const gone = 410;

/** The code of a JSON-RPC error for a request without an answer, as the SDK's own for a closed connection. */
const connectionLost = -32_000;

/** Answers to an upgrade that another attempt may change. */
const passing: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

/**
 * A transport for the official SDK's `Client` over one WebSocket (`ws://127.0.0.1:3100/ws`), of either protocol era.
 * A connection that breaks is made again: requests in flight get their answers and the notifications that were missed
 * come first, each once. Where the server has lost the session (it was restarted), requests in flight end in an error,
 * the protocol is opened anew and later requests go on; tasks are found by their ids.
 */
export class WebSocketClientTransport implements Transport {
  onclose: (() => void) | undefined;
  onerror: ((error: Error) => void) | undefined;
  onmessage: ((message: JSONRPCMessage) => void) | undefined;
  readonly #url: string | URL;
  readonly #headers: () => Record<string, string> | Promise<Record<string, string>>;
  readonly #pingMs: number;
  readonly #patience: Patience;
  readonly #handshake = new Handshake();
  readonly #unanswered = new Unanswered();
  readonly #closing = new AbortController();
  #outbox = new Outbox(mostWaiting);
  /** The number of the last message that went into some connection. */
  #written = 0;
  #received = 0;
  #largest = Number.POSITIVE_INFINITY;
  #session: string | undefined;
  #socket: WebSocket | undefined;

  constructor(url: string | URL, { headers = () => ({}), pingMs = 15_000, patience }: WebSocketClientOptions = {}) {
    this.#url = url;
    this.#headers = headers;
    this.#pingMs = pingMs;
    this.#patience = { firstMs: 100, mostMs: 10_000, allMs: 300_000, ...patience };
  }

  async start(): Promise<void> {
    this.#adopt(await this.#dial());
  }

  /** Resolves at once: a message waits here until a server has it. */
  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#closing.signal.aborted) throw new Error('The connection is closed.');
    const frame = Buffer.from(JSON.stringify(message));
    if (frame.length > this.#largest) {
      throw new Error(`A message of ${frame.length} bytes; the server takes at most ${this.#largest}.`);
    }
    if (this.#outbox.bytes + frame.length > mostWaiting) {
      throw new Error(`${this.#outbox.bytes} bytes wait for the server already.`);
    }
    this.#handshake.sent(message);
    this.#unanswered.sent(message, frame);
    this.#outbox.add(frame);
    if (this.#socket !== undefined) this.#write(this.#socket, frame);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) await closed(socket);
    this.onclose?.();
  }

  async #dial(): Promise<Dialled> {
    const given = await this.#headers();
    const resumption =
      this.#session === undefined
        ? {}
        : { [headers.session]: this.#session, [headers.received]: String(this.#received) };
    return dial(this.#url, { ...given, ...resumption });
  }

  /** Goes on over a new connection with what the server lacks. */
  #adopt({ socket, session, received, largest }: Dialled): void {
    if (this.#closing.signal.aborted) {
      socket.terminate();
      return;
    }
    this.#session = session;
    this.#largest = largest;
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(String(data)));
    socket.on('pong', (data) => this.#outbox.acknowledge(Number(data)));
    socket.on('error', (error) => this.onerror?.(error));
    socket.on('close', (code, reason) => this.#disconnected(socket, code, String(reason)));
    keepAlive(socket, this.#pingMs, () => this.#written);
    this.#outbox.acknowledge(received);
    for (const frame of this.#outbox.after(received) ?? []) this.#write(socket, frame);
    socket.resume();
  }

  #write(socket: WebSocket, frame: Buffer): void {
    socket.send(frame, { binary: false }, () => {});
    this.#written = this.#outbox.sent;
  }

  #receive(text: string): void {
    this.#received++;
    const message = this.#understood(text);
    if (message === undefined) return;
    this.#handshake.received(message);
    this.#unanswered.received(message);
    this.onmessage?.(message);
  }

  /** Undefined for what is not for the client of the SDK. */
  #understood(text: string): JSONRPCMessage | undefined {
    try {
      const message: JSONRPCMessage = JSON.parse(text);
      return this.#handshake.concludes(message) ? undefined : message;
    } catch (error) {
      return this.#fail(error);
    }
  }

  #disconnected(socket: WebSocket, code: number, reason: string): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    const error = new Error(`The connection ended with ${code}${reason === '' ? '' : `: ${reason}`}.`);
    if (final.includes(code)) {
      this.#fail(error);
      return;
    }
    this.onerror?.(error);
    this.#reconnect().catch((failure: unknown) => this.#fail(failure));
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closing;
    if (this.#session === undefined) this.#beginAnew();
    for (const delayMs of backoff(this.#patience)) {
      await after(delayMs, undefined, { signal });
      const dialled = await this.#attempt();
      if (dialled !== undefined) return this.#adopt(dialled);
    }
    throw new Error(`No connection could be made within ${this.#patience.allMs} ms.`);
  }

  /** Undefined where it is worth another attempt. */
  async #attempt(): Promise<Dialled | undefined> {
    try {
      return await this.#dial();
    } catch (error) {
      const status = error instanceof UpgradeRefused ? error.status : undefined;
      if (status === gone) this.#beginAnew();
      else if (status !== undefined && !passing.includes(status)) throw error;
      this.onerror?.(asError(error));
      return undefined;
    }
  }

  /** Leaves the session that the server has lost: only what was never sent can still be sent. */
  #beginAnew(): void {
    const kept = this.#outbox.after(this.#written) ?? [];
    this.#session = undefined;
    this.#received = 0;
    this.#written = 0;
    this.#outbox = new Outbox(mostWaiting);
    for (const message of this.#handshake.messages()) this.#outbox.add(Buffer.from(JSON.stringify(message)));
    for (const frame of kept) this.#outbox.add(frame);
    this.#giveUp(
      kept,
      'The server lost the session, as when it restarts; whether the call was carried out is unknown.',
    );
  }

  #fail(error: unknown): undefined {
    if (this.#closing.signal.aborted) return;
    const { message } = asError(error);
    this.onerror?.(asError(error));
    this.#giveUp([], message);
    this.close().catch(() => {});
  }

  /** Answers the requests that no answer will come for, but those in `kept`. */
  #giveUp(kept: readonly Buffer[], reason: string): void {
    const message = `${reason} Call again, or find the task by its id with get_task_status.`;
    for (const id of this.#unanswered.takeExcept(kept)) {
      this.onmessage?.({ jsonrpc: '2.0', id, error: { code: connectionLost, message } });
    }
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

async function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  socket.close(closeCodes.normal);
  await promise;
}
