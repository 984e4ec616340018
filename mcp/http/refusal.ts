import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why a request is turned away before the lab has seen it. The message is shown to the client. */
export class Refusal extends Error {
  /** Of HTTP. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Of JSON-RPC. */
  readonly code: number;

  constructor(status: number, message: string, headers: Record<string, string> = {}, code = -32_000) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.headers = headers;
    this.code = code;
  }
}

/** A refusal as its body: a JSON-RPC error that belongs to no request. */
export function refusalBody({ code, message }: Refusal): string {
  return JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null });
}

/** Answers with a refusal; an answer that has begun is broken off. */
export function refuse(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const body = refusalBody(refusal);
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(refusal.status, { ...headers, ...refusal.headers }).end(body);
}

/** Answers an upgrade with a refusal, and closes its connection. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal, requestId: string): void {
  const body = refusalBody(refusal);
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    ...Object.entries({
      ...refusal.headers,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'X-Request-Id': requestId,
      Connection: 'close',
    }).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
