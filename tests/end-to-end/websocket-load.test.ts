import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { callOf, eras } from '../http.ts';
import { rawWebSocket } from '../raw-websocket.ts';
import { clientAt } from '../websocket.ts';
import { assertSettles, heldAfterEach } from './held-bytes.ts';
import { fixtureProcess } from './http-process.ts';

/** Longer than the server waits for a client whose connection broke. */
const windowMs = 1_000;

async function served(t: TestContext, settings: Record<string, string> = {}) {
  const { url, bytes } = await fixtureProcess(t, { STRATLAB_HTTP_RATE: '10000', ...settings });
  return { port: Number(new URL(url).port), bytes };
}

/** So many clients at once, of both eras in turn, each greeted by its name. */
async function greetAll(t: TestContext, port: number, count: number): Promise<void> {
  const modes = Array.from({ length: count }, (_, k) => eras[k % 2]?.[1] ?? 'legacy');
  const clients = await Promise.all(modes.map((mode) => clientAt(t, port, mode)));
  const answers = await Promise.all(
    clients.map((client, k) => client.callTool({ name: 'greet', arguments: { name: `client ${k}` } })),
  );
  answers.forEach((answer, k) => {
    assert.equal(Object(answer.structuredContent).greeting, `Hello, client ${k}!`);
  });
  await Promise.all(clients.map((client) => client.close()));
}

test('two hundred clients at once are all served over WebSockets', async (t) => {
  const { port } = await served(t);
  await greetAll(t, port, 200);
});

test('a thousand WebSockets that break in mid-call leave nothing behind once their window is over', async (t) => {
  const most = 300;
  const { port, bytes } = await served(t, { STRATLAB_HTTP_SESSIONS: String(most) });
  const round = async () => {
    for (let k = 0; k < 200; k += 50) await Promise.all(Array.from({ length: 50 }, () => leaveOnce(t, port)));
    await after(windowMs);
  };
  const held = await heldAfterEach(5, round, bytes);
  await greetAll(t, port, 2);
  const heads = [];
  for (let k = 0; k <= most; k += 1) heads.push((await rawWebSocket(t, port)).head.slice(0, 12));
  assert.deepEqual(
    heads,
    [...Array(most).fill('HTTP/1.1 101'), 'HTTP/1.1 503'],
    'no session of those that left counts',
  );
  assertSettles(held, 200 * 1000);
});

const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'leaver', version: '1' } };

/** Begins a call and breaks the connection once it is told that the call runs. */
async function leaveOnce(t: TestContext, port: number): Promise<void> {
  const { socket, head, say, heard } = await rawWebSocket(t, port);
  assert.match(head, /^HTTP\/1\.1 101 /);
  say({ id: 0, method: 'initialize', params: hello });
  say({ method: 'notifications/initialized' });
  const call = callOf('dawdle', { ms: 20 });
  say({ ...call, params: { ...Object(call).params, _meta: { progressToken: 1 } } });
  while (!heard.some((text) => text.includes('notifications/progress'))) await once(socket, 'data');
  socket.destroy();
}
