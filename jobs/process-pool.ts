import { type JobProcess, type Log, startProcess } from './job-process.ts';

/** The first process is started once whoever opened the pool has had time for itself. */
const firstAfterMs = 1000;
/** A process whose memory has grown beyond this is not used for another job. */
const wornBytes = 1024 ** 3;

export interface PoolOptions {
  /** The module that every process runs; it calls `serveJobs`. */
  entry: URL | string;
  /** How many processes are kept. */
  size: number;
  log: Log;
  /** Variables that every process gets besides our own. */
  environment?: Record<string, string> | undefined;
  /** Most memory for JavaScript objects in one process, MiB; V8's own limit where absent. */
  heapMb?: number | undefined;
}

/** Processes that stay warm between jobs. One more than is in use is kept ready, up to `size`. */
export class ProcessPool {
  readonly #options: PoolOptions;
  readonly #idle: JobProcess[] = [];
  #used = 0;
  #stopping = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    setTimeout(() => this.#keepOneReady(), firstAfterMs).unref();
  }

  take(): JobProcess {
    let process = this.#idle.pop();
    while (process !== undefined && !process.alive()) process = this.#idle.pop();
    const taken = process ?? this.#start();
    this.#used++;
    this.#keepOneReady();
    return taken;
  }

  /** Takes a process back; one that is worn or was asked to end is ended. */
  async giveBack(process: JobProcess): Promise<void> {
    this.#used--;
    const fit = process.alive() && !process.ending() && process.memory() < wornBytes;
    if (fit && !this.#stopping && this.#used + this.#idle.length < this.#options.size) this.#idle.push(process);
    else await process.kill();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#idle.splice(0).map((process) => process.kill()));
  }

  #start(): JobProcess {
    const { entry, log, environment, heapMb } = this.#options;
    return startProcess(entry, log, { environment, heapMb });
  }

  #keepOneReady(): void {
    if (this.#stopping || this.#idle.length > 0 || this.#used >= this.#options.size) return;
    try {
      this.#idle.push(this.#start());
    } catch (error) {
      this.#options.log('warn', 'No process could be kept ready.', { error: String(error) });
    }
  }
}
