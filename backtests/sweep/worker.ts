import { parentPort } from 'node:worker_threads';
import { type PeriodPair, runPairs, type Sweep } from './pairs.ts';

/** One thread of a pool: answers each part of a sweep with its results, in order. */
parentPort?.on('message', ({ sweep, pairs }: { sweep: Sweep; pairs: PeriodPair[] }) => {
  parentPort?.postMessage(runPairs(sweep, pairs));
});
