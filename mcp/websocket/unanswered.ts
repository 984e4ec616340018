import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';

/** The client's requests that have no answer yet, each with the frame it was sent in. */
export class Unanswered {
  readonly #frames = new Map<RequestId, Buffer>();

  sent(message: JSONRPCMessage, frame: Buffer): void {
    if (!('method' in message)) return;
    if ('id' in message) this.#frames.set(message.id, frame);
    const cancelled = message.method === 'notifications/cancelled' ? message.params?.requestId : undefined;
    if (typeof cancelled === 'string' || typeof cancelled === 'number') this.#frames.delete(cancelled);
  }

  received(message: JSONRPCMessage): void {
    if (!('method' in message) && message.id !== undefined) this.#frames.delete(message.id);
  }

  /** Takes out all but those whose frame is among `kept`. */
  takeExcept(kept: readonly Buffer[]): RequestId[] {
    const taken = [...this.#frames].filter(([, frame]) => !kept.includes(frame)).map(([id]) => id);
    for (const id of taken) this.#frames.delete(id);
    return taken;
  }
}
