import { addEvent } from '@stratlab/knowledge/experiments.ts';
import type { Books } from './commit-job.ts';
import type { RankedTest, TestOrder } from './test-order.ts';

/** Writes down that a test has ended; its result is the whole table. */
export function commitTest({ database }: Books, { experimentId }: TestOrder, ranked: RankedTest, taskId: string) {
  const { summary } = ranked;
  addEvent(database, { experimentId, kind: 'test', subjectId: taskId, summary, at: Date.now() });
  return { kind: 'test', id: taskId, ...ranked };
}
