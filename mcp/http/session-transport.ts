import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AuthInfo,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
  SUPPORTED_PROTOCOL_VERSIONS,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { bytesOf } from '../message-bytes.ts';
import { answerByFetch } from './answer-by-fetch.ts';

/** To these the server says nothing but the answer. */
const plainMethods: readonly string[] = [
  'ping',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
];

const eventStream = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform' };
const eventHead = Buffer.from('event: message\ndata: ');
const eventEnd = Buffer.from('\n\n');

/**
 * The SDK's transport, with a shorter way for requests that are answered at once: their only event is written whole.
 * Whatever is unusual about one is left to the SDK, to serve or to refuse.
 */
export class SessionTransport extends WebStandardStreamableHTTPServerTransport {
  readonly #unanswered = new Map<RequestId, ServerResponse>();

  async serve(request: IncomingMessage, response: ServerResponse, authInfo: AuthInfo, body: unknown): Promise<void> {
    if (!isPlain(request, body) || this.#unanswered.has(body.id))
      return answerByFetch(request, response, (web) => this.handleRequest(web, { authInfo, parsedBody: body }));
    this.#unanswered.set(body.id, response);
    response.once('close', () => this.#forget(body.id, response));
    this.onmessage?.(body, { authInfo });
  }

  override async send(message: JSONRPCMessage, options?: { relatedRequestId?: RequestId }): Promise<void> {
    if ('method' in message || message.id === undefined) return super.send(message, options);
    const response = this.#unanswered.get(message.id);
    if (response === undefined) return super.send(message, options);
    this.#unanswered.delete(message.id);
    const event = Buffer.concat([eventHead, bytesOf(message), eventEnd]);
    const headers = { 'Content-Length': event.length, 'Mcp-Session-Id': this.sessionId };
    response.writeHead(200, { ...eventStream, ...headers }).end(event);
  }

  /** A client may have used the id again by then. */
  #forget(id: RequestId, response: ServerResponse): void {
    if (this.#unanswered.get(id) === response) this.#unanswered.delete(id);
  }

  override async close(): Promise<void> {
    for (const response of this.#unanswered.values()) response.destroy();
    await super.close();
  }
}

function isPlain({ headers }: IncomingMessage, body: unknown): body is JSONRPCRequest {
  const { accept = '', 'mcp-protocol-version': version } = headers;
  const isUsual =
    accept.includes('application/json') &&
    accept.includes('text/event-stream') &&
    (version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(String(version)));
  return isUsual && isJSONRPCRequest(body) && plainMethods.includes(body.method);
}
