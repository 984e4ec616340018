import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { SealChoice } from '@stratlab/data/seal.ts';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { storeMarket } from '../lab-home.ts';
import { cli } from './client.ts';
import { homeFor, serveProcess, stratlab } from './http-process.ts';

export type Fields = Record<string, unknown>;

/** A lab that runs no job itself, and a client of it. */
export async function labWithoutWorkers(
  t: TestContext,
  settings: Record<string, string> = {},
  seal: SealChoice = { kind: 'none' },
) {
  const home = homeFor(t);
  const lab = openLab(readConfiguration({ STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' }), { work: false });
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 3000 }, seal);
  await lab.close();
  const tokenOf = async (name: string, scopes: string) => {
    const { out, code } = await stratlab(home, ['token', 'create', name, '--scopes', scopes]);
    assert.equal(code, 0, out);
    return /\bstratlab_\S+|\S{40,}/.exec(out)?.[0] ?? '';
  };
  const [agent, worker] = [await tokenOf('agent', 'lab:read,lab:run,lab:train'), await tokenOf('worker', 'lab:work')];
  const server = await serveProcess(t, home, [], { STRATLAB_WORKERS: '0', STRATLAB_LEASE_MS: '1000', ...settings });
  const client = new Client({ name: 'test', version: '1' });
  t.after(() => client.close());
  const requestInit = { headers: { Authorization: `Bearer ${agent}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit }));
  const call = async (name: string, given: Fields): Promise<Fields> => {
    const result = await client.callTool({ name, arguments: given });
    assert.ok(!result.isError, JSON.stringify(result.content));
    return { ...Object(result.structuredContent) };
  };
  const environment = { STRATLAB_LAB_URL: new URL(server.url).origin, STRATLAB_LAB_TOKEN: worker, ...settings };
  return { home, call, environment };
}

/** `stratlab worker` in a process of its own; what it logs is there to be awaited. */
export function startWorker(t: TestContext, home: string, environment: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [cli, 'worker', '--concurrency', '1'], {
    env: { PATH: process.env.PATH, STRATLAB_HOME: home, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}

export async function until(look: () => Promise<Fields>, done: (task: Fields) => boolean): Promise<Fields> {
  for (let k = 0; k < 600; k++) {
    const task = await look();
    if (done(task)) return task;
    await sleep(50);
  }
  throw new Error(`did not get there: ${JSON.stringify(await look())}`);
}
