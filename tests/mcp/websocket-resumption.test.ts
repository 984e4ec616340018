import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import type { Client } from '@modelcontextprotocol/client';
import { eras } from '../http.ts';
import { clientAt, type Settings, webSocketServer, wireTo } from '../websocket.ts';
import { connectionTools } from './websocket-tools.ts';

const patience = { firstMs: 20, mostMs: 100, allMs: 20_000 };
const numbers = (to: number) => Array.from({ length: to }, (_, k) => `at ${k + 1}`);

async function served(t: TestContext, settings: Partial<Settings> = {}) {
  const { tools, runs } = connectionTools();
  const server = await webSocketServer(t, { options: { tools }, ...settings });
  return { tools, runs, server, wire: await wireTo(t, server.port) };
}

/** A call that counts, what it has told so far, and a promise of its having told the number. */
function counting(client: Client, to: number, everyMs: number) {
  const told: unknown[] = [];
  const reached = new EventTarget();
  const answer = client.callTool(
    { name: 'count', arguments: { to, every_ms: everyMs } },
    {
      onprogress: ({ message }) => {
        told.push(message);
        reached.dispatchEvent(new Event(String(message)));
      },
    },
  );
  return { told, answer, at: (number: number) => once(reached, `at ${number}`) };
}

for (const [era, mode] of eras) {
  test(`a call of ${era} whose connection breaks is answered, with all of its progress once and in order`, async (t) => {
    const { wire, runs } = await served(t);
    const client = await clientAt(t, wire.port, mode, { patience });
    const { told, answer, at } = counting(client, 40, 10);
    for (const number of [5, 15, 25]) {
      await at(number);
      wire.cut();
    }
    assert.equal(Object((await answer).structuredContent).summary, 'Counted to 40.');
    assert.deepEqual(told, numbers(40));
    assert.equal(runs.count, 1);
  });

  test(`a client of ${era} goes on with a server that has restarted; its calls in flight fail`, async (t) => {
    const { tools, server, wire } = await served(t);
    const client = await clientAt(t, wire.port, mode, { patience });
    const { answer, at } = counting(client, 100, 1_000);
    const failure = assert.rejects(answer, /lost the session.*get_task_status/);
    await Promise.race([at(1), after(50)]);
    wire.shut(true);
    wire.cut();
    await server.stop();
    const whileAway = client.callTool({ name: 'count', arguments: { to: 2, every_ms: 0 } });
    const next = await webSocketServer(t, { options: { tools } });
    wire.lead(next.port);
    wire.shut(false);
    await failure;
    assert.equal(Object((await whileAway).structuredContent).summary, 'Counted to 2.');
    assert.equal((await client.listTools()).tools.length, 2);
  });
}

test('a call that ends while nobody is connected is answered to the client that comes back', async (t) => {
  const { wire } = await served(t);
  const client = await clientAt(t, wire.port, 'legacy', { patience });
  const { told, answer, at } = counting(client, 20, 5);
  await at(3);
  wire.shut(true);
  wire.cut();
  await after(300);
  assert.ok(told.length < 20);
  wire.shut(false);
  assert.equal(Object((await answer).structuredContent).runs, 1);
  assert.deepEqual(told, numbers(20));
});

test('what is asked while the connection is away is asked once when it is there again', async (t) => {
  const { wire, runs } = await served(t);
  const client = await clientAt(t, wire.port, { pin: '2026-07-28' }, { patience });
  wire.shut(true);
  wire.cut();
  const answers = [1, 2, 3].map((to) => client.callTool({ name: 'count', arguments: { to, every_ms: 1 } }));
  await after(100);
  wire.shut(false);
  for (const [k, answer] of (await Promise.all(answers)).entries()) {
    assert.equal(Object(answer.structuredContent).summary, `Counted to ${k + 1}.`);
  }
  assert.equal(runs.count, 3);
});

test('a peer that has gone silent is noticed by both ends, and the call is answered all the same', async (t) => {
  const { wire } = await served(t, { limits: { pingMs: 60 } });
  const client = await clientAt(t, wire.port, 'legacy', { patience, pingMs: 60 });
  const { told, answer, at } = counting(client, 50, 10);
  await at(10);
  wire.silence();
  assert.equal(Object((await answer).structuredContent).runs, 1);
  assert.deepEqual(told, numbers(50));
});

test('a session is not kept longer than it is promised', async (t) => {
  const { wire } = await served(t, { limits: { keptMs: 50 } });
  const client = await clientAt(t, wire.port, 'legacy', { patience });
  const { answer, at } = counting(client, 100, 100);
  const failure = assert.rejects(answer, /lost the session/);
  await at(1);
  wire.shut(true);
  wire.cut();
  await after(200);
  wire.shut(false);
  await failure;
});

test('of too many sessions that wait, the one that has waited longest is ended', async (t) => {
  const { server } = await served(t, { limits: { waitingSessions: 1 } });
  const [first, second] = [await wireTo(t, server.port), await wireTo(t, server.port)];
  const calls = [];
  for (const wire of [first, second]) {
    const client = await clientAt(t, wire.port, 'legacy', { patience });
    const call = counting(client, 20, 20);
    await call.at(1);
    wire.shut(true);
    wire.cut();
    calls.push(call.answer);
    await after(50);
  }
  for (const wire of [first, second]) wire.shut(false);
  const outcomes = await Promise.allSettled(calls);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  );
});

test('a session of which too much was missed is not taken up again', async (t) => {
  const { wire } = await served(t, { limits: { keptBytes: 1_000 } });
  const client = await clientAt(t, wire.port, 'legacy', { patience });
  const { answer, at } = counting(client, 100, 2);
  const failure = assert.rejects(answer, /lost the session/);
  await at(1);
  wire.shut(true);
  wire.cut();
  await after(500);
  wire.shut(false);
  await failure;
});

test('nobody but its principal takes up a session', async (t) => {
  const principal = (authorization: string | undefined) => ({
    name: String(authorization),
    scopes: ['lab:admin'] as const,
  });
  const { wire } = await served(t, { principal });
  const names = ['ada', 'eve'];
  const headers = () => ({ authorization: names.shift() ?? 'eve' });
  const client = await clientAt(t, wire.port, 'legacy', { patience, headers });
  const { answer, at } = counting(client, 100, 100);
  const failure = assert.rejects(answer, /lost the session/);
  await at(1);
  wire.cut();
  await failure;
});

test('a token is shown again before it has counted too long, and the session goes on', async (t) => {
  const asked: unknown[] = [];
  const principal = (authorization: string | undefined) => {
    asked.push(authorization);
    return { name: 'ada', scopes: ['lab:admin'] as const };
  };
  const { server } = await served(t, { principal, limits: { authenticatedMs: 50 } });
  let shown = 0;
  const headers = () => ({ authorization: `token ${++shown}` });
  const client = await clientAt(t, server.port, 'legacy', { patience, headers });
  const { told, answer } = counting(client, 60, 10);
  assert.equal(Object((await answer).structuredContent).runs, 1);
  assert.deepEqual(told, numbers(60));
  assert.ok(asked.length >= 3);
  assert.deepEqual(asked.slice(0, 3), ['token 1', 'token 2', 'token 3']);
});

test('a server that stops answers what it has begun, and says that it is going', async (t) => {
  const { server } = await served(t);
  const client = await clientAt(t, server.port, 'legacy', { patience: { firstMs: 10, mostMs: 20, allMs: 100 } });
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const errors: string[] = [];
  client.onerror = ({ message }) => void errors.push(message);
  client.onclose = resolve;
  const { answer, at } = counting(client, 20, 10);
  await at(1);
  await server.stop(5_000);
  assert.equal(Object((await answer).structuredContent).runs, 1);
  await closed;
  assert.match(errors[0], /1001: the server is stopping/);
  assert.match(String(errors.at(-1)), /No connection could be made within 100 ms/);
});
