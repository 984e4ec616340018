import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { frame, opcodes, rawWebSocket } from '../raw-websocket.ts';
import { clientAt, webSocketServer } from '../websocket.ts';
import { connectionTools } from './websocket-tools.ts';

const { text, continuation, binary, close, ping } = opcodes;
const hello = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
const inParts = (parts: number) => [
  frame(text, 'x', { fin: false }),
  ...Array.from({ length: parts }, () => frame(continuation, 'x', { fin: false })),
];

/** What no connection survives, and the code that it is closed with. */
const faults: [what: string, frames: Buffer[], code: number][] = [
  ['a binary message', [frame(binary, hello)], 1003],
  ['text that is not UTF-8', [frame(text, Buffer.from([0xc3, 0x28]))], 1007],
  ['text that ends within a letter', [frame(text, Buffer.from('"é').subarray(0, -1))], 1007],
  ['a continuation of nothing', [frame(continuation, 'x')], 1002],
  ['a message within a message', [frame(text, 'x', { fin: false }), frame(text, 'y')], 1002],
  ['a reserved bit', [frame(text, hello, { reserved: 2 })], 1002],
  ['compression that was not agreed on', [frame(text, hello, { reserved: 4 })], 1002],
  ['an unknown opcode', [frame(5, 'x')], 1002],
  ['a message without a mask', [frame(text, hello, { masked: false })], 1002],
  ['a ping of 200 bytes', [frame(ping, 'x'.repeat(200))], 1002],
  ['a ping in parts', [frame(ping, 'x', { fin: false })], 1002],
  ['a close code that none may send', [frame(close, Buffer.from([0x03, 0xed]))], 1002],
  ['a message of 5 MiB', [frame(text, '', { length: 5 * 1024 * 1024 })], 1009],
  ['a length of 2^63 - 1', [frame(text, '', { length: 2n ** 63n - 1n })], 1009],
  [
    'a message of 6 MB in parts',
    [frame(text, 'x'.repeat(3e6), { fin: false }), frame(continuation, 'x'.repeat(3e6))],
    1009,
  ],
  ['a message in 20,000 parts', inParts(20_000), 1008],
];

async function served(t: TestContext) {
  const { tools } = connectionTools();
  return webSocketServer(t, { options: { tools }, configuration: { messageRate: 1_000_000 } });
}

/** The server still answers somebody else. */
async function stillServes(t: TestContext, port: number): Promise<void> {
  const client = await clientAt(t, port, 'legacy');
  assert.equal((await client.listTools()).tools.length, 2);
}

test('each fault of framing closes its connection with the code that RFC 6455 has for it', async (t) => {
  const { port } = await served(t);
  for (const [what, frames, code] of faults) {
    const raw = await rawWebSocket(t, port);
    for (const one of frames) raw.socket.write(one);
    assert.equal((await raw.ended)?.code, code, what);
  }
  await stillServes(t, port);
});

test('a message that inflates to 200 MB is given up as soon as it is too large', async (t) => {
  const { port } = await served(t);
  const bomb = deflateRawSync(Buffer.alloc(200 * 1024 * 1024), { finishFlush: constants.Z_SYNC_FLUSH });
  const before = process.memoryUsage().rss;
  for (let k = 0; k < 10; k++) {
    const raw = await rawWebSocket(t, port, { 'Sec-WebSocket-Extensions': 'permessage-deflate' });
    raw.socket.write(frame(text, bomb.subarray(0, -4), { reserved: 4 }));
    assert.equal((await raw.ended)?.code, 1009);
  }
  assert.ok(process.memoryUsage().rss - before < 150 * 1024 * 1024);
  await stillServes(t, port);
});

test('3,000 texts that are no message are each answered with an error, and the connection goes on', async (t) => {
  const { port } = await served(t);
  const raw = await rawWebSocket(t, port);
  const deep = `${'['.repeat(100_000)}`;
  const shapes = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify({ jsonrpc: '2.0', id: value, method: value, params: value })),
    fc.constantFrom('', 'null', '[]', '{}', deep, `${deep}${']'.repeat(100_000)}`, `[${hello}]`, `${hello}${hello}`),
    fc.constantFrom('{"jsonrpc":"1.0","id":1,"method":"ping"}', '{"jsonrpc":"2.0","id":null,"method":"ping"}'),
  );
  const texts = fc.sample(shapes, { numRuns: 10_000, seed: 5 });
  for (const one of texts) {
    if (!raw.socket.write(frame(text, one))) await once(raw.socket, 'drain');
  }
  raw.say({
    id: 'last',
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  });
  while (!raw.heard.some((answer) => JSON.parse(answer).id === 'last')) await once(raw.socket, 'data');
  const answers = raw.heard.map((answer) => JSON.parse(answer));
  assert.ok(answers.filter(({ error }) => [-32_700, -32_600].includes(error?.code)).length > 8_000);
  assert.equal(answers.at(-1).result.serverInfo.name, 'stratlab');
});

test('a message in parts, with a ping between them, is one message', async (t) => {
  const { port } = await served(t);
  const raw = await rawWebSocket(t, port);
  const [head, tail] = [hello.slice(0, 10), hello.slice(10)];
  raw.socket.write(
    Buffer.concat([frame(text, head, { fin: false }), frame(ping, 'are you there'), frame(continuation, tail)]),
  );
  await once(raw.socket, 'data');
  while (raw.heard.length === 0) await once(raw.socket, 'data');
  assert.equal(JSON.parse(raw.heard[0]).id, 1);
});

test('200 connections of random bytes, and 200 that end within a frame, leave the server as it was', async (t) => {
  const { port } = await served(t);
  const noise = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), { numRuns: 200, seed: 6 });
  for (const bytes of noise) {
    const raw = await rawWebSocket(t, port);
    raw.socket.end(bytes);
    await raw.ended;
    const cut = await rawWebSocket(t, port);
    cut.socket.end(frame(text, hello).subarray(0, 1 + (bytes.length % 20)));
    await cut.ended;
  }
  await stillServes(t, port);
});

test('a client that knows nothing of sessions is served: the WebSocket of browsers', async (t) => {
  const { port } = await served(t);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, 'mcp');
  t.after(() => socket.close());
  await once(socket, 'open');
  assert.equal(socket.protocol, 'mcp');
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }));
  const [{ data }] = await once(socket, 'message');
  assert.equal(JSON.parse(data).result.tools.length, 2);
});

test('an upgrade without the subprotocol, or to a session that is not there, is refused', async (t) => {
  const { port } = await served(t);
  const without = await rawWebSocket(t, port, { 'Sec-WebSocket-Protocol': 'chat' });
  assert.match(without.head, /^HTTP\/1\.1 400 /);
  const gone = await rawWebSocket(t, port, { 'Mcp-Session-Id': 'none', 'Mcp-Received': '3' });
  assert.match(gone.head, /^HTTP\/1\.1 410 /);
  const uncounted = await rawWebSocket(t, port, { 'Mcp-Session-Id': 'none' });
  assert.match(uncounted.head, /^HTTP\/1\.1 400 /);
});
