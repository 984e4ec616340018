import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const entry = resolve(import.meta.dirname, 'protocol-server.ts');

function homeFor(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

async function clientOf(t: TestContext, mode: 'legacy' | { pin: string }): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const env = { STRATLAB_HOME: homeFor(t), STRATLAB_LOG_LEVEL: 'silent' };
  t.after(() => client.close());
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [entry], env, stderr: 'ignore' }));
  return client;
}

function serverFor(t: TestContext): ChildProcessWithoutNullStreams {
  const env = { ...process.env, STRATLAB_HOME: homeFor(t), STRATLAB_LOG_LEVEL: 'info' };
  const server = spawn(process.execPath, [entry], { env });
  t.after(() => server.kill('SIGKILL'));
  return server;
}

const say = (server: ChildProcessWithoutNullStreams, ...messages: object[]) => {
  for (const message of messages) server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
};
const hello = [
  {
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  },
  { method: 'notifications/initialized' },
];
const call = (id: number, name: string, given: object = {}) => ({
  id,
  method: 'tools/call',
  params: { name, arguments: given },
});

for (const [era, mode] of [
  ['2025-11-25', 'legacy'],
  ['2026-07-28', { pin: '2026-07-28' }],
] as const) {
  test(`a client of ${era} lists, calls, reads, prompts and is told of failures`, async (t) => {
    const client = await clientOf(t, mode);
    assert.equal(client.getServerVersion()?.name, 'stratlab');
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 'greet'));
    const answer = await client.callTool({ name: 'greet', arguments: { name: 'Ada' } });
    assert.equal(Object(answer.structuredContent).summary, 'Greeted Ada.');
    const failure = await client.callTool({ name: 'greet', arguments: { name: 7 } });
    assert.equal(failure.isError, true);
    assert.equal(failure.structuredContent, undefined);
    await assert.rejects(client.callTool({ name: 'nothing' }), /Unknown tool/);
    assert.equal((await client.listPrompts()).prompts.length, 4);
    assert.equal((await client.listResources()).resources[0]?.uri, 'lab://guide');
    const told: unknown[] = [];
    await client.callTool(
      { name: 'dawdle', arguments: { ms: 5 } },
      { onprogress: ({ message }) => void told.push(message) },
    );
    assert.deepEqual(told, ['began', 'half way']);
  });
}

test('nothing but frames reaches stdout, whatever a dependency prints', async (t) => {
  const server = serverFor(t);
  const errors = text(server.stderr);
  say(server, ...hello, call(2, 'chatter'), call(3, 'fail'));
  server.stdin.end();
  const lines = (await text(server.stdout)).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).id),
    [1, 2, 3],
  );
  assert.match(await errors, /a dependency prints/);
  assert.match(await errors, /a dependency writes/);
});

test('a fault is logged with its stack, as a line of JSON on stderr', async (t) => {
  const server = serverFor(t);
  server.stdout.resume();
  say(server, ...hello, call(2, 'fail'));
  server.stdin.end();
  const lines = (await text(server.stderr)).trimEnd().split('\n');
  const fault = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'a tool failed');
  assert.equal(fault.tool, 'fail');
  assert.match(fault.err.stack, /TypeError: x is not a function.*fixture-tools\.ts/s);
});

test('what was asked before stdin ended is answered, then the process ends', async (t) => {
  const server = serverFor(t);
  server.stderr.resume();
  say(server, ...hello, call(2, 'dawdle', { ms: 300 }));
  server.stdin.end();
  const out = await text(server.stdout);
  assert.match(out, /Took 300 ms/);
  assert.equal(server.exitCode ?? (await once(server, 'exit'))[0], 0);
});

test('SIGTERM ends the process in order', async (t) => {
  const server = serverFor(t);
  server.stderr.resume();
  say(server, ...hello);
  await once(server.stdout, 'data');
  server.kill('SIGTERM');
  assert.deepEqual(await once(server, 'exit'), [0, null]);
});

test('a line that is no message is passed over', async (t) => {
  const server = serverFor(t);
  server.stderr.resume();
  server.stdin.write('not json\n{"jsonrpc":"2.0"}\n');
  say(server, ...hello, call(2, 'greet', { name: 'Ada' }));
  server.stdin.end();
  assert.match(await text(server.stdout), /Greeted Ada/);
});

test('a call of ten megabytes is refused and the server goes on', async (t) => {
  const server = serverFor(t);
  server.stderr.resume();
  say(server, ...hello, call(2, 'greet', { name: 'x'.repeat(11_000_000) }), call(3, 'greet', { name: 'Ada' }));
  server.stdin.end();
  const out = await text(server.stdout);
  assert.match(out, /limit_exceeded/);
  assert.match(out, /Greeted Ada/);
});
