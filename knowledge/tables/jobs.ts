import { jobStatuses, needs } from '@stratlab/jobs/job-store.ts';
import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const jobs = sqliteTable('jobs', {
  sequence: integer().primaryKey({ autoIncrement: true }),
  id: text().notNull(),
  kind: text().notNull(),
  payload: text().notNull(),
  key: text(),
  status: text({ enum: jobStatuses }).notNull().default('queued'),
  attempt: integer().notNull().default(0),
  maxAttempts: integer('max_attempts').notNull(),
  fence: integer().notNull().default(0),
  beat: integer().notNull().default(0),
  owner: text(),
  cancelRequested: integer('cancel_requested', { mode: 'boolean' }).notNull().default(false),
  percent: real().notNull().default(0),
  stage: text().notNull().default(''),
  etaMs: real('eta_ms'),
  createdAt: integer('created_at').notNull(),
  startedAt: integer('started_at'),
  finishedAt: integer('finished_at'),
  result: text(),
  error: text(),
  parentId: text('parent_id'),
  priority: integer().notNull().default(0),
  runAt: integer('run_at'),
  capability: text().notNull().default('cpu'),
  trace: text(),
  waiting: integer().notNull().default(0),
});

export const jobWaits = sqliteTable(
  'job_waits',
  {
    jobId: text('job_id').notNull(),
    awaitedId: text('awaited_id').notNull(),
    needs: text({ enum: needs }).notNull(),
  },
  ({ awaitedId, jobId }) => [primaryKey({ columns: [awaitedId, jobId] })],
);

export const jobEvents = sqliteTable('job_events', {
  sequence: integer().primaryKey({ autoIncrement: true }),
  jobId: text('job_id').notNull(),
  status: text({ enum: jobStatuses }).notNull(),
  attempt: integer().notNull(),
  at: integer().notNull(),
});

export const queuePause = sqliteTable('queue_pause', {
  one: integer().primaryKey(),
  reason: text().notNull(),
  at: integer().notNull(),
});

export const workers = sqliteTable('workers', {
  id: text().primaryKey(),
  host: text().notNull(),
  pid: integer().notNull(),
  slots: text({ mode: 'json' }).$type<Record<string, number>>().notNull(),
  startedAt: integer('started_at').notNull(),
  seenAt: integer('seen_at').notNull(),
});
