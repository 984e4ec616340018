import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { callOf, clientAt, eras, post } from '../http.ts';
import { assertSettles, heldAfterEach } from './held-bytes.ts';
import { fixtureProcess } from './http-process.ts';

test('two hundred clients at once are all served', async (t) => {
  const { url } = await fixtureProcess(t);
  const clients = await Promise.all(
    Array.from({ length: 200 }, (_, k) => clientAt(t, url, eras[k % 2]?.[1] ?? 'legacy')),
  );
  const answers = await Promise.all(
    clients.map((client, k) => client.callTool({ name: 'greet', arguments: { name: `client ${k}` } })),
  );
  answers.forEach((answer, k) => {
    assert.equal(Object(answer.structuredContent).greeting, `Hello, client ${k}!`);
  });
});

test('a thousand clients that leave in mid-call cost nothing that stays', async (t) => {
  const { url, bytes } = await fixtureProcess(t, { STRATLAB_HTTP_RATE: '10000' });
  const held = await heldAfterEach(8, () => leave(url, 200), bytes);
  assert.match(await (await post(url, callOf('greet', { name: 'Ada' }))).text(), /Greeted Ada/);
  assertSettles(held, 200 * 1000);
});

test('ten thousand malformed requests leave nothing behind', async (t) => {
  const { url, bytes } = await fixtureProcess(t, { STRATLAB_LOG_LEVEL: 'silent', STRATLAB_HTTP_RATE: '10000' });
  const held = await heldAfterEach(5, () => annoy(url, 2000), bytes);
  assert.match(await (await post(url, callOf('greet', { name: 'Ada' }))).text(), /Greeted Ada/);
  assertSettles(held, 2000 * 64);
});

const malformed: readonly [body: string, headers: Record<string, string>][] = [
  ['{', {}],
  ['[]', { 'Mcp-Session-Id': 'none' }],
  ['{"jsonrpc":"2.0","id":1,"method":"nothing"}', {}],
  ['{"id":{}}', { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call' }],
];

async function annoy(url: string, times: number): Promise<void> {
  for (let k = 0; k < times; k += 20) {
    const wave = Array.from({ length: 5 }, () => malformed).flat();
    await Promise.all(wave.map(async ([body, headers]) => (await post(url, body, headers)).text()));
  }
}

/** Begins calls and breaks their connections while they run, fifty at a time. */
async function leave(url: string, times: number): Promise<void> {
  for (let k = 0; k < times; k += 50) await Promise.all(Array.from({ length: 50 }, () => leaveOnce(url)));
}

async function leaveOnce(url: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
  const sent = request(url, { method: 'POST', headers });
  const { promise, resolve } = Promise.withResolvers<void>();
  sent.on('response', (response) => response.once('data', () => sent.destroy()));
  sent.on('error', () => {});
  sent.on('close', resolve);
  const message = callOf('dawdle', { ms: 20 });
  sent.end(JSON.stringify({ ...message, params: { ...Object(message).params, _meta: { progressToken: 1 } } }));
  await promise;
}
