import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { researchOver } from '../end-to-end/package-session.ts';
import { hostSystem } from './host-system.ts';
import { bubblewrap, entryPoint, labCommand, type Place } from './sandbox.ts';
import { services } from './story.ts';

/**
 * Started in a network of its own (the stand-in for `research`), with a folder of `prepare` and the folder of the
 * installed package: starts Redis, the lab and a worker, each in its container, has a client research over HTTP, and
 * prints what came of it. The lab itself runs no job, so that the worker must have trained.
 */
const given = z.strictObject({
  system: z.array(z.string()),
  volumes: z.record(z.string(), z.string()),
  secrets: z.record(z.string(), z.string()),
});
const [folder, modules, symbol] = process.argv.slice(2);
const place: Place = {
  ...given.parse(JSON.parse(readFileSync(join(folder, 'place.json'), 'utf8'))),
  shareNetwork: true,
};
const hosts = join(folder, 'hosts');
writeFileSync(hosts, '127.0.0.1 localhost lab redis\n');
const named = ['--ro-bind', hosts, '/etc/hosts'];
const running: ChildProcess[] = [];

try {
  start('redis', { ...place, system: [...hostSystem(modules), ...named] }, services.redis.command ?? []);
  start('lab', place, [...entryPoint(), ...labCommand(), '--toolsets', 'all']);
  await healthy('http://127.0.0.1:3100/health');
  start('worker', place, [...entryPoint(), ...(services.worker.command ?? [])]);
  const outcome = await researchOver(clientTransport(), symbol);
  await assert.rejects(fetch('http://192.0.2.1/'), TypeError);
  process.stdout.write(JSON.stringify(outcome));
} finally {
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(
    running.map((child) => child.exitCode === null && child.signalCode === null && once(child, 'exit')),
  );
}

function start(name: string, where: Place, command: readonly string[]): void {
  const system = where.system.includes(hosts) ? where.system : [...where.system, ...named];
  const child = spawn('bwrap', bubblewrap(services[name], { ...where, system }, command), {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running.push(child);
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
