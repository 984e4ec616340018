import { LabError } from '@stratlab/data/error.ts';
import { sha256 } from '@stratlab/data/hash.ts';
import { parseSymbol } from '@stratlab/data/instrument.ts';
import { addEvent } from '@stratlab/knowledge/experiments.ts';
import { addTask } from '@stratlab/knowledge/ledger.ts';
import { canonicalJson } from '@stratlab/strategies/fingerprint.ts';
import { requireOpenExperiment } from './find-experiment.ts';
import { newId } from './id.ts';
import type { Lab } from './lab.ts';
import { candidatesOf, type GivenCandidates } from './test-candidates.ts';
import type { Combination, Ranking, TestFailure, TestOrder } from './test-order.ts';
import { type Plan, plansOf, queuePlans } from './test-plan.ts';

export { rankings } from './test-order.ts';

export interface TestStrategies extends GivenCandidates {
  /** To backtest on; the strategy's own where absent. */
  symbols?: readonly string[] | undefined;
  /** One model each; where absent the newest model there is, else one of the document's seed. */
  seeds?: readonly number[] | undefined;
  /** `adjusted_p` where absent. */
  rank_by?: Ranking | undefined;
  limit: number;
}

export interface StartedTest {
  task_id: string;
  status: string;
  strategies: number;
  /** Backtests that are to be run. */
  combinations: number;
  /** Models that are trained for them. */
  trainings: number;
  failures: TestFailure[];
  check_status_tool: 'get_task_status';
  warnings: string[];
}

export const mostCombinations = 200;

/**
 * Tests many strategies as one task: every strategy on every symbol with every seed, models trained where there are
 * none. What cannot be tested is a failure beside the others. The same call while the task is under way is that task.
 */
export function testStrategies(lab: Lab, input: TestStrategies): StartedTest {
  const experimentId = requireOpenExperiment(lab, input.experiment_id);
  const symbols =
    input.symbols === undefined ? undefined : [...new Set(input.symbols.map((each) => parseSymbol(each)))];
  const seeds = input.seeds === undefined ? undefined : [...new Set(input.seeds)];
  const { strategies, failures } = candidatesOf(lab, input);
  const versions = strategies.map(({ name, version }) => [name, version]);
  const invalid = failures.map(({ name, message }) => [name, message]);
  const { rank_by: rankBy = 'adjusted_p', limit } = input;
  const same = { versions, invalid, symbols, seeds, rankBy, experimentId };
  const key = `test ${sha256(canonicalJson(same))}`;
  refuseTooMany(strategies.length * (symbols?.length ?? 1) * (seeds?.length ?? 1));
  const planned = strategies.flatMap((strategy) => plansOf(lab, strategy, { symbols, seeds, experimentId }));
  refuseTooMany(planned.length);
  const plans = planned.flatMap((plan) => ('code' in plan ? [] : [plan]));
  for (const plan of planned) if ('code' in plan) failures.push(plan);
  const told = { failures, rankBy, limit, experimentId };
  const { id, added } = addTest(lab, key, plans, told);
  lab.queue.wake();
  return {
    task_id: id,
    status: lab.jobs.get(id)?.status ?? 'queued',
    strategies: strategies.length,
    combinations: plans.length,
    trainings: lab.jobs.children(id).filter(({ kind }) => kind === 'train').length,
    failures,
    check_status_tool: 'get_task_status',
    warnings: added ? [] : ['This test is under way already; it is the same task.'],
  };
}

function refuseTooMany(combinations: number): void {
  if (combinations <= mostCombinations) return;
  const message = `That makes ${combinations} backtests; one test runs at most ${mostCombinations}.`;
  const hint = 'Name fewer strategies, symbols or seeds, or make several tests of them.';
  throw new LabError('limit_exceeded', message, { path: 'symbols', hint });
}

type Told = Omit<TestOrder, 'combinations'>;

/** The task and all its parts appear together, or not at all. */
function addTest(lab: Lab, key: string, plans: readonly Plan[], told: Told): { id: string; added: boolean } {
  return lab.database.transaction(() => {
    const combinations: Combination[] = plans.map(({ combination }) => ({ ...combination, taskId: newId('task') }));
    const id = newId('task');
    const order = { ...told, combinations };
    const task = lab.jobs.add({ id, kind: 'test', payload: order, key, maxAttempts: 3 });
    if (!task.added) return task;
    const names = new Set(combinations.map(({ name }) => name)).size;
    const subject = `test ${names} strateg${names === 1 ? 'y' : 'ies'} in ${combinations.length} backtests`;
    addTask(lab.database, { id, experimentId: told.experimentId, subject });
    addEvent(lab.database, {
      experimentId: told.experimentId,
      kind: 'task',
      subjectId: id,
      summary: subject,
      at: Date.now(),
    });
    queuePlans(lab, id, plans, combinations, told.experimentId);
    return task;
  });
}
