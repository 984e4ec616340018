import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { crossDocument, networkDocument } from '../documents.ts';
import { eras } from '../http.ts';
import { rawWebSocket } from '../raw-websocket.ts';
import { clientAt, wireTo } from '../websocket.ts';
import { cli } from './client.ts';
import { homeFor, stratlab } from './http-process.ts';

const patience = { firstMs: 50, mostMs: 200, allMs: 60_000 };

/** `stratlab serve --ws` in a process of its own. */
async function serveWebSocket(t: TestContext, home: string, flags: string[] = ['--port', '0']) {
  const child = spawn(process.execPath, [cli, 'serve', '--ws', '--toolsets', 'all', ...flags], {
    env: { PATH: process.env.PATH, STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'error', STRATLAB_LEASE_MS: '1500' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(async () => {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
  });
  for await (const line of createInterface(child.stdout)) {
    const url = /^WebSocket: (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return { child, port: Number(new URL(url).port) };
  }
  throw new Error('The server ended before it listened.');
}

type Client = Awaited<ReturnType<typeof clientAt>>;

async function call(
  client: Client,
  name: string,
  given: Record<string, unknown>,
  onprogress?: (percent: number) => void,
) {
  const options = onprogress && { onprogress: ({ progress }: { progress: number }) => onprogress(progress) };
  const result = await client.callTool({ name, arguments: given }, options);
  assert.notEqual(result.isError, true, `${name}: ${JSON.stringify(result.content)}`);
  return Object(result.structuredContent);
}

const bars = { symbol: 'SYN-REGIME-3', timeframe: '1d', mode: 'full', provider: 'synthetic' };

/** One that lasts for seconds. */
async function startTraining(client: Client): Promise<string> {
  await call(client, 'load_market_data', bars);
  const document = networkDocument([bars.symbol]);
  const training = { ...Object(document.training), epochs: 5_000 };
  await call(client, 'create_strategy', { name: 'net', config: { ...document, training } });
  return String((await call(client, 'train_model', { strategy_name: 'net' })).task_id);
}

test('clients of both eras do a piece of research over WebSockets at once', async (t) => {
  const { port } = await serveWebSocket(t, homeFor(t));
  const research = eras.map(async ([, mode], k) => {
    const client = await clientAt(t, port, mode);
    const symbol = `SYN-REGIME-${k + 3}`;
    await call(client, 'load_market_data', { ...bars, symbol });
    await call(client, 'create_strategy', { name: `cross_${k}`, config: crossDocument(symbol) });
    const { backtest_id } = await call(client, 'run_backtest', { strategy_name: `cross_${k}` });
    const { contents } = await client.readResource({ uri: `lab://backtests/${backtest_id}/trades.csv` });
    return JSON.stringify(contents);
  });
  for (const trades of await Promise.all(research)) assert.match(trades, /direction,entry_time/);
});

for (const [era, mode] of eras) {
  test(`a client of ${era} waits for a training although its connection breaks`, async (t) => {
    const { port } = await serveWebSocket(t, homeFor(t));
    const wire = await wireTo(t, port);
    const client = await clientAt(t, wire.port, mode, { patience });
    const task_id = await startTraining(client);
    const told: number[] = [];
    let task = { status: 'queued' };
    while (task.status === 'queued' || task.status === 'running') {
      task = await call(client, 'get_task_status', { task_id, wait_ms: 20_000 }, (percent) => {
        told.push(percent);
        if (told.length <= 3) wire.cut();
        if (told.length === 5) call(client, 'cancel_task', { task_id }).catch(assert.ifError);
      });
    }
    assert.equal(task.status, 'cancelled');
    assert.ok(told.length >= 5);
    assert.deepEqual(
      told,
      told.toSorted((a, b) => a - b),
    );
  });

  test(`a client of ${era} outlives its server: the call fails, the task is found`, async (t) => {
    const home = homeFor(t);
    const first = await serveWebSocket(t, home);
    const client = await clientAt(t, first.port, mode, { patience });
    const task_id = await startTraining(client);
    const began = Promise.withResolvers<void>();
    const wait = call(client, 'get_task_status', { task_id, wait_ms: 20_000 }, () => began.resolve());
    const failure = assert.rejects(wait, /lost the session/);
    await began.promise;
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await serveWebSocket(t, home, ['--port', String(first.port)]);
    await failure;
    const { status } = await call(client, 'get_task_status', { task_id });
    assert.ok(['queued', 'running', 'completed'].includes(status), status);
    await client.callTool({ name: 'cancel_task', arguments: { task_id } });
  });
}

test('a page of another origin, a host of another name and a client without a token are turned away', async (t) => {
  const home = homeFor(t);
  const token = (await stratlab(home, ['token', 'create', 'agent', '--scopes', 'lab:read'])).out.trim();
  const { port } = await serveWebSocket(t, home);
  const head = async (headers: Record<string, string>) => (await rawWebSocket(t, port, headers)).head;
  const Authorization = `Bearer ${token}`;
  assert.match(await head({}), /^HTTP\/1\.1 401 .*WWW-Authenticate: Bearer/s);
  assert.match(await head({ Authorization: 'Bearer wrong' }), /^HTTP\/1\.1 401 /);
  assert.match(await head({ Authorization, Origin: 'https://evil.example' }), /^HTTP\/1\.1 403 /);
  assert.match(await head({ Authorization, Host: 'evil.example' }), /^HTTP\/1\.1 403 /);
  assert.match(await head({ Authorization, Origin: `http://127.0.0.1:${port}` }), /^HTTP\/1\.1 101 /);
  const client = await clientAt(t, port, 'legacy', { headers: () => ({ Authorization }) });
  const { tools } = await client.listTools();
  assert.ok(tools.length > 5 && tools.every(({ annotations }) => annotations?.readOnlyHint === true));
  await assert.rejects(clientAt(t, port, 'legacy'), /refused the WebSocket with 401/);
});

test('SIGTERM lets the call in flight be answered and ends the process', async (t) => {
  const { child, port } = await serveWebSocket(t, homeFor(t));
  const client = await clientAt(t, port, 'legacy', { patience: { ...patience, allMs: 200 } });
  const task_id = await startTraining(client);
  const began = Promise.withResolvers<void>();
  const wait = call(client, 'get_task_status', { task_id, wait_ms: 2_000 }, () => began.resolve());
  await began.promise;
  child.kill('SIGTERM');
  assert.equal((await wait).task_id, task_id);
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});
