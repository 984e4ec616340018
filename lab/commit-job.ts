import type { Job } from '@stratlab/jobs/job-store.ts';
import type { Database } from '@stratlab/knowledge/database.ts';
import { commitBacktest } from './commit-backtest.ts';
import { commitModel } from './commit-model.ts';
import { commitTest } from './commit-test.ts';
import { learnedSchema } from './learned.ts';
import { backtestOrderSchema, trainOrderSchema } from './orders.ts';
import { ranSchema } from './ran.ts';
import { endedTestSchema, rankedTestSchema } from './test-order.ts';

/** What may be written when a job ends. */
export interface Books {
  database: Database;
}

/** Writes what a job's process found, inside the transaction that ends the job; the return value is the task's result. */
export function commitJob(books: Books, job: Job, outcome: unknown): unknown {
  if (job.kind === 'train')
    return commitModel(books, trainOrderSchema.parse(job.payload), learnedSchema.parse(outcome), job.id);
  if (job.kind === 'test')
    return commitTest(books, endedTestSchema.parse(job.payload), rankedTestSchema.parse(outcome), job.id);
  return commitBacktest(books, backtestOrderSchema.parse(job.payload), ranSchema.parse(outcome));
}
