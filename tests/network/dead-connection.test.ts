import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { networkDocument } from '../documents.ts';
import { cli } from '../end-to-end/client.ts';
import { homeFor, serveProcess } from '../end-to-end/http-process.ts';
import { storeMarket } from '../lab-home.ts';

/** A way to a port whose open connections can die without a word, while new ones are made. */
async function wayTo(t: TestContext, port: number) {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return {
    url: `http://127.0.0.1:${address.port}`,
    deaden() {
      for (const socket of open) socket.unpipe().pause();
    },
  };
}

test('connections to the lab that die without a word cost a running job no attempt', async (t) => {
  const home = homeFor(t);
  const lab = openLab(readConfiguration({ STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' }), { work: false });
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 3000 }, { kind: 'none' });
  await lab.close();
  const { url } = await serveProcess(t, home, [], { STRATLAB_WORKERS: '0', STRATLAB_LEASE_MS: '6000' });
  const way = await wayTo(t, Number(new URL(url).port));
  const worker = spawn(process.execPath, [cli, 'worker', '--concurrency', '1'], {
    env: { PATH: process.env.PATH, STRATLAB_HOME: home, STRATLAB_LAB_URL: way.url, STRATLAB_LOG_LEVEL: 'silent' },
    stdio: 'ignore',
  });
  t.after(async () => {
    worker.kill('SIGKILL');
    if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
  });
  const client = new Client({ name: 'test', version: '1' });
  t.after(() => client.close());
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const call = async (name: string, given: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const result = await client.callTool({ name, arguments: given });
    assert.ok(!result.isError, JSON.stringify(result.content));
    return { ...Object(result.structuredContent) };
  };
  await call('create_strategy', { name: 'net', config: networkDocument(['AAA']) });
  const { task_id } = await call('train_model', { strategy_name: 'net', epochs: 60_000 });
  const status = () => call('get_task_status', { task_id });
  while (Number((await status()).progress) < 10) await sleep(50);
  way.deaden();
  let task = await status();
  for (; task.status === 'queued' || task.status === 'running'; task = await status()) await sleep(100);
  assert.deepEqual([task.status, task.attempt], ['completed', 1]);
});
