import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';

/** False where there is a redis-server, else how to get one. */
export const withoutRedis: false | string = (() => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs redis-server: apt-get install redis-server';
  }
})();

/** A real Redis on a free port of this machine, with settings that lose nothing. */
export class RedisServer {
  readonly url: string;
  readonly #port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'stratlab-redis-'));
  readonly #settings: readonly string[];
  #process: ChildProcess | null = null;

  private constructor(port: number, settings: readonly string[]) {
    this.#port = port;
    this.url = `redis://127.0.0.1:${port}`;
    this.#settings = settings;
  }

  static async start(settings: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), settings);
    await server.up();
    return server;
  }

  async up(): Promise<void> {
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'];
    const place = ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''];
    this.#process = spawn('redis-server', [...place, ...durable, ...this.#settings], { stdio: 'ignore' });
    for (let tries = 0; tries < 200; tries++) {
      if (this.#ping()) return;
      await sleep(25);
    }
    throw new Error('redis-server does not answer');
  }

  /** Kills it, as a power cut would. */
  async down(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (running === null) return;
    running.kill('SIGKILL');
    if (running.exitCode === null && running.signalCode === null) await once(running, 'exit');
  }

  /** Loses all that it held. */
  wipe(): void {
    execFileSync('redis-cli', ['-p', String(this.#port), 'flushall'], { stdio: 'ignore' });
  }

  async remove(): Promise<void> {
    await this.down();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #ping(): boolean {
    try {
      return (
        execFileSync('redis-cli', ['-p', String(this.#port), 'ping'], { stdio: 'pipe' })
          .toString()
          .trim() === 'PONG'
      );
    } catch {
      return false;
    }
  }
}
