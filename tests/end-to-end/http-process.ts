import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { cli } from './client.ts';

const fixture = resolve(import.meta.dirname, 'http-fixture.ts');

export function homeFor(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

function environment(home: string, more: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'warn', STRATLAB_HTTP_PORT: '0', ...more };
}

/** `stratlab serve --http` in a process of its own, on a free port. */
export async function serveProcess(
  t: TestContext,
  home: string,
  flags: string[] = [],
  more: Record<string, string> = {},
) {
  const child = spawn(process.execPath, [cli, 'serve', '--http', '--toolsets', 'all', ...flags], {
    env: environment(home, more),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  ending(t, child);
  for await (const line of createInterface(child.stdout)) {
    const url = /^Streamable HTTP: (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error('The server ended before it listened.');
}

/** The tools of the tests over HTTP in a process of its own, which can be asked for its memory. */
export async function fixtureProcess(t: TestContext, more: Record<string, string> = {}) {
  const child = fork(fixture, { env: environment(homeFor(t), more), execArgv: ['--expose-gc'] });
  ending(t, child);
  const [{ url }] = await once(child, 'message');
  return {
    child,
    url: String(url),
    /** Bytes held after a collection. */
    async bytes(): Promise<number> {
      child.send('bytes');
      const [{ bytes }] = await once(child, 'message');
      return Number(bytes);
    },
  };
}

/** Runs a command to its end. */
export async function stratlab(home: string, args: string[], more: Record<string, string> = {}) {
  const child = spawn(process.execPath, [cli, ...args], { env: environment(home, more) });
  const printed = { out: '', err: '' };
  for (const name of ['out', 'err'] as const) {
    child[`std${name}`].on('data', (chunk) => {
      printed[name] += chunk;
    });
  }
  const [code] = await once(child, 'close');
  return { code, ...printed };
}

function ending(t: TestContext, child: ChildProcess): void {
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
}
