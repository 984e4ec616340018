import { LabError } from '@stratlab/data/error.ts';
import type { JobStatus } from '@stratlab/jobs/job-store.ts';
import { markRead } from '@stratlab/knowledge/ledger.ts';
import type { Lab } from './lab.ts';
import { requireTask } from './task-view.ts';
import { type RankedTest, rankedTestSchema, testOrderSchema } from './test-order.ts';

/** What only a new test takes. */
type Others = Readonly<Record<string, unknown>>;

/**
 * The whole table of a test that has completed, and how many rows its caller asked for. Throws `not_found`, or
 * `invalid_input` for any other task or input.
 */
export function testTable(lab: Lab, id: string, given: Others = {}): RankedTest & { limit: number; status: JobStatus } {
  const other = Object.keys(given).find((key) => given[key] !== undefined && key !== 'limit');
  if (other !== undefined)
    throw new LabError('invalid_input', `task_id shows an earlier test; ${other} is for a new one.`, { path: other });
  const { kind, status, payload, result, finishedAt } = requireTask(lab, id);
  if (kind !== 'test') throw new LabError('invalid_input', `${id} is no test, it is a ${kind}.`, { path: 'task_id' });
  if (status !== 'completed') {
    const hint = `get_task_status with task_id "${id}" says more${finishedAt === null ? ', and waits with wait_ms' : ''}.`;
    throw new LabError('invalid_input', `The test is ${status}: it has no table.`, { path: 'task_id', hint });
  }
  markRead(lab.database, id, Date.now());
  const { kind: _kind, id: _id, ...ranked } = Object(result);
  return { ...rankedTestSchema.parse(ranked), limit: testOrderSchema.parse(payload).limit, status };
}
