import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Namespaces } from './namespaces.ts';
import { type Figures, figuresSchema, type Plan } from './plan.ts';

const batch = resolve(import.meta.dirname, 'batch.ts');

/** Runs a batch in namespaces of its own. Nothing is left of them, also after a failure, SIGINT or SIGTERM. */
export async function runBatch(plan: Plan, say: (line: string) => void): Promise<Figures> {
  const over = new AbortController();
  const interrupted = Promise.race(['SIGINT', 'SIGTERM'].map((name) => once(process, name, { signal: over.signal })));
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-network-'));
  const namespaces = new Namespaces(`stratlab-${process.pid}`);
  try {
    namespaces.make();
    const stopped = interrupted.then(() => Promise.reject(new Error('stopped by a signal')));
    return await Promise.race([figuresFrom(namespaces, folder, plan, say), stopped]);
  } finally {
    await namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
    over.abort();
  }
}

async function figuresFrom(namespaces: Namespaces, folder: string, plan: Plan, say: (line: string) => void) {
  const given = [namespaces.prefix, folder, JSON.stringify(plan)];
  const [command, ...rest] = namespaces.inside('lab', [process.execPath, batch, ...given]);
  const child = spawn(command, rest, {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface(child.stdout).on('line', say);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the batch ended with ${code}`);
  return figuresSchema.parse(JSON.parse(readFileSync(join(folder, 'figures.json'), 'utf8')));
}
