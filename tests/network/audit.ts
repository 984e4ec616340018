import type { Database } from '@stratlab/knowledge/database.ts';
import { jobStore } from '@stratlab/knowledge/jobs.ts';
import { listModels } from '@stratlab/knowledge/results.ts';
import { countedByFamily } from '@stratlab/knowledge/trials.ts';
import { verifyHome } from '@stratlab/lab/verify-home.ts';
import { strategyName } from './network-lab.ts';

/** What the books say that they should not after `trainings` different trainings. */
export function audit(database: Database, home: string, trainings: number): string[] {
  const faults: string[] = [];
  const expect = (what: string, found: number, wanted = trainings) => {
    if (found !== wanted) faults.push(`${what}: ${found}, not ${wanted}`);
  };
  const store = jobStore(database);
  const models = listModels(database, { strategyName });
  const jobs = store.list({ limit: 2 * trainings });
  const ends = store.events(0, 20 * trainings).filter(({ status }) => status !== 'queued' && status !== 'running');
  const distinct = (values: unknown[]) => new Set(values).size;

  expect('jobs completed', store.counts().completed);
  expect('jobs', jobs.length);
  expect('endings of jobs', ends.length);
  expect('models', models.length);
  expect('seeds of models', distinct(models.map(({ seed }) => seed)));
  expect('artifacts', distinct(models.map(({ artifactHash }) => artifactHash)));
  expect('tasks of models', distinct(models.map(({ taskId }) => taskId)));
  expect(
    'trials counted',
    [...countedByFamily(database).values()].reduce((sum, number) => sum + number, 0),
  );
  for (const table of ['trials', 'tasks'] as const) expect(`rows in ${table}`, rowsIn(database, table));
  expect('models in the ledger', rowsIn(database, "events WHERE kind = 'model'"));
  expect('tasks in the ledger', rowsIn(database, "events WHERE kind = 'task'"));
  for (const { id, attempt, maxAttempts } of jobs) {
    if (attempt > maxAttempts) faults.push(`${id} was tried ${attempt} times`);
  }
  const verified = verifyHome(home, 'full');
  expect('artifacts that are what was written', verified.checked.models);
  return [...faults, ...verified.findings.map(({ state, path, message }) => `${state} ${path}: ${message}`)];
}

function rowsIn({ sqlite }: Database, rows: string): number {
  return Number(sqlite.prepare(`SELECT count(*) FROM ${rows}`).pluck().get());
}
