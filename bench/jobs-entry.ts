import { serveJobs } from '@stratlab/jobs/worker.ts';

/** A job that only says when it began, in milliseconds since the epoch. */
serveJobs(async () => performance.timeOrigin + performance.now());
