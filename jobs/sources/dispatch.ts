import type { Queue } from 'bullmq';
import type { ReadyJob } from '../job-store.ts';

/**
 * So many jobs of each capability have a token in Redis at a time; those behind them get theirs when these are taken.
 * Busy workers need none.
 */
const mostTokens = 64;
/** A job that is still ready after this gets its token again: Redis may have lost it. Where it is still there, it stays one. */
const againAfterMs = 5000;

/** Puts a token into Redis for each job that is ready. A token says only that there is something to claim. */
export class Dispatch {
  readonly #ready: (mostOfEach: number) => ReadyJob[];
  readonly #queueOf: (capability: string) => Queue;
  #sent = new Map<string, number>();
  #sending: Promise<void> | null = null;

  constructor(ready: (mostOfEach: number) => ReadyJob[], queueOf: (capability: string) => Queue) {
    this.#ready = ready;
    this.#queueOf = queueOf;
  }

  /** Sends what is new. Rejects where Redis fails; what was not sent is sent the next time. */
  async send(): Promise<void> {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
    });
    await this.#sending;
  }

  /** Redis may have lost everything. */
  forget(): void {
    this.#sent = new Map();
  }

  async #send(): Promise<void> {
    const now = performance.now();
    const ready = this.#ready(mostTokens);
    const sentBefore = this.#sent;
    const due = ready.filter((job) => now - (sentBefore.get(tokenOf(job)) ?? Number.NEGATIVE_INFINITY) > againAfterMs);
    this.#sent = new Map(ready.map((job) => [tokenOf(job), sentBefore.get(tokenOf(job)) ?? now]));
    for (const job of due) this.#sent.set(tokenOf(job), now);
    try {
      for (const capability of new Set(due.map((job) => job.capability))) await this.#add(capability, due);
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  async #add(capability: string, due: readonly ReadyJob[]): Promise<void> {
    const tokens = due
      .filter((job) => job.capability === capability)
      .map((job) => ({ name: 'ready', data: { id: job.id }, opts: { jobId: tokenOf(job) } }));
    await this.#queueOf(capability).addBulk(tokens);
  }
}

const tokenOf = ({ id, fence }: ReadyJob) => `${id}-${fence}`;
