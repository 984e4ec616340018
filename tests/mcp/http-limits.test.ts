import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { limitsOf } from '@stratlab/mcp/http/limits.ts';
import { attendTool, bearer, callOf, clientAt, eras, listening, networkLab, post, tokenFor } from '../http.ts';

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const ada = { name: 'ada', scopes: [] };
const bob = { name: 'bob', scopes: [] };

test('a principal may send ten seconds of messages at once, then as many as its rate; another has its own', () => {
  let now = 0;
  const limits = limitsOf({ messageRate: 2, messagesAtOnce: 1 }, () => now);
  for (let k = 0; k < 20; k++) limits.take(ada, 1);
  assert.throws(() => limits.take(ada, 1), { status: 429, headers: { 'Retry-After': '1' } });
  assert.throws(() => limits.take(ada, 10), { headers: { 'Retry-After': '5' } });
  limits.take(bob, 20);
  now = 1000;
  limits.take(ada, 2);
  assert.throws(() => limits.take(ada, 1), { status: 429 });
  now = 1_000_000;
  limits.take(ada, 20);
  assert.throws(() => limits.take(ada, 1), { status: 429 });
});

test('a principal has so many messages in work, and leaving twice counts once', () => {
  const limits = limitsOf({ messageRate: 100, messagesAtOnce: 3 });
  const leave = limits.enter(ada, 2);
  limits.enter(ada, 1);
  assert.throws(() => limits.enter(ada, 1), { status: 429 });
  limits.enter(bob, 3);
  leave();
  leave();
  limits.enter(ada, 2);
  assert.throws(() => limits.enter(ada, 1), { status: 429 });
});

test('a body that is too large is refused, declared or not, before it is all read', async (t) => {
  const url = await listening(t, networkLab(t, { bodyBytes: 2000 }));
  const large = callOf('greet', { name: 'x'.repeat(3000) });
  assert.equal((await post(url, large)).status, 413);
  const chunked = request(url, { method: 'POST', headers: { 'Content-Type': 'application/json' } });
  chunked.on('error', () => {});
  const answered = once(chunked, 'response');
  chunked.write('x'.repeat(1500));
  chunked.write('x'.repeat(1500));
  const [response] = await answered;
  assert.equal(response.statusCode, 413);
  chunked.destroy();
  assert.equal((await post(url, callOf('greet', { name: 'x'.repeat(1000) }))).status, 200);
});

test('messages that come too fast are told when to come again, and others are not held up', async (t) => {
  const lab = networkLab(t, { messageRate: 1 });
  const [ada, bob] = ['ada', 'bob'].map((name) => bearer(tokenFor(lab, name, 'lab:read')));
  const url = await listening(t, lab);
  const statuses: number[] = [];
  for (let k = 0; k < 12; k++) statuses.push((await post(url, list, ada)).status);
  assert.deepEqual(
    statuses.slice(0, 10),
    Array.from({ length: 10 }, () => 200),
  );
  const refused = await post(url, [list, list, list], ada);
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  assert.equal((await post(url, list, bob)).status, 200);
});

test('only so many calls of a principal run at once', async (t) => {
  const lab = networkLab(t, { messagesAtOnce: 2 });
  const [ada, bob] = ['ada', 'bob'].map((name) => bearer(tokenFor(lab, name, 'lab:read')));
  const url = await listening(t, lab);
  const slow = [1, 2].map(() => post(url, callOf('dawdle', { ms: 1000 }), ada));
  let status = 200;
  while (status === 200) status = (await post(url, callOf('greet', { name: 'Eve' }), ada)).status;
  assert.equal(status, 429);
  assert.equal((await post(url, callOf('greet', { name: 'Eve' }), bob)).status, 200);
  for (const answer of slow) assert.match(await (await answer).text(), /Took 1000 ms/);
  assert.equal((await post(url, callOf('greet', { name: 'Eve' }), ada)).status, 200);
});

test('a request that does not come to its end is given up', async (t) => {
  const url = await listening(t, networkLab(t, { headerTimeoutMs: 200, requestTimeoutMs: 400 }));
  const { port } = new URL(url);
  const head = `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
  for (const part of ['', head, `${head}Content-Length: 100\r\n\r\n{"json`]) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(part);
    assert.match(await text(socket), /^(HTTP\/1.1 408 |$)/);
  }
  assert.equal((await post(url, list)).status, 200);
});

const initialize = {
  ...list,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

test('sessions are bounded: one that nobody uses makes room, of whoever has most', async (t) => {
  const lab = networkLab(t, { sessions: 3 });
  const [ada, bob] = ['ada', 'bob'].map((name) => bearer(tokenFor(lab, name, 'lab:read')));
  const url = await listening(t, lab);
  const begin = async (who: Record<string, string>) => {
    const answer = await post(url, initialize, who);
    await answer.text();
    return { ...who, 'Mcp-Session-Id': answer.headers.get('mcp-session-id') ?? '' };
  };
  const statusOf = async (session: Record<string, string>) => (await post(url, list, session)).status;
  const first = await begin(bob);
  const [second, third, fourth] = [await begin(ada), await begin(ada), await begin(ada)];
  assert.deepEqual(await Promise.all([first, second, third, fourth].map(statusOf)), [200, 404, 200, 200]);
});

test('where every session is in use, the next client is told to come later', async (t) => {
  const url = await listening(t, networkLab(t, { sessions: 1 }));
  const begun = await post(url, initialize);
  const session = { 'Mcp-Session-Id': begun.headers.get('mcp-session-id') ?? '' };
  await begun.text();
  const stream = await fetch(url, { headers: { ...session, Accept: 'text/event-stream' } });
  assert.equal(stream.status, 200);
  const refused = await post(url, initialize);
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  assert.equal((await post(url, list)).status, 200);
  await stream.body?.cancel();
});

test('a client whose stream broke opens it again', async (t) => {
  const url = await listening(t, networkLab(t));
  const begun = await post(url, initialize);
  await begun.text();
  const headers = { 'Mcp-Session-Id': begun.headers.get('mcp-session-id') ?? '', Accept: 'text/event-stream' };
  const broken = new AbortController();
  assert.equal((await fetch(url, { headers, signal: broken.signal })).status, 200);
  assert.equal((await fetch(url, { headers })).status, 409);
  broken.abort();
  let status = 409;
  while (status === 409) {
    const again = await fetch(url, { headers });
    status = again.status;
    await again.body?.cancel();
  }
  assert.equal(status, 200);
});

test('an initialize that fails leaves no session', async (t) => {
  const url = await listening(t, networkLab(t, { sessions: 1 }));
  for (let k = 0; k < 3; k++) assert.equal((await post(url, initialize, { Accept: 'text/html' })).status, 406);
  assert.equal((await post(url, initialize)).status, 200);
});

test('a session that is silent for long is ended', async (t) => {
  const url = await listening(t, networkLab(t, { sessionIdleMs: 100 }));
  const begun = await post(url, initialize);
  await begun.text();
  const session = { 'Mcp-Session-Id': begun.headers.get('mcp-session-id') ?? '' };
  let status = 200;
  for (let k = 0; status === 200 && k < 50; k++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    status = (await post(url, list, session)).status;
  }
  assert.equal(status, 404);
});

for (const [era, mode] of eras) {
  test(`a call that a client of ${era} cancels is told so, and its connection goes on`, async (t) => {
    const attend = attendTool();
    const client = await clientAt(t, await listening(t, networkLab(t), [], [attend.tool]), mode);
    const abort = new AbortController();
    const options = { signal: abort.signal, onprogress: () => abort.abort() };
    await assert.rejects(client.callTool({ name: 'attend' }, options));
    await attend.cancelled;
    assert.ok((await client.listTools()).tools.length > 0);
  });
}
