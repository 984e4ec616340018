import { type JSONRPCMessage, ProtocolError, ProtocolErrorCode, type RequestId } from '@modelcontextprotocol/server';
import type { Limits } from '../http/limits.ts';
import type { Principal } from '../http/principal.ts';
import { Refusal } from '../http/refusal.ts';
import { missingScope } from '../scope.ts';
import type { Tool } from '../tool.ts';

/** Counts one session's messages and running requests against what its principal may do over all connections. */
export class Admission {
  readonly #principal: Principal;
  readonly #limits: Limits;
  readonly #tools: readonly Tool[];
  readonly #running = new Map<RequestId, () => void>();
  #onIdle: (() => void) | undefined;

  constructor(principal: Principal, limits: Limits, tools: readonly Tool[]) {
    this.#principal = principal;
    this.#limits = limits;
    this.#tools = tools;
  }

  /** Throws a `Refusal` for a message that comes too soon. */
  take(): void {
    this.#limits.take(this.#principal, 1);
  }

  /** Throws a `Refusal` for a request too many or beyond its scope, and `InvalidRequest` for an id that is in use. */
  enter(message: JSONRPCMessage): void {
    if (!('method' in message)) return;
    const scope = missingScope(this.#principal, message, this.#tools);
    if (scope !== undefined) throw new Refusal(403, `This needs a token with the scope ${scope}.`);
    const cancelled = message.method === 'notifications/cancelled' ? message.params?.requestId : undefined;
    if (typeof cancelled === 'string' || typeof cancelled === 'number') this.leave(cancelled);
    if (!('id' in message)) return;
    if (this.#running.has(message.id)) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidRequest,
        `A request with the id ${message.id} is still running.`,
      );
    }
    this.#running.set(message.id, this.#limits.enter(this.#principal, 1));
  }

  leave(id: RequestId): void {
    this.#running.get(id)?.();
    this.#running.delete(id);
    if (this.#running.size === 0) this.#onIdle?.();
  }

  leaveAll(): void {
    for (const id of [...this.#running.keys()]) this.leave(id);
  }

  /** Resolves once every request has its answer. */
  async idle(): Promise<void> {
    if (this.#running.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    await promise;
  }
}
