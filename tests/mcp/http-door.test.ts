import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { bearer, callOf, clientAt, eras, listening, networkLab, post, tokenFor } from '../http.ts';

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

/** Status of a message sent with headers that `fetch` would set itself. */
async function statusWith(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const accept = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
  const sent = request(url, { method: 'POST', headers: { ...accept, ...headers } }, (response) => {
    response.resume();
    resolve(response.statusCode);
  });
  sent.on('error', reject).end(JSON.stringify(ping));
  return promise;
}

test('a page elsewhere that was led here by a changed DNS entry is turned away', async (t) => {
  const url = await listening(t, networkLab(t));
  const { port } = new URL(url);
  for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '127.0.0.1.nip.io', '@@'])
    assert.equal(await statusWith(url, { Host: host }), 403, host);
  for (const host of ['localhost', `LOCALHOST:${port}`, '127.0.0.1', '[::1]'])
    assert.equal(await statusWith(url, { Host: host }), 200, host);
  for (const Origin of ['https://evil.example', 'null', 'file://', `http://evil.example:${port}`])
    assert.equal(await statusWith(url, { Origin }), 403, Origin);
  assert.equal(await statusWith(url, { Origin: `http://localhost:${port}` }), 200);
});

test('names that the settings allow are answered, on every address too', async (t) => {
  const settings = { allowedHosts: ['lab'], allowedOrigins: ['desk.example'], publicUrl: 'https://lab.example/' };
  const lab = networkLab(t, { ...settings, httpHost: '0.0.0.0' });
  const token = bearer(tokenFor(lab, 'agent', 'lab:read'));
  const url = (await listening(t, lab)).replace('0.0.0.0', '127.0.0.1');
  for (const [Host, status] of [
    ['lab:3100', 200],
    ['lab.example', 200],
    ['0.0.0.0', 403],
    ['192.0.2.1', 403],
  ] as const)
    assert.equal(await statusWith(url, { ...token, Host }), status, Host);
  assert.equal(await statusWith(url, { ...token, Origin: 'https://desk.example' }), 200);
});

test('a browser is told to let pages of an allowed origin in, and no others', async (t) => {
  const url = await listening(t, networkLab(t, { allowedOrigins: ['desk.example'] }));
  const headers = { Origin: 'https://desk.example', 'Access-Control-Request-Headers': 'authorization' };
  const preflight = await fetch(url, { method: 'OPTIONS', headers });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://desk.example');
  assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization');
  const local = await fetch(url, { method: 'OPTIONS', headers: { Origin: 'http://localhost:8080' } });
  assert.equal(local.headers.get('access-control-allow-origin'), null);
});

test('what is not there, or not so, is said to be', async (t) => {
  const url = await listening(t, networkLab(t));
  const elsewhere = await fetch(url.replace('/mcp', '/nothing'));
  assert.equal(elsewhere.status, 404);
  assert.match(await elsewhere.text(), /There is \/mcp/);
  const put = await fetch(url, { method: 'PUT', body: '{}' });
  assert.deepEqual([put.status, put.headers.get('allow')], [405, 'POST, GET, DELETE']);
  assert.equal((await post(url, ping, { 'Content-Type': 'text/plain' })).status, 415);
  assert.equal((await post(url, '{"jsonrpc"')).status, 400);
});

test('a client that offers HTTP/2 with its request is answered all the same', async (t) => {
  const url = await listening(t, networkLab(t));
  assert.equal(
    await statusWith(url, { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': '' }),
    200,
  );
  assert.equal(await statusWith(url, { Connection: 'Upgrade', Upgrade: 'websocket' }), 404);
});

test('a request keeps the id that it came with, and otherwise gets one', async (t) => {
  const url = await listening(t, networkLab(t));
  const given = await post(url, ping, { 'X-Request-Id': 'desk-7' });
  assert.equal(given.headers.get('x-request-id'), 'desk-7');
  for (const id of ['a b', 'x'.repeat(200)]) {
    const made = (await post(url, ping, { 'X-Request-Id': id })).headers.get('x-request-id');
    assert.match(made ?? '', /^[0-9a-f-]{36}$/);
  }
});

test('a fault of the lab is answered without its stack', async (t) => {
  const url = await listening(t, networkLab(t), [
    {
      routes: [
        {
          method: 'GET',
          path: '/broken',
          access: 'public',
          handle() {
            throw new TypeError('x is not a function');
          },
        },
      ],
    },
  ]);
  const answer = await fetch(url.replace('/mcp', '/broken'));
  const text = await answer.text();
  assert.equal(answer.status, 500);
  assert.doesNotMatch(text, /TypeError|x is not|\.ts/);
});

for (const [era, mode] of eras) {
  test(`a client of ${era} lists, calls, reads, prompts and hears how far a call is`, async (t) => {
    const lab = networkLab(t);
    const client = await clientAt(t, await listening(t, lab), mode);
    assert.ok((await client.listTools()).tools.some(({ name }) => name === 'greet'));
    const answer = await client.callTool({ name: 'greet', arguments: { name: 'Ada' } });
    assert.equal(Object(answer.structuredContent).summary, 'Greeted Ada.');
    assert.equal((await client.callTool({ name: 'refuse' })).isError, true);
    await assert.rejects(client.callTool({ name: 'nothing' }), /Unknown tool/);
    assert.equal((await client.listPrompts()).prompts.length, 4);
    assert.match(JSON.stringify(await client.readResource({ uri: 'lab://guide' })), /Stratlab in one page/);
    const told: unknown[] = [];
    const onprogress = ({ message }: { message?: string | undefined }) => void told.push(message);
    await client.callTool({ name: 'dawdle', arguments: { ms: 20 } }, { onprogress });
    assert.deepEqual(told, ['began', 'half way']);
    const calls = lab.database.sqlite.prepare('SELECT DISTINCT principal FROM calls').all();
    assert.deepEqual(calls, [{ principal: 'owner' }]);
  });
}

test('a script needs no handshake', async (t) => {
  const url = await listening(t, networkLab(t));
  assert.match(await (await post(url, callOf('greet', { name: 'Ada' }))).text(), /Greeted Ada/);
  const batch = await post(url, [callOf('greet', { name: 'Ada' }), { ...ping, id: 2 }]);
  assert.match(await batch.text(), /Greeted Ada/);
});
