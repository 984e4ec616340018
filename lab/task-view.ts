import { LabError } from '@stratlab/data/error.ts';
import { formatInstant, instantOrNull } from '@stratlab/data/instant.ts';
import { endStates, type JobError, type JobRecord, type JobStatus } from '@stratlab/jobs/job-store.ts';
import { findTask } from '@stratlab/knowledge/ledger.ts';
import { z } from 'zod';
import type { Lab } from './lab.ts';
import { type ChildCounts, shownTest, testParts } from './test-view.ts';
import { waitingReason } from './waiting-reason.ts';

/** A task as every door shows it. */
export interface TaskView {
  task_id: string;
  kind: string;
  /** What it is about, in words. */
  subject: string;
  strategy_name?: string;
  version?: number;
  status: JobStatus;
  /** 0 to 100. */
  progress: number;
  stage: string;
  eta_ms: number | null;
  /** Only while it is queued. */
  waiting_reason?: string;
  attempt: number;
  /** Of a task that has parts. */
  children?: ChildCounts;
  /** What the parts found so far, while it is under way. */
  partial?: Record<string, unknown>;
  /** Of a completed task; what a `kind` of task results in is its tool's answer. */
  result?: Record<string, unknown>;
  error?: JobError;
  experiment_id: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

type Books = Pick<Lab, 'database' | 'jobs' | 'queue'>;

export function isEnded({ status }: Pick<JobRecord, 'status'>): boolean {
  return endStates.includes(status);
}

/** Throws `not_found`. */
export function requireTask({ jobs }: Pick<Lab, 'jobs'>, id: string, path = 'task_id'): JobRecord {
  const record = jobs.get(id);
  if (record !== null) return record;
  throw new LabError('not_found', `There is no task "${id.slice(0, 64)}".`, { path, hint: 'list_tasks names them.' });
}

export function taskView(lab: Books, record: JobRecord): TaskView {
  const task = findTask(lab.database, record.id);
  const { error } = record;
  const parts = record.kind === 'test' ? testParts(lab, record) : undefined;
  const { status, progress } = { ...record, ...parts?.standing };
  return {
    task_id: record.id,
    kind: record.kind,
    subject: task?.subject ?? record.kind,
    ...strategyOf(record),
    status,
    progress: progress.percent,
    stage: progress.stage,
    eta_ms: progress.etaMs,
    ...(status === 'queued' && { waiting_reason: waitingReason(lab, record) }),
    attempt: record.attempt,
    ...parts?.shown,
    ...(status === 'completed' && { result: record.kind === 'test' ? shownTest(record) : resultOf(record.result) }),
    ...(error !== null && { error }),
    experiment_id: task?.experimentId ?? null,
    created_at: formatInstant(record.createdAt),
    started_at: instantOrNull(record.startedAt),
    finished_at: instantOrNull(record.finishedAt),
  };
}

/** The view with no more of its result than what it is, its id and its verdict: for lists. */
export function briefTask(view: TaskView): TaskView {
  const { partial: _, result, ...brief } = view;
  if (result === undefined) return brief;
  const { kind, id, summary } = result;
  return { ...brief, result: { kind, id, summary } };
}

const orderOfStrategy = z.object({ strategyName: z.string(), strategyVersion: z.int() });

function strategyOf({ payload }: JobRecord): Pick<TaskView, 'strategy_name' | 'version'> {
  const { data } = orderOfStrategy.safeParse(payload);
  return data === undefined ? {} : { strategy_name: data.strategyName, version: data.strategyVersion };
}

function resultOf(result: unknown): Record<string, unknown> {
  return typeof result === 'object' && result !== null ? { ...result } : { value: result };
}
