import { jobStatuses } from '@stratlab/jobs/job-store.ts';
import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

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
  afterId: text('after_id'),
});
