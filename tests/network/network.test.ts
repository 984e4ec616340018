import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { withoutRedis } from '../faults/redis-server.ts';
import { Namespaces, pidsIn } from './namespaces.ts';
import { short } from './plan.ts';
import { runBatch } from './run-batch.ts';
import { withoutNamespaces } from './without-namespaces.ts';

const skip = withoutNamespaces || withoutRedis;

test('of two workers over a network one is cut off for a while: every training is done, once, and it works on', {
  skip,
}, async (t) => {
  const { faults, ...figures } = await runBatch(short, (line) => t.diagnostic(line));
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(faults, []);
});

test('interrupted in the middle, it leaves no process, namespace or file behind', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const child = spawn(process.execPath, [resolve(import.meta.dirname, 'run.ts'), '--short'], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const namespaces = new Namespaces(`stratlab-${child.pid}`);
  t.after(() => namespaces.remove());
  for await (const line of createInterface(child.stdout)) if (line.includes('some are done')) break;
  const pids = namespaces.existing().flatMap(pidsIn);
  assert.ok(pids.length > 5, `only ${pids.length} processes`);
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  assert.notEqual(code, 0);
  assert.deepEqual(namespaces.existing(), []);
  assert.deepEqual(pids.filter(isRunning), []);
  assert.deepEqual(readdirSync(folder), []);
});

/** One that has ended and that nobody has asked about has no program. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}/exe`);
}
