import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Replay } from '@stratlab/mcp/http/replay.ts';
import { listening, networkLab, post } from '../http.ts';
import { wireTo } from '../websocket.ts';
import { connectionTools } from './websocket-tools.ts';

const patience = {
  initialReconnectionDelay: 20,
  maxReconnectionDelay: 100,
  reconnectionDelayGrowFactor: 2,
  maxRetries: 10,
};

/** The official client of the 2025 era, over a wire that can be cut. */
async function connected(t: TestContext) {
  const { tools, runs } = connectionTools();
  const wire = await wireTo(t, Number(new URL(await listening(t, networkLab(t), [], tools)).port));
  const url = `http://127.0.0.1:${wire.port}/mcp`;
  const client = new Client({ name: 'test', version: '1' });
  t.after(() => client.close());
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { reconnectionOptions: patience }));
  return { client, runs, url, wire };
}

test('a call of 2025-11-25 whose connection breaks is answered, with all of its progress once and in order', async (t) => {
  const { client, runs, wire } = await connected(t);
  const told: unknown[] = [];
  const reached = new EventTarget();
  const onprogress = ({ message }: { message?: string | undefined }) => {
    told.push(message);
    reached.dispatchEvent(new Event(String(message)));
  };
  const answer = client.callTool({ name: 'count', arguments: { to: 40, every_ms: 20 } }, { onprogress });
  for (const number of [5, 20]) {
    await once(reached, `at ${number}`);
    wire.cut();
  }
  assert.equal(Object((await answer).structuredContent).summary, 'Counted to 40.');
  assert.deepEqual(
    told,
    Array.from({ length: 40 }, (_, k) => `at ${k + 1}`),
  );
  assert.equal(runs.count, 1);
});

const version = { 'Mcp-Protocol-Version': '2025-11-25' };
const hello = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

test('the answer that a connection has lost is asked for again, by its own session only', async (t) => {
  const { url } = await connected(t);
  const begin = async () => {
    const opened = await post(url, hello);
    return { 'Mcp-Session-Id': opened.headers.get('Mcp-Session-Id') ?? '', ...version };
  };
  const [own, other] = [await begin(), await begin()];
  const call = { name: 'count', arguments: { to: 1, every_ms: 0 } };
  const first = await (await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: call }, own)).text();
  const [begun] = /(?<=^id: ).*$/m.exec(first) ?? [];
  const again = (session: Record<string, string>, id: string) =>
    fetch(url, { headers: { Accept: 'text/event-stream', 'Last-Event-ID': id, ...session } });
  const events = (text: string) => text.match(/(?<=^data: )\{.*$/gm)?.map((json) => JSON.parse(json));
  assert.deepEqual(events(await (await again(own, String(begun))).text()), events(first));
  assert.equal((await again(other, String(begun))).status, 400);
  assert.equal((await again(own, '1000000')).status, 400);
});

test('what is kept of streams is bounded: of the oldest, nothing can be had any more', async () => {
  const replay = new Replay(1000);
  const store = replay.of('a');
  const ids = [];
  for (let k = 0; k < 20; k++) {
    const params = { progressToken: 1, progress: k, message: 'x'.repeat(100) };
    ids.push(await store.storeEvent('s', { jsonrpc: '2.0', method: 'notifications/progress', params }));
  }
  assert.equal(await store.getStreamIdForEventId?.(ids[0]), undefined);
  assert.equal(await store.getStreamIdForEventId?.(ids[17]), 's');
  assert.equal(await replay.of('b').getStreamIdForEventId?.(ids[17]), undefined);
  const replayed: string[] = [];
  await store.replayEventsAfter(ids[17], { send: async (id) => void replayed.push(id) });
  assert.deepEqual(replayed, ids.slice(18));
});
