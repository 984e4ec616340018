import { randomBytes } from 'node:crypto';
import { type JSONRPCMessage, ProtocolError, type Transport } from '@modelcontextprotocol/server';
import type { RawData, WebSocket } from 'ws';
import { owner, type Principal } from '../http/principal.ts';
import { Refusal } from '../http/refusal.ts';
import { bytesOf } from '../message-bytes.ts';
import type { Admission } from './admission.ts';
import { boundedSender } from './bounded-sender.ts';
import { keepAlive } from './keep-alive.ts';
import type { Limits } from './limits.ts';
import { Outbox } from './outbox.ts';
import { parseMessage } from './parse-message.ts';
import { closeCodes } from './protocol.ts';

interface Connection {
  readonly socket: WebSocket;
  readonly send: (frame: Buffer) => void;
}

/** After these the client may come back. */
const resumable: readonly number[] = [closeCodes.broken, closeCodes.notReading, closeCodes.authenticateAgain];

/**
 * A conversation with one client over one connection after another: calls go on while there is none, and what is sent
 * waits for the next. It ends when either side closes it.
 */
export class Session implements Transport {
  onclose: (() => void) | undefined;
  onerror: ((error: Error) => void) | undefined;
  onmessage: ((message: JSONRPCMessage) => void) | undefined;
  /** The connection broke; the client may come back. */
  onbroken: (() => void) | undefined;
  onended: (() => void) | undefined;
  readonly id = randomBytes(18).toString('base64url');
  readonly principal: Principal;
  readonly #admission: Admission;
  readonly #limits: Limits;
  readonly #outbox: Outbox;
  #received = 0;
  #bytesSincePing = 0;
  #connection: Connection | undefined;
  #ended = false;

  constructor(principal: Principal, admission: Admission, limits: Limits) {
    this.principal = principal;
    this.#admission = admission;
    this.#limits = limits;
    this.#outbox = new Outbox(limits.keptBytes);
  }

  /** Messages that have come from the client. */
  get received(): number {
    return this.#received;
  }

  /** Resolves once every request has its answer. */
  idle(): Promise<void> {
    return this.#admission.idle();
  }

  /** Whether everything after the client's first `count` messages is still here. */
  canResumeAfter(count: number): boolean {
    return this.#outbox.after(count) !== undefined;
  }

  async start(): Promise<void> {}

  /** Goes on over `socket` after the `count` messages that the client has. */
  connect(socket: WebSocket, count: number): void {
    const before = this.#connection;
    const connection = { socket, send: boundedSender(socket, this.#limits) };
    this.#connection = connection;
    before?.socket.close(closeCodes.replaced, 'another connection has taken the session up');
    keepAlive(socket, this.#limits.pingMs, () => this.#outbox.sent);
    if (this.principal !== owner) authenticateAgain(socket, this.#limits.authenticatedMs);
    socket.on('error', (error) => this.onerror?.(error));
    socket.on('pong', (data) => this.#outbox.acknowledge(Number(data)));
    socket.on('message', (data, isBinary) => {
      if (this.#connection === connection && socket.readyState === socket.OPEN) this.#receive(socket, data, isBinary);
    });
    socket.on('close', (code) => {
      if (this.#connection === connection) this.#disconnected(code);
    });
    this.#outbox.acknowledge(count);
    for (const frame of this.#outbox.after(count) ?? []) connection.send(frame);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!('method' in message) && message.id !== undefined) this.#admission.leave(message.id);
    this.#write(bytesOf(message));
  }

  async close(): Promise<void> {
    this.end(closeCodes.normal, 'the session has ended');
  }

  end(code: number, reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#connection?.socket.close(code, reason);
    this.#connection = undefined;
    this.#admission.leaveAll();
    this.onended?.();
    this.onclose?.();
  }

  #receive(socket: WebSocket, data: RawData, isBinary: boolean): void {
    if (isBinary) {
      socket.close(closeCodes.unsupportedData, 'a message is text');
      return;
    }
    this.#received++;
    const message = parseMessage(String(data));
    try {
      this.#admission.take();
      if (message instanceof ProtocolError) throw message;
      this.#admission.enter(message);
    } catch (error) {
      this.#refuse(message, error);
      return;
    }
    this.onmessage?.(message);
  }

  /** Answers what is not let in; a notification has no answer. */
  #refuse(given: JSONRPCMessage | ProtocolError, error: unknown): void {
    const isMessage = !(given instanceof ProtocolError);
    if (isMessage && !('method' in given && 'id' in given)) return;
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof ProtocolError || error instanceof Refusal ? error.code : -32_603;
    const refusal = { jsonrpc: '2.0', id: isMessage ? given.id : null, error: { code, message } };
    this.#write(Buffer.from(JSON.stringify(refusal)));
  }

  #write(frame: Buffer): void {
    if (this.#ended) return;
    this.#outbox.add(frame);
    this.#connection?.send(frame);
    this.#askForReceipt(frame.length);
  }

  /** A ping between the regular ones, so that little is kept of what has arrived. */
  #askForReceipt(bytes: number): void {
    this.#bytesSincePing += bytes;
    if (this.#connection === undefined || this.#bytesSincePing < this.#limits.keptBytes / 8) return;
    this.#bytesSincePing = 0;
    this.#connection.socket.ping(String(this.#outbox.sent));
  }

  #disconnected(code: number): void {
    this.#connection = undefined;
    if (resumable.includes(code)) this.onbroken?.();
    else this.end(code, '');
  }
}

/** Has the client come through the door anew, since its token may have expired or been revoked. */
function authenticateAgain(socket: WebSocket, afterMs: number): void {
  const timer = setTimeout(() => socket.close(closeCodes.authenticateAgain, 'authenticate again'), afterMs);
  socket.once('close', () => clearTimeout(timer));
}
