import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/**
 * The body as bytes. Throws a 413 as soon as it is larger than `mostBytes`, what is left of it unread, and a 400 where
 * the client leaves before its end.
 */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length']) > mostBytes) throw tooLarge(mostBytes);
  try {
    return await collect(request, mostBytes);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(400, 'The body broke off.');
  }
}

async function collect(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge(mostBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(mostBytes: number): Refusal {
  return new Refusal(413, `The body is too large: a request takes ${mostBytes} bytes.`, { Connection: 'close' });
}
