import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';

const packages = ['moto[s3]==5.2.5', 'flask==3.1.3', 'flask-cors==6.0.5'];
const installWithinMs = 120_000;

/** S3-compatible storage (moto) on a free port of this machine, which keeps everything in memory. */
export class S3Server {
  readonly url: string;
  /** What clients of it are told by their environment. */
  readonly environment: Record<string, string>;
  readonly #folder: string | null;
  readonly #process: ChildProcess;

  private constructor(port: number, python: string, folder: string | null) {
    this.url = `http://127.0.0.1:${port}`;
    this.environment = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      STRATLAB_S3_ENDPOINT: this.url,
    };
    this.#folder = folder;
    this.#process = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  }

  /** Uses the moto that Python has, or installs one for itself; where neither works, why tests that need it are skipped. */
  static async start(): Promise<S3Server | string> {
    if (succeeds('python3', ['-c', 'import moto.server, moto.s3'])) return S3Server.#up('python3', null);
    const folder = mkdtempSync(join(tmpdir(), 'stratlab-moto-'));
    const python = join(folder, 'bin', 'python');
    const install = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...packages];
    if (succeeds('python3', ['-m', 'venv', folder]) && succeeds(python, install)) return S3Server.#up(python, folder);
    rmSync(folder, { recursive: true, force: true });
    return `needs moto, an S3 server: python3 -m pip install ${packages.join(' ')}`;
  }

  static async #up(python: string, folder: string | null): Promise<S3Server> {
    const server = new S3Server(await freePort(), python, folder);
    for (let tries = 0; tries < 300; tries++) {
      if (await fetch(server.url).catch(() => null)) return server;
      await sleep(100);
    }
    throw new Error('moto does not answer');
  }

  async makeBucket(name: string): Promise<void> {
    await this.#ask(name, { method: 'PUT' });
  }

  /** Keys of all objects of a bucket. */
  async keys(bucket: string): Promise<string[]> {
    const listed = await this.#ask(`${bucket}?list-type=2`);
    return Array.from(listed.matchAll(/<Key>([^<]+)<\/Key>/g), ([, key]) => key);
  }

  /** Past all that the lab does to prevent it. */
  async overwrite(bucket: string, key: string, content: string): Promise<void> {
    await this.#ask(`${bucket}/${key}`, { method: 'PUT', body: content });
  }

  async delete(bucket: string, key: string): Promise<void> {
    await this.#ask(`${bucket}/${key}`, { method: 'DELETE' });
  }

  async remove(): Promise<void> {
    this.#process.kill('SIGKILL');
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'exit');
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask(path: string, request: RequestInit = {}): Promise<string> {
    // Moto checks no signature, only that there is one.
    const headers = { Authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request' };
    const response = await fetch(`${this.url}/${path}`, { ...request, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text;
  }
}

function succeeds(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: installWithinMs });
    return true;
  } catch {
    return false;
  }
}
