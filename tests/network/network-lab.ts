import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { networkDocument } from '../documents.ts';
import { cli } from '../end-to-end/client.ts';
import { stratlab } from '../end-to-end/http-process.ts';
import { RedisServer } from '../faults/redis-server.ts';
import { storeMarket } from '../lab-home.ts';
import { addresses, type Namespaces, type Side } from './namespaces.ts';

const symbol = 'AAA';
export const strategyName = 'net';
const port = 3100;
const origin = `http://${addresses.lab}:${port}`;

type Fields = Record<string, unknown>;

/** A lab that runs no job itself, Redis beside it, and a worker behind each cable; their home is a folder that all see. */
export class NetworkLab {
  readonly home: string;
  readonly #folder: string;
  readonly #redis: RedisServer;
  readonly #running = new Map<string, ChildProcess>();
  readonly #client = new Client({ name: 'test', version: '1' });

  private constructor(folder: string, redis: RedisServer) {
    this.#folder = folder;
    this.home = join(folder, 'home');
    this.#redis = redis;
  }

  /** To be called in the lab's namespace. */
  static async start(namespaces: Namespaces, folder: string, leaseMs: number): Promise<NetworkLab> {
    const everywhere = ['--bind', '127.0.0.1', addresses.lab, '--protected-mode', 'no'];
    const lab = new NetworkLab(folder, await RedisServer.start(everywhere));
    await lab.#stock();
    const token = { agent: await lab.#token('lab:read,lab:run,lab:train'), worker: await lab.#token('lab:work') };
    const shared = { STRATLAB_REDIS_URL: lab.#redis.url.replace('127.0.0.1', addresses.lab) };
    lab.#run('lab', ['serve', '--http', '--toolsets', 'all'], {
      ...shared,
      STRATLAB_HTTP_HOST: addresses.lab,
      STRATLAB_HTTP_PORT: String(port),
      STRATLAB_ALLOWED_HOSTS: addresses.lab,
      STRATLAB_WORKERS: '0',
      STRATLAB_LEASE_MS: String(leaseMs),
    });
    await lab.#connect(token.agent);
    const work = { ...shared, STRATLAB_LAB_URL: origin, STRATLAB_LAB_TOKEN: token.worker };
    for (const side of ['left', 'right'] as const) {
      lab.#run(side, ['worker', '--concurrency', '1'], work, (command) => namespaces.inside(side, command));
    }
    return lab;
  }

  async call(tool: string, given: Fields = {}): Promise<Fields> {
    const result = await this.#client.callTool({ name: tool, arguments: given });
    if (result.isError) throw new Error(`${tool}: ${JSON.stringify(result.content)}`);
    return { ...Object(result.structuredContent) };
  }

  pidOf(side: Side): number | undefined {
    return this.#running.get(side)?.pid;
  }

  /** Lines that one of the processes logged, from warnings on. */
  logged(name: Side | 'lab'): { level: number; msg: string; details?: unknown }[] {
    const lines = readFileSync(this.#logFile(name), 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => (line.startsWith('{') ? JSON.parse(line) : { level: 50, msg: line }));
  }

  /** Ends all in good order, the workers first; gives the exit codes that are not 0. */
  async stop(): Promise<string[]> {
    const faults = [];
    await this.#client.close();
    for (const [name, child] of [...this.#running].reverse()) {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      if (child.exitCode !== 0) faults.push(`${name} ended with ${child.exitCode ?? child.signalCode}`);
    }
    await this.#redis.remove();
    return faults;
  }

  async #stock(): Promise<void> {
    mkdirSync(this.home);
    const lab = openLab(readConfiguration({ STRATLAB_HOME: this.home, STRATLAB_LOG_LEVEL: 'silent' }), { work: false });
    storeMarket(lab, symbol, 'fuzzy_rsi', { bars: 3000 }, { kind: 'none' });
    await lab.close();
  }

  async #token(scopes: string): Promise<string> {
    const { out, err } = await stratlab(this.home, [
      'token',
      'create',
      scopes.replaceAll(/\W/g, '-'),
      '--scopes',
      scopes,
    ]);
    const token = /\bstratlab_\S+|\S{40,}/.exec(out)?.[0];
    if (token === undefined) throw new Error(`no token: ${out}${err}`);
    return token;
  }

  async #connect(token: string): Promise<void> {
    for (const deadline = Date.now() + 60_000; ; await sleep(100)) {
      const answer = await fetch(`${origin}/health`).catch(() => null);
      if (answer !== null) break;
      if (Date.now() > deadline) throw new Error('the lab does not answer');
    }
    const requestInit = { headers: { Authorization: `Bearer ${token}` } };
    await this.#client.connect(new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), { requestInit }));
    await this.call('create_strategy', { name: strategyName, config: networkDocument([symbol]) });
  }

  #run(
    name: Side | 'lab',
    args: readonly string[],
    environment: Record<string, string>,
    inside: (command: readonly string[]) => readonly string[] = (command) => command,
  ): void {
    const [command, ...rest] = inside([process.execPath, cli, ...args]);
    const child = spawn(command, rest, {
      env: { PATH: process.env.PATH, STRATLAB_HOME: this.home, STRATLAB_LOG_LEVEL: 'warn', ...environment },
      stdio: ['ignore', 'ignore', openSync(this.#logFile(name), 'a')],
    });
    this.#running.set(name, child);
  }

  #logFile(name: string): string {
    return join(this.#folder, `${name}.log`);
  }
}
