import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { researchOver } from '../end-to-end/package-session.ts';
import { hostSystem } from './host-system.ts';
import { profileSchema } from './profile-file.ts';
import { bubblewrap, entryPoint, labCommand, type Place } from './sandbox.ts';
import { services } from './story.ts';
import { trainOnGpuWorker } from './training.ts';

/**
 * Started in a network of its own (the stand-in for `research`), with a folder of `prepare` that holds profile.json, and
 * the folder of the installed package: starts Redis, the lab and a worker, each in its container, has a client research
 * or train over HTTP, and prints what came of it. The lab itself runs no job, so that the worker must have trained.
 */
const [folder, modules] = process.argv.slice(2);
const { lab, worker, gpuEngine } = profileSchema.parse(JSON.parse(readFileSync(join(folder, 'profile.json'), 'utf8')));
const workerName = gpuEngine === undefined ? 'worker' : 'gpu-worker';
const hosts = join(folder, 'hosts');
writeFileSync(hosts, '127.0.0.1 localhost lab redis\n');
const running: ChildProcess[] = [];

try {
  start('redis', { ...lab, system: hostSystem(modules) }, services.redis.command ?? []);
  start('lab', lab, [...entryPoint(), ...labCommand(), '--toolsets', 'all']);
  await healthy('http://127.0.0.1:3100/health');
  start(workerName, worker, [...entryPoint(), ...(services[workerName].command ?? [])]);
  const transport = clientTransport();
  const outcome = await (gpuEngine === undefined
    ? researchOver(transport, 'BTCUSD')
    : trainOnGpuWorker(transport, gpuEngine));
  await assert.rejects(fetch('http://192.0.2.1/'), TypeError);
  process.stdout.write(JSON.stringify(outcome));
} finally {
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(
    running.map((child) => child.exitCode === null && child.signalCode === null && once(child, 'exit')),
  );
}

function start(name: string, place: Place, command: readonly string[]): void {
  const system = [...place.system, '--ro-bind', hosts, '/etc/hosts'];
  const args = bubblewrap(services[name], { ...place, system, shareNetwork: true }, command);
  running.push(spawn('bwrap', args, { stdio: ['ignore', 'ignore', 'inherit'] }));
}

async function healthy(url: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; ) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > deadline) throw new Error(`${url} answers ${answer?.status ?? 'nothing'}`);
    await sleep(200);
  }
}

function clientTransport(): StreamableHTTPClientTransport {
  const token = readFileSync(join(folder, 'my_token'), 'utf8');
  return new StreamableHTTPClientTransport(new URL('http://127.0.0.1:3100/mcp'), {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
  });
}
