import type { Queue, Worker } from 'bullmq';
import { jobErrorOf } from '../job-error.ts';
import type { JobSource, SourceContext } from '../source.ts';
import { Dispatch } from './dispatch.ts';
import { pullSource } from './pull.ts';
import { connect, loadPackages } from './redis.ts';

const prefix = 'stratlab';
/** A token whose worker died is handed on however often; what it stands for is fenced in the store. */
const endless = 1_000_000_000;
/** So often a worker asks by itself, in case Redis is away. */
const askEveryMs = 5000;

/**
 * Wakes workers on any host through BullMQ, with a queue for each capability. A token in Redis carries an id and no
 * truth: whoever gets one takes the first jobs that are ready in the books, as many as it has slots for. So a token that
 * is lost, doubled or late costs time only, and priority, pauses and dependencies hold as in the store. Where this
 * process knows the store it puts the tokens there, and puts them there again until their jobs are taken. Throws
 * JobsUnavailable without the packages it needs.
 */
export function bullSource(url: string): (context: SourceContext) => JobSource {
  const packages = loadPackages();
  return (context) => {
    const { ready, slots, log } = context;
    const pull = pullSource(context);
    const queues = new Map<string, Queue>();
    const workers: Worker[] = [];
    let stopping = false;
    let askedAt = performance.now();

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
      if (workers.length === 0 && !stopping) workers.push(...Object.keys(slots).flatMap(listen));
      look();
    }

    function listen(capability: string): Worker[] {
      if ((slots[capability] ?? 0) === 0) return [];
      const worker = new bullmq.Worker(nameOf(capability), async () => pull.look(), {
        connection: client,
        prefix,
        maxStalledCount: endless,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      });
      worker.on('error', complain);
      return [worker];
    }

    function look(): void {
      if (performance.now() - askedAt >= askEveryMs) {
        askedAt = performance.now();
        pull.look();
      }
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
        await pull.stop();
        await Promise.allSettled(workers.map((worker) => worker.close(true)));
        await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
        connection.close();
      },
    };
  };
}

const nameOf = (capability: string) => `jobs-${capability}`;
