import { join } from 'node:path';
import { LabError } from '@stratlab/data/error.ts';
import { openStore } from '@stratlab/data/store.ts';
import type { Job } from '@stratlab/jobs/job-store.ts';
import { type JobContext, serveJobs } from '@stratlab/jobs/worker.ts';
import { readConfiguration } from './configuration.ts';
import { shownError } from './fault.ts';
import { checkpointsFolder, type Folders, labFolders } from './lab-folders.ts';
import { learn } from './learn.ts';
import { backtestOrderSchema, trainOrderSchema } from './orders.ts';
import { rankTests } from './rank-tests.ts';
import { runOrder } from './run-order.ts';
import { requireStrategy } from './strategy-language.ts';
import { startTelemetry } from './telemetry.ts';
import { endedTestSchema } from './test-order.ts';
import { inSpan } from './trace.ts';

/** The process of one job: it reads bars and writes artifacts; only the server that started it writes the database. */
const configuration = readConfiguration(process.env);
const home = labFolders(configuration.home);
const lender =
  configuration.labUrl === undefined ? null : import('./borrow.ts').then((borrow) => borrow.openLender(configuration));

const telemetry = startTelemetry(process.env, 'stratlab-job');

serveJobs(async (job, context) => {
  const { flush } = await telemetry;
  const attributes = { 'stratlab.job': job.id, 'stratlab.attempt': job.attempt };
  try {
    return await inSpan(`job ${job.kind}`, { attributes, parent: job.trace }, () => run(job, context));
  } catch (error) {
    throw shownError(error);
  } finally {
    await flush();
  }
});

/** On the files of the home, or on those that a lab on another host lends. */
async function run(job: Job, context: JobContext): Promise<unknown> {
  const borrowed = await lender;
  if (borrowed === null) return perform(job, context, home);
  context.progress({ percent: 0, stage: 'fetching', etaMs: null });
  return borrowed.run(job, context.signal, (folders) => perform(job, context, folders));
}

async function perform({ kind, payload }: Job, context: JobContext, folders: Folders): Promise<unknown> {
  const store = openStore(folders.data);
  if (kind === 'train') {
    const order = trainOrderSchema.parse(payload);
    const { strategy } = requireStrategy(order.document);
    const request = {
      strategy,
      start: order.start ?? undefined,
      end: order.end ?? undefined,
      engine: order.engine,
      checkpoints: join(checkpointsFolder(home), order.modelId),
    };
    return learn(store, folders.models, request, { progress: context.progress, signal: context.signal });
  }
  if (kind === 'backtest') {
    context.progress({ percent: 5, stage: 'simulating', etaMs: null });
    return runOrder(store, folders, backtestOrderSchema.parse(payload));
  }
  if (kind === 'test') {
    context.progress({ percent: 50, stage: 'judging', etaMs: null });
    return rankTests(folders.results, endedTestSchema.parse(payload));
  }
  throw new LabError('internal', `No worker runs jobs of kind "${kind}".`);
}
