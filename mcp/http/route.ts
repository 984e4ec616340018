import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Scope } from '@stratlab/lab/scope.ts';
import type { Limits } from './limits.ts';
import type { Principal } from './principal.ts';

/** Who may use a route: all, everyone who says who they are, or those with a scope. */
export type Access = 'public' | 'authenticated' | Scope;

/**
 * A request that has passed the door: its host and origin are allowed, its principal may use the route, and it has been
 * counted as one message of that principal.
 */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly principal: Principal;
  /** From `X-Request-Id`, or made here; in every log line and in the answer. */
  readonly requestId: string;
  /** What all requests of the principal count against. */
  readonly limits: Limits;
}

export interface Route {
  readonly method: string;
  /** Whole, without query. */
  readonly path: string;
  readonly access: Access;
  /** Answers. A thrown `Refusal` is answered with its status, anything else with 500; neither shows a stack. */
  handle(exchange: Exchange & { readonly response: ServerResponse }): Promise<void> | void;
}

/** A path on which a connection can become something else, such as a WebSocket. */
export interface Upgrade {
  readonly path: string;
  readonly access: Access;
  /** Takes over the socket; one that throws has it closed. */
  handle(exchange: Exchange & { readonly socket: Duplex; readonly head: Buffer }): Promise<void> | void;
}

/** What can be mounted on the server: `/mcp`, the WebSocket, the door for workers. */
export interface Endpoint {
  readonly routes?: readonly Route[];
  readonly upgrades?: readonly Upgrade[];
  /** Lets what runs end within `withinMs`, then closes what is left open. */
  close?(withinMs: number): Promise<void>;
}
