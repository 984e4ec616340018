import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { JSONRPCMessage, RequestId, Transport } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';

/** Room for one message, in bytes; a larger one ends the connection. A call of half of it is still refused politely. */
const largestMessage = 64 * 1024 * 1024;

/**
 * The SDK's stdio transport, which also knows the requests that are still to be answered: a client that has said all
 * and closed its end of the pipe gets its answers before the connection ends.
 */
export class Connection implements Transport {
  onclose: (() => void) | undefined;
  onerror: ((error: Error) => void) | undefined;
  onmessage: ((message: JSONRPCMessage) => void) | undefined;
  readonly closed: Promise<void>;
  readonly #inner: StdioServerTransport;
  readonly #waiting = new Set<RequestId>();
  #onAnswered: (() => void) | undefined;
  readonly #onClosed: () => void;

  constructor(input: Readable, output: Writable) {
    const messages = new PassThrough();
    input.pipe(messages, { end: false });
    this.#inner = new StdioServerTransport(messages, output, { maxBufferSize: largestMessage });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#onClosed = resolve;
  }

  start(): Promise<void> {
    this.#inner.onmessage = (message) => {
      this.#note(message);
      this.onmessage?.(message);
    };
    this.#inner.onerror = (error) => this.onerror?.(error);
    this.#inner.onclose = () => {
      this.onclose?.();
      this.#onClosed();
    };
    return this.#inner.start();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    await this.#inner.send(message);
    if (!('method' in message) && message.id !== undefined) this.#settle(message.id);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  /** Resolves once every request has its answer, or after `limitMs`. */
  async answered(limitMs: number): Promise<void> {
    if (this.#waiting.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onAnswered = resolve;
    const timer = setTimeout(resolve, limitMs);
    await promise;
    clearTimeout(timer);
  }

  #note(message: JSONRPCMessage): void {
    if (!('method' in message)) return;
    if ('id' in message) this.#waiting.add(message.id);
    const cancelled = message.method === 'notifications/cancelled' ? message.params?.requestId : undefined;
    if (typeof cancelled === 'string' || typeof cancelled === 'number') this.#settle(cancelled);
  }

  #settle(id: RequestId): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#onAnswered?.();
  }
}
