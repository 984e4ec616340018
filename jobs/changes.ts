import type { JobRecord } from './job-store.ts';
import { endStates } from './job-store.ts';

interface Waiter {
  id: string;
  seen: string;
  wake: () => void;
}

/** People who wait until a job changes: told at once of what happens here, and by looking for what happens elsewhere. */
export class Changes {
  readonly #get: (id: string) => JobRecord | null;
  readonly #waiters = new Set<Waiter>();

  constructor(get: (id: string) => JobRecord | null) {
    this.#get = get;
  }

  /** Resolves at the next change of the job's state or progress, at the timeout, or at once if no change can come. */
  next(id: string, timeoutMs: number): Promise<void> {
    const record = this.#get(id);
    if (record === null || endStates.includes(record.status)) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve();
      };
      const waiter = { id, seen: looks(record), wake };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  /** The job has changed here. */
  tell(id: string): void {
    for (const waiter of this.#waiters) if (waiter.id === id) waiter.wake();
  }

  /** Looks whether another process has changed a job that is waited for. */
  look(): void {
    for (const waiter of this.#waiters) if (looks(this.#get(waiter.id)) !== waiter.seen) waiter.wake();
  }

  wakeAll(): void {
    for (const waiter of this.#waiters) waiter.wake();
  }
}

function looks(record: JobRecord | null): string {
  return JSON.stringify([record?.status, record?.attempt, record?.cancelRequested, record?.progress]);
}
