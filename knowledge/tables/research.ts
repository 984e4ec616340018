import type { Finding } from '@stratlab/data/quality.ts';
import { blob, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const experiments = sqliteTable('experiments', {
  id: text().primaryKey(),
  name: text().notNull(),
  hypothesis: text().notNull(),
  criterion: text({ mode: 'json' }).$type<{ metric: string; threshold: number }>(),
  budget: text({ mode: 'json' }).$type<{ trials?: number | undefined; minutes?: number | undefined }>(),
  tags: text({ mode: 'json' }).$type<string[]>().notNull(),
  parentId: text('parent_id'),
  outcome: text({ enum: ['supported', 'refuted', 'inconclusive'] }),
  conclusion: text(),
  createdAt: integer('created_at').notNull(),
  endedAt: integer('ended_at'),
});

export const events = sqliteTable('events', {
  sequence: integer().primaryKey({ autoIncrement: true }),
  experimentId: text('experiment_id'),
  kind: text().notNull(),
  subjectId: text('subject_id'),
  summary: text().notNull(),
  at: integer().notNull(),
});

export const calls = sqliteTable('calls', {
  sequence: integer().primaryKey({ autoIncrement: true }),
  tool: text().notNull(),
  arguments: text().notNull(),
  durationMs: real('duration_ms').notNull(),
  outcome: text({ enum: ['ok', 'error'] }).notNull(),
  errorCode: text('error_code'),
  at: integer().notNull(),
  /** Who called; null in calls older than this column. */
  principal: text(),
});

export const strategies = sqliteTable(
  'strategies',
  {
    name: text().notNull(),
    version: integer().notNull(),
    parentVersion: integer('parent_version'),
    fingerprint: text().notNull(),
    /** As the user wrote it, comments included, where it came as text. */
    yaml: text().notNull(),
    /** The document as it was given, before defaults. */
    document: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    decider: text().notNull(),
    description: text().notNull(),
    hypothesis: text().notNull(),
    reason: text(),
    experimentId: text('experiment_id'),
    createdAt: integer('created_at').notNull(),
    /** The strategy that `parentVersion` is of, where that is another one. */
    parentName: text('parent_name'),
  },
  (table) => [primaryKey({ columns: [table.name, table.version] })],
);

export const series = sqliteTable(
  'series',
  {
    symbol: text().notNull(),
    timeframe: text().notNull(),
    hash: text().notNull(),
    underlying: text().notNull(),
    /** Series of one family share the count of their trials. */
    family: text().notNull(),
    grade: text().notNull(),
    findings: text({ mode: 'json' }).$type<Finding[]>().notNull(),
    importedAt: integer('imported_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.symbol, table.timeframe, table.hash] })],
);

export const tasks = sqliteTable('tasks', {
  id: text().primaryKey(),
  experimentId: text('experiment_id'),
  /** What the task is about, in words: `train rsi_reversion v2 on SPX 1d`. */
  subject: text().notNull(),
  /** When its end was first shown to a client. */
  readAt: integer('read_at'),
});

export const models = sqliteTable('models', {
  id: text().primaryKey(),
  strategyName: text('strategy_name').notNull(),
  strategyVersion: integer('strategy_version').notNull(),
  fingerprint: text().notNull(),
  symbols: text({ mode: 'json' }).$type<string[]>().notNull(),
  timeframe: text().notNull(),
  seed: integer().notNull(),
  engine: text().notNull(),
  artifactHash: text('artifact_hash').notNull(),
  dataHash: text('data_hash').notNull(),
  metrics: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  taskId: text('task_id'),
  experimentId: text('experiment_id'),
  createdAt: integer('created_at').notNull(),
});

export const backtests = sqliteTable('backtests', {
  id: text().primaryKey(),
  strategyName: text('strategy_name').notNull(),
  strategyVersion: integer('strategy_version').notNull(),
  fingerprint: text().notNull(),
  modelId: text('model_id'),
  symbol: text().notNull(),
  timeframe: text().notNull(),
  segment: text().notNull(),
  sample: text().notNull(),
  startAt: integer('start_at').notNull(),
  endAt: integer('end_at').notNull(),
  dataHash: text('data_hash').notNull(),
  resultHash: text('result_hash').notNull(),
  sharpe: real(),
  totalReturn: real('total_return'),
  verdict: text().notNull(),
  /** The answer that was shown, field by field. */
  answer: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  experimentId: text('experiment_id'),
  createdAt: integer('created_at').notNull(),
});

export const trials = sqliteTable('trials', {
  sequence: integer().primaryKey({ autoIncrement: true }),
  family: text().notNull(),
  decision: text().notNull(),
  fingerprint: text().notNull(),
  subjectId: text('subject_id').notNull(),
  kind: text().notNull(),
  counted: integer({ mode: 'boolean' }).notNull(),
  reason: text().notNull(),
  symbol: text().notNull(),
  timeframe: text().notNull(),
  dataHash: text('data_hash').notNull(),
  startAt: integer('start_at').notNull(),
  endAt: integer('end_at').notNull(),
  sessions: blob({ mode: 'buffer' }),
  returns: blob({ mode: 'buffer' }),
  experimentId: text('experiment_id'),
  at: integer().notNull(),
});

export const insights = sqliteTable('insights', {
  sequence: integer().primaryKey({ autoIncrement: true }),
  id: text().notNull(),
  category: text({ enum: ['pattern', 'success', 'failure', 'hypothesis', 'technique'] }).notNull(),
  content: text().notNull(),
  tags: text({ mode: 'json' }).$type<string[]>().notNull(),
  importance: integer().notNull(),
  evidence: text({ mode: 'json' }).$type<string[]>().notNull(),
  experimentId: text('experiment_id'),
  createdAt: integer('created_at').notNull(),
});
