import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { callOf, listening, networkLab, post } from '../http.ts';

const method = fc.constantFrom(
  'initialize',
  'tools/call',
  'tools/list',
  'resources/read',
  'ping',
  'tasks/get',
  'nothing',
  '',
);
const loose = fc.record(
  {
    jsonrpc: fc.oneof(fc.constant('2.0'), fc.jsonValue()),
    id: fc.oneof(fc.integer(), fc.string(), fc.jsonValue()),
    method: fc.oneof(method, fc.jsonValue()),
    params: fc.oneof(
      fc.jsonValue(),
      fc.record({ name: fc.constantFrom('greet', 'dawdle', 'x'), arguments: fc.jsonValue(), _meta: fc.jsonValue() }),
    ),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.string(),
  fc.json(),
  loose.map((message) => JSON.stringify(message)),
  fc.array(loose, { maxLength: 5 }).map((batch) => JSON.stringify(batch)),
  loose.map((message) => JSON.stringify(message).slice(0, -1)),
);
const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.,;=/* "'), maxLength: 30 });
const headers = fc.record(
  {
    Accept: fc.constantFrom('application/json, text/event-stream', '*/*', 'text/html'),
    'Mcp-Session-Id': word,
    'Mcp-Protocol-Version': fc.oneof(fc.constantFrom('2025-11-25', '2026-07-28', '2024-11-05'), word),
    'Mcp-Method': method,
    'Last-Event-ID': word,
    'Content-Type': fc.constantFrom('application/json', 'application/json; charset=utf-16', 'text/plain'),
  },
  { requiredKeys: [] },
);

test('three thousand malformed requests are each answered for what they are, and the server goes on', async (t) => {
  const url = await listening(t, networkLab(t, { messageRate: 100_000 }));
  const requests = fc.array(fc.tuple(body, headers), { minLength: 20, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(requests, async (many) => {
      await Promise.all(
        many.map(async ([text, given]) => {
          const answer = await post(url, text, given);
          const said = await answer.text();
          assert.ok(answer.status < 500, `${answer.status} to ${text} with ${JSON.stringify(given)}: ${said}`);
          assert.doesNotMatch(said, /node:internal|\.ts:\d|\.mjs:\d/);
        }),
      );
    }),
    { numRuns: 150 },
  );
  assert.match(await (await post(url, callOf('greet', { name: 'Ada' }))).text(), /Greeted Ada/);
});

test('what is nested too deeply, or no UTF-8, is refused and the server goes on', async (t) => {
  const url = await listening(t, networkLab(t));
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const modern = { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'greet' };
  for (const text of [
    deep,
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"greet","arguments":{"name":${deep}}}}`,
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${deep}}`,
    `{"jsonrpc":"2.0","id":${deep},"method":"ping"}`,
  ]) {
    for (const given of [{}, modern]) {
      const answer = await post(url, text, given);
      const said = await answer.text();
      assert.ok(answer.status < 500, `${answer.status}: ${said.slice(0, 200)}`);
      assert.match(said, /error|limit_exceeded/);
    }
  }
  const bytes = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
  const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: bytes });
  assert.ok(answer.status >= 400 && answer.status < 500);
  assert.match(await (await post(url, callOf('greet', { name: 'Ada' }))).text(), /Greeted Ada/);
});
