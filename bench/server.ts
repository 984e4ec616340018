import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Bench } from './bench.ts';

const starts = 9;
const calls = 300;
const warmUpCalls = 50;

/** The node process itself, without npm, in a home that exists already. */
export const server: Bench = {
  name: 'server',
  describes: 'start of the server process to its answer to initialize; one trivial call over stdio',
  async run() {
    const home = mkdtempSync(join(tmpdir(), 'stratlab-bench-'));
    try {
      await start(home).then(stop);
      const startMs: number[] = [];
      for (let k = 0; k < starts; k++) {
        const begun = performance.now();
        const running = await start(home);
        startMs.push(performance.now() - begun);
        await stop(running);
      }
      const callMs = await callTimes(home);
      return {
        measurements: [
          { name: 'start_to_initialize_ms', unit: 'ms', values: startMs },
          { name: 'trivial_call_ms', unit: 'ms', values: callMs },
        ],
      };
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};

interface Running {
  child: ChildProcess;
  ask(method: string, params: object): Promise<void>;
}

async function start(home: string): Promise<Running> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '../cli/main.ts'), 'serve'], {
    env: { ...process.env, STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiting = new Map<number, () => void>();
  createInterface({ input: child.stdout }).on('line', (line) => waiting.get(JSON.parse(line).id)?.());
  let id = 0;
  const ask = (method: string, params: object) =>
    new Promise<void>((answered) => {
      id += 1;
      waiting.set(id, answered);
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  await ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1' },
  });
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  return { child, ask };
}

function stop({ child }: Running): Promise<void> {
  return new Promise((gone) => {
    child.once('exit', () => gone());
    child.stdin?.end();
  });
}

async function callTimes(home: string): Promise<number[]> {
  const running = await start(home);
  const values: number[] = [];
  for (let k = 0; k < warmUpCalls + calls; k++) {
    const begun = performance.now();
    await running.ask('tools/call', { name: 'list_market_data', arguments: {} });
    if (k >= warmUpCalls) values.push(performance.now() - begun);
  }
  await stop(running);
  return values;
}
