import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { type RawWebSocket, rawWebSocket } from '../raw-websocket.ts';
import { clientAt, type Settings, webSocketServer } from '../websocket.ts';
import { connectionTools } from './websocket-tools.ts';

async function served(t: TestContext, settings: Partial<Settings> = {}) {
  const { tools, runs } = connectionTools();
  const { port } = await webSocketServer(t, {
    options: { tools },
    configuration: { messageRate: 10_000, messagesAtOnce: 64 },
    ...settings,
  });
  return { port, runs };
}

async function openedRaw(t: TestContext, port: number, headers: Record<string, string> = {}): Promise<RawWebSocket> {
  const raw = await rawWebSocket(t, port, headers);
  raw.say({
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  });
  raw.say({ method: 'notifications/initialized' });
  await until(() => raw.heard.length === 1);
  return raw;
}

/** Of 400 kB and more each: together far more than the buffers of the system take in. */
const calls = 80;

/** About 200 kB of answer to 50 kB of question. */
const askToPour = (raw: RawWebSocket, id: number) =>
  raw.say({
    id,
    method: 'tools/call',
    params: { name: 'pour', arguments: { limit: 200_000 }, _meta: { padding: 'x'.repeat(50_000) } },
  });

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await after(10);
}

/** The value once it has stayed the same for a while. */
async function settled(value: () => number): Promise<number> {
  for (let before = -1; before !== value(); await after(300)) before = value();
  return value();
}

test('a client that does not read is not read from, and gets everything once it reads again', async (t) => {
  const { port, runs } = await served(t, { limits: { pauseAbove: 256 * 1024 } });
  const raw = await openedRaw(t, port);
  raw.socket.pause();
  for (let id = 1; id <= 200; id++) askToPour(raw, id);
  const run = await settled(() => runs.pour);
  assert.ok(run > 0 && run < 150, `${run} of 200 calls were run for a client that does not read`);
  raw.socket.resume();
  await until(() => raw.heard.length === 201);
  assert.equal(runs.pour, 200);
  assert.deepEqual(
    raw.heard.map((text) => JSON.parse(text).id),
    Array.from({ length: 201 }, (_, id) => id),
  );
});

test('a connection is closed once more waits for its client than the bound', async (t) => {
  const { port } = await served(t, { limits: { pauseAbove: 64 * 1024, closeAbove: 1024 * 1024 } });
  const raw = await openedRaw(t, port);
  raw.socket.pause();
  for (let id = 1; id <= calls; id++) {
    raw.say({ id, method: 'tools/call', params: { name: 'pour', arguments: { limit: 400_000 } } });
  }
  await after(500);
  raw.socket.resume();
  const ended = await raw.ended;
  assert.equal(ended?.code, 4408);
  assert.match(String(ended?.reason), /bytes wait unread, at most 1048576 may/);
});

test('a connection is closed where nothing is read for too long', async (t) => {
  const { port } = await served(t, { limits: { pauseAbove: 64 * 1024, stalledMs: 300 } });
  const raw = await openedRaw(t, port);
  raw.socket.pause();
  for (let id = 1; id <= calls; id++) {
    raw.say({ id, method: 'tools/call', params: { name: 'pour', arguments: { limit: 400_000 } } });
  }
  await after(1_000);
  raw.socket.resume();
  const ended = await raw.ended;
  assert.equal(ended?.code, 4408);
  assert.match(String(ended?.reason), /nothing was read for 300 ms/);
});

test('calls too many at once are refused and the others answered', async (t) => {
  const { port } = await served(t, { configuration: { messagesAtOnce: 2 } });
  const client = await clientAt(t, port, 'legacy');
  const three = [1, 2, 3].map(() => client.callTool({ name: 'count', arguments: { to: 5, every_ms: 20 } }));
  const outcomes = await Promise.allSettled(three);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  );
  assert.match(String(Object(outcomes[2]).reason), /2 messages may be in work at once/);
  const again = await client.callTool({ name: 'count', arguments: { to: 1, every_ms: 0 } });
  assert.equal(Object(again.structuredContent).summary, 'Counted to 1.');
});

test('no more sessions are opened than may be', async (t) => {
  const { port } = await served(t, { configuration: { sessions: 1 } });
  const client = await clientAt(t, port, 'legacy');
  await assert.rejects(clientAt(t, port, 'legacy'), /503.*1 WebSocket sessions are open/);
  await client.close();
  const next = await clientAt(t, port, 'legacy');
  assert.equal((await next.listTools()).tools.length, 2);
});

test('messages that come too fast are refused', async (t) => {
  const { port, runs } = await served(t, { configuration: { messageRate: 1 } });
  const client = await clientAt(t, port, 'legacy');
  const many = Array.from({ length: 20 }, () => client.callTool({ name: 'count', arguments: { to: 1, every_ms: 0 } }));
  const refused = (await Promise.allSettled(many)).filter(({ status }) => status === 'rejected');
  assert.ok(refused.length >= 10);
  assert.match(String(Object(refused[0]).reason), /1 messages? a second are allowed/);
  assert.equal(runs.count, 20 - refused.length);
});

test('a message larger than the server takes is refused before it is sent, and the connection goes on', async (t) => {
  const { port } = await served(t, { limits: { largestMessage: 10_000 } });
  const client = await clientAt(t, port, 'legacy');
  const large = client.callTool({ name: 'count', arguments: { to: 1, every_ms: 0, padding: 'x'.repeat(20_000) } });
  await assert.rejects(large, /A message of \d+ bytes; the server takes at most 10000/);
  assert.equal((await client.listTools()).tools.length, 2);
});

test('long answers are compressed for a client that can inflate them', async (t) => {
  const { port } = await served(t);
  const client = await clientAt(t, port, 'legacy');
  const { structuredContent } = await client.callTool({ name: 'pour', arguments: { limit: 2_000_000 } });
  assert.equal(Object(structuredContent).letters.length, 2_000_000);
  const bytesFor = async (headers: Record<string, string>) => {
    const raw = await openedRaw(t, port, headers);
    raw.say({ id: 1, method: 'tools/call', params: { name: 'pour', arguments: { limit: 2_000_000 } } });
    await until(() => raw.heard.length === 2);
    return raw.socket.bytesRead;
  };
  assert.ok((await bytesFor({})) > 2_000_000);
  assert.ok((await bytesFor({ 'Sec-WebSocket-Extensions': 'permessage-deflate' })) < 100_000);
});
