import type { JobRecord } from '@stratlab/jobs/job-store.ts';
import { countTrials } from './count-trial.ts';
import type { Lab } from './lab.ts';
import { backtestAnswerSchema } from './shown-backtest.ts';
import type { Combination, Ended, EndedTest, TestFailure, TestOrder } from './test-order.ts';

type Books = Pick<Lab, 'database' | 'jobs'>;

/** What has come of a test's combinations so far. */
export function endedCombinations(
  children: readonly JobRecord[],
  { combinations }: Pick<TestOrder, 'combinations'>,
): { ended: Ended[]; failures: TestFailure[] } {
  const jobs = new Map(children.map((child) => [child.id, child]));
  const ended: Ended[] = [];
  const failures: TestFailure[] = [];
  for (const combination of combinations) {
    const job = jobs.get(combination.taskId);
    if (job?.status === 'completed') ended.push({ combination, answer: backtestAnswerSchema.parse(job.result) });
    else if (job !== undefined && job.finishedAt !== null) failures.push(failureOf(combination, job));
  }
  return { ended, failures };
}

function failureOf({ name, version, symbol, seed }: Combination, { status, error }: JobRecord): TestFailure {
  const { code, message, hint } = error ?? { code: status, message: `Its backtest was ${status}.` };
  return { name, version, symbol, seed, code, message, ...(hint !== undefined && { hint }) };
}

/** The test once all its children have ended. */
export function endedTest({ database, jobs }: Books, id: string, order: TestOrder): EndedTest {
  const { ended, failures } = endedCombinations(jobs.children(id), order);
  const families = [...new Set(ended.map(({ answer }) => answer.trials.family_name))];
  return {
    ...order,
    failures: [...order.failures, ...failures],
    ended,
    families: families.map((family) => countTrials(database, family)),
  };
}
