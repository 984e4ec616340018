import type { Books } from './books.ts';
import { jobErrorOf } from './job-error.ts';
import type { Log } from './job-process.ts';
import type { Claim, ReadyJob } from './job-store.ts';
import { ProcessPool } from './process-pool.ts';
import { type Slots, startRunner } from './runner.ts';
import type { JobSource, SourceContext } from './source.ts';
import { pullSource } from './sources/pull.ts';

const longestLookMs = 250;

export interface WorkOptions {
  books: Books;
  /** The module that every job's process runs; it calls `serveJobs`. */
  entry: URL | string;
  /** How many jobs run here at once, by capability. */
  slots: Slots;
  /** After how long without a heartbeat the holder of a job counts as dead. */
  leaseMs: number;
  /** The first jobs of each capability that could be taken now; null where this process cannot know. */
  ready: ((mostOfEach: number) => ReadyJob[]) | null;
  /** The longest that one attempt of a job may run; as long as it likes where absent. */
  limitMs?: number | undefined;
  /** Most memory for JavaScript objects in a job's process, MiB. */
  heapMb?: number | undefined;
  /** Why no job is to be taken here now, or null. */
  heldBack?: (() => string | null) | undefined;
  log: Log;
  /** Variables that every job's process gets besides our own. */
  environment?: Record<string, string> | undefined;
  /** How jobs reach free hands; straight from the books where absent. */
  source?: ((context: SourceContext) => JobSource) | undefined;
}

/** Jobs being taken and run, several times a second looked after. */
export interface Work {
  /** Looks for jobs in a moment. */
  wake(): void;
  holds(claim: Claim): boolean;
  cancel(id: string): void;
  /** Why queued jobs are not taken here, or null. */
  problem(): string | null;
  /** Takes no more jobs; waits for the running ones, or without `drain` ends them and gives them back unharmed. */
  stop(how: { drain: boolean }): Promise<void>;
}

export function startWork(options: WorkOptions): Work {
  const { books, entry, slots, leaseMs, ready, limitMs = Number.POSITIVE_INFINITY, heapMb, log, environment } = options;
  const { heldBack = () => null, source: startSource = pullSource } = options;
  const size = Object.values(slots).reduce((sum, slot) => sum + slot, 0);
  const pool = new ProcessPool({ entry, size, log, environment, heapMb });
  const runner = startRunner({ books, pool, slots, leaseMs, limitMs, log });
  const source = startSource({ books, ready, runner, slots, heldBack, log });
  const looking = setInterval(look, Math.min(longestLookMs, leaseMs / 8));
  looking.unref();
  let woken = false;
  wake();

  function look(): void {
    void runner.look();
    take();
  }

  /** What fails here (a full disk, a locked database) must not end the process; the next look tries again. */
  function take(): void {
    woken = false;
    try {
      source.look();
    } catch (error) {
      log('error', 'No jobs could be taken.', { error: jobErrorOf(error) });
    }
  }

  function wake(): void {
    if (!woken) setImmediate(take);
    woken = true;
  }

  return {
    wake,
    holds: runner.holds,
    cancel: runner.cancel,
    problem: () => heldBack() ?? source.problem(),
    async stop({ drain }) {
      await source.stop();
      await runner.stop({ drain });
      clearInterval(looking);
    },
  };
}
