import type { IncomingMessage, ServerResponse } from 'node:http';
import { toWebRequest } from '@modelcontextprotocol/node';

/**
 * Answers a request, whose body has been read, as `fetch` does. A stream is told when its client leaves, and its first
 * event goes out at once: the SDK's own adapter holds it back for a millisecond.
 */
export async function answerByFetch(
  { method = 'GET', url = '/', headers }: IncomingMessage,
  response: ServerResponse,
  fetch: (request: Request) => Promise<Response>,
): Promise<void> {
  const request = await toWebRequest({ method, url, headers, async *[Symbol.asyncIterator]() {} });
  const answer = await fetch(request);
  if (response.destroyed) return void (await answer.body?.cancel());
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (method === 'GET') response.flushHeaders();
  const events = answer.body?.getReader();
  response.once('close', () => events?.cancel().catch(() => {}));
  for (let next = await events?.read(); next?.done === false; next = await events?.read())
    if (!response.write(next.value)) await drained(response);
  response.end();
}

/** Until the client has read on, or has left. */
async function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('drain', resolve).once('close', resolve);
  await promise;
  response.off('drain', resolve).off('close', resolve);
}
