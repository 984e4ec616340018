import type { JobRecord, JobStatus, Progress } from '@stratlab/jobs/job-store.ts';
import { endedCombinations } from './ended-tests.ts';
import type { Lab } from './lab.ts';
import { byRank, testColumns, testRow } from './rank-tests.ts';
import { type RankedTest, rankedTestSchema, type TestOrder, testOrderSchema } from './test-order.ts';

/** Parts of a task; those that were cancelled or interrupted have failed. */
export interface ChildCounts {
  queued: number;
  running: number;
  completed: number;
  failed: number;
}

interface Parts {
  /** How the task stands by its parts, while it waits for them. */
  standing: { status: JobStatus; progress: Progress } | undefined;
  shown: { children: ChildCounts; partial?: Record<string, unknown> };
}

/** A test waits in the queue while its parts run: to a caller it is running as soon as one of them does. */
export function testParts({ jobs }: Pick<Lab, 'jobs'>, record: JobRecord): Parts {
  const children = jobs.children(record.id);
  const counts = countsOf(children);
  if (record.finishedAt !== null) return { standing: undefined, shown: { children: counts } };
  const partial = partialOf(children, testOrderSchema.parse(record.payload));
  const begun = counts.queued < children.length;
  const standing = record.status === 'queued' && begun ? standingOf(counts, children) : undefined;
  return { standing, shown: { children: counts, partial } };
}

function countsOf(children: readonly JobRecord[]): ChildCounts {
  const counts = { queued: 0, running: 0, completed: 0, failed: 0 };
  for (const { status } of children)
    counts[status === 'queued' || status === 'running' || status === 'completed' ? status : 'failed']++;
  return counts;
}

function standingOf({ completed, failed }: ChildCounts, children: readonly JobRecord[]): Parts['standing'] {
  const ended = completed + failed;
  const done = children.reduce(
    (sum, { finishedAt, progress }) => sum + (finishedAt === null ? progress.percent / 100 : 1),
    0,
  );
  const began = Math.min(...children.map(({ startedAt }) => startedAt ?? Number.POSITIVE_INFINITY));
  const etaMs = done === 0 ? null : Math.round(((Date.now() - began) / done) * (children.length - done));
  const percent = (99 * done) / children.length;
  return {
    status: 'running',
    progress: { percent, stage: `${ended} of ${children.length} parts ended`, etaMs },
  };
}

const mostPartial = 5;

/** The best so far, by the evidence that each backtest was given when it ended. */
function partialOf(children: readonly JobRecord[], order: TestOrder): Record<string, unknown> {
  const { ended, failures } = endedCombinations(children, order);
  const judged = ended.map((each) => ({ ...each, evidence: each.answer.evidence })).sort(byRank(order.rankBy));
  return {
    columns: testColumns,
    rows: judged.slice(0, Math.min(order.limit, mostPartial)).map(testRow),
    total_rows: judged.length,
    failures: order.failures.length + failures.length,
  };
}

const longestShown = 3_500;
const mostFailures = 5;

/** As many of the best rows as its caller asked for and an answer holds; `test_strategies` pages the others. */
export function shownTest(record: Pick<JobRecord, 'payload' | 'result'>): Record<string, unknown> {
  const { limit } = testOrderSchema.parse(record.payload);
  const { kind, id, ...ranked } = { kind: 'test', id: null, ...Object(record.result) };
  const { rows, failures, ...rest } = rankedTestSchema.parse(ranked);
  const shown: RankedTest['rows'] = [];
  for (const row of rows.slice(0, limit)) {
    if (shown.length > 0 && JSON.stringify([...shown, row]).length > longestShown) break;
    shown.push(row);
  }
  return {
    kind,
    id,
    ...rest,
    rows: shown,
    total_rows: rows.length,
    failures: failures.slice(0, mostFailures).map(({ problems: _, ...failure }) => failure),
    total_failures: failures.length,
  };
}
