import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/server';

/**
 * The opening of a 2025-era client, to be said again to a server that does not know it any more. The newer era opens
 * with nothing: there each request carries all that a server has to know.
 */
export class Handshake {
  #initialize: JSONRPCRequest | undefined;
  /** Of the server's answer. */
  #version: unknown;
  #complete = false;

  sent(message: JSONRPCMessage): void {
    if (!('method' in message)) return;
    if (message.method === 'initialize' && 'id' in message) this.#initialize = message;
    if (message.method === 'notifications/initialized') this.#complete = true;
  }

  received(message: JSONRPCMessage): void {
    if (!('result' in message) || message.id !== this.#initialize?.id || this.#complete) return;
    this.#version = message.result.protocolVersion;
  }

  /** What a new session has to be opened with. */
  messages(): JSONRPCMessage[] {
    if (this.#initialize === undefined || !this.#complete) return [];
    return [
      { ...this.#initialize, id: again },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
    ];
  }

  /** Whether this is the answer to the repeated opening. Throws where the server now speaks another version. */
  concludes(message: JSONRPCMessage): boolean {
    if ('method' in message || message.id !== again) return false;
    if ('result' in message && message.result.protocolVersion === this.#version) return true;
    throw new Error('The server that answers now does not take up the protocol version of the one before.');
  }
}

/** An id that no client of the SDK gives. */
const again = 'initialize-again';
