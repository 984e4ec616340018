import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { followQueue, type TaskChange } from '@stratlab/lab/follow-queue.ts';
import { addJob, completeNext, idleLab } from '../recorded.ts';

const main = fileURLToPath(import.meta.resolve('@stratlab/cli/main.ts'));

async function first(changes: AsyncGenerator<TaskChange>, many: number): Promise<TaskChange[]> {
  const seen: TaskChange[] = [];
  while (seen.length < many) {
    const { value, done } = await changes.next();
    if (done) break;
    seen.push(value);
  }
  return seen;
}

test('changes are told as they come; a reader goes on after the last one it saw', async (t) => {
  const lab = idleLab(t);
  const before = addJob(lab);
  const over = new AbortController();
  const changes = followQueue(lab, over.signal);
  const next = first(changes, 2);
  const id = addJob(lab, 'backtest');
  completeNext(lab, {});
  const told = ({ task_id, kind, status }: TaskChange) => [task_id, kind, status];
  assert.deepEqual((await next).map(told), [
    [id, 'backtest', 'queued'],
    [before, 'train', 'running'],
  ]);
  const [{ sequence }] = await next;
  const again = await first(followQueue(lab, over.signal, sequence), 2);
  assert.deepEqual(again.map(told), [
    [before, 'train', 'running'],
    [before, 'train', 'completed'],
  ]);
  const rest = first(changes, 5);
  over.abort();
  assert.equal((await rest).length, 1, 'it ends with what there is');
});

test('stratlab queue follow prints a line for each change until it is interrupted', { timeout: 60_000 }, async (t) => {
  const lab = idleLab(t);
  const id = addJob(lab);
  const child = spawn(process.execPath, [main, 'queue', 'follow', '--after', '0'], {
    env: { ...process.env, STRATLAB_HOME: lab.configuration.home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => JSON.parse(String((await lines.next()).value));
  const { at, ...change } = await read();
  assert.deepEqual(change, { sequence: 1, task_id: id, kind: 'train', status: 'queued', attempt: 0 });
  assert.match(at, /^\d{4}-.*Z$/);
  completeNext(lab, {});
  assert.deepEqual([(await read()).status, (await read()).status], ['running', 'completed']);
  child.kill('SIGINT');
  assert.deepEqual(await ended, [0, null]);
});
