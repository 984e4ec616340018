import type { Queue, Worker } from 'bullmq';
import type { Books } from '../books.ts';
import { jobErrorOf } from '../job-error.ts';
import type { Job } from '../job-store.ts';
import type { JobSource, SourceContext } from '../source.ts';
import { Dispatch } from './dispatch.ts';
import { connect, loadPackages } from './redis.ts';

const prefix = 'stratlab';
/** A token whose worker died is handed on however often; what it stands for is fenced in the store. */
const endless = 1_000_000_000;

/**
 * Wakes workers on any host through BullMQ, with a queue for each capability. A token in Redis carries an id and no
 * truth: whoever gets one claims the first job that is ready in the books, or nothing. So a token that is lost, doubled
 * or late costs time only, and priority, pauses and dependencies hold as in the store. Where this process knows the
 * store it puts the tokens there, and puts them there again until their jobs are taken. Throws JobsUnavailable without
 * the packages it needs.
 */
export function bullSource(url: string): (context: SourceContext) => JobSource {
  const packages = loadPackages();
  return ({ books, ready, runner, slots, heldBack, log }) => {
    const queues = new Map<string, Queue>();
    const workers = new Map<string, Worker>();
    const claimOne = oneByOne(books);
    let stopping = false;

    const { bullmq } = packages;
    const connection = connect(packages, url, begin, log);
    const { client } = connection;
    const dispatch = ready === null ? null : new Dispatch(ready, queueOf);

    function queueOf(capability: string): Queue {
      const known = queues.get(capability);
      if (known !== undefined) return known;
      const defaultJobOptions = { removeOnComplete: true, removeOnFail: true, sizeLimit: 1000 };
      const queue = new bullmq.Queue(nameOf(capability), { connection: client, prefix, defaultJobOptions });
      queue.on('error', complain);
      queues.set(capability, queue);
      return queue;
    }

    function complain(error: Error): void {
      log('debug', `BullMQ: ${error.message}`, {});
    }

    function begin(): void {
      dispatch?.forget();
      for (const [capability, concurrency] of Object.entries(slots)) {
        if (concurrency > 0 && !workers.has(capability) && !stopping)
          workers.set(capability, consume(capability, concurrency));
      }
      look();
    }

    function consume(capability: string, concurrency: number): Worker {
      const worker = new bullmq.Worker(nameOf(capability), () => answerToken(capability), {
        connection: client,
        prefix,
        concurrency,
        maxStalledCount: endless,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      });
      worker.on('error', complain);
      return worker;
    }

    async function answerToken(capability: string): Promise<void> {
      if (stopping || heldBack() !== null) return;
      try {
        const job = await claimOne(capability);
        if (job !== undefined) await runner.run(job);
      } catch (error) {
        log('warn', 'No job could be taken.', { error: jobErrorOf(error) });
      }
    }

    function look(): void {
      if (dispatch === null || stopping || connection.problem() !== null) return;
      dispatch
        .send()
        .catch((error: unknown) => log('warn', 'Redis was not told of jobs.', { error: jobErrorOf(error) }));
    }

    return {
      look,
      problem: connection.problem,
      async stop() {
        stopping = true;
        await Promise.allSettled([...workers.values()].map((worker) => worker.close(true)));
        await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
        connection.close();
      },
    };
  };
}

const nameOf = (capability: string) => `jobs-${capability}`;

/** Claims for all who ask in one turn of the event loop with one transaction. */
function oneByOne(books: Books): (capability: string) => Promise<Job | undefined> {
  const asking = new Map<string, ((jobs: Promise<Job[]>, place: number) => void)[]>();

  function claimFor(capability: string): void {
    const askers = asking.get(capability) ?? [];
    asking.delete(capability);
    const jobs = books.claim(capability, askers.length);
    for (const [place, answer] of askers.entries()) answer(jobs, place);
  }

  return (capability) =>
    new Promise((resolve, reject) => {
      const askers = asking.get(capability) ?? [];
      if (askers.length === 0) setImmediate(() => claimFor(capability));
      asking.set(capability, [...askers, (jobs, place) => void jobs.then((taken) => resolve(taken.at(place)), reject)]);
    });
}
