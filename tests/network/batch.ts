import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claim } from '@stratlab/jobs/job-store.ts';
import { openDatabase } from '@stratlab/knowledge/database.ts';
import { jobStore } from '@stratlab/knowledge/jobs.ts';
import { databaseFile } from '@stratlab/lab/lab-folders.ts';
import { audit } from './audit.ts';
import { Claims } from './claims.ts';
import { Namespaces, type Side } from './namespaces.ts';
import { NetworkLab, strategyName } from './network-lab.ts';
import { type Cut, outcomeOf } from './outcome.ts';
import { type Figures, planSchema } from './plan.ts';

/** Started in the lab's namespace by `runBatch`: a batch of trainings, one of whose two workers is cut off for a while. */
const [prefix, folder, given] = process.argv.slice(2);
const plan = planSchema.parse(JSON.parse(given));
const namespaces = new Namespaces(prefix);
/** The longest that a phase may take. */
const patienceMs = 600_000;
const lookEveryMs = 15;
/** Fewer are not left in the queue until both workers have had their part. */
const fewest = 2;
/** Every so many trainings one takes so many times as long. */
const longEvery = 10;
const longTimes = 10;
const mostCuts = 5;

const startedAt = Date.now();
const lab = await NetworkLab.start(namespaces, folder, plan.leaseMs);
const database = openDatabase(databaseFile(lab.home));
const store = jobStore(database);
const claims = new Claims(store);
await until('both workers are there', () => idOf('left') !== '' && idOf('right') !== '');
const workers = { left: idOf('left'), right: idOf('right') };
let trainings = 0;
const long = new Set<string>();
let queueing: Promise<void> | null = queue(plan.trainings);

await until(
  'some are done',
  supplied(() => store.counts().completed >= plan.cutAfter),
);
const cut = await cutOff();
await until(
  'the one that was cut off has done another',
  supplied(() => hasDone('right', cut.mendedAt)),
);
await queueing;
await until('all have ended', isOver);
const endedAt = Date.now();

const told = await toldToClient();
const left = await lab.stop();
const course = { trainings, startedAt, ...cut, endedAt, workers, claims };
const { faults, ...figures } = outcomeOf(lab, store, course);
const all = [...told, ...left, ...faults, ...audit(database, lab.home, trainings)];
database.close();
writeFileSync(join(folder, 'figures.json'), JSON.stringify({ ...figures, faults: all } satisfies Figures));

/** Empty before the worker has announced itself. */
function idOf(side: Side): string {
  return store.workers().find(({ pid }) => pid === lab.pidOf(side))?.id ?? '';
}

async function queue(more: number): Promise<void> {
  for (let k = 0; k < more; k++) {
    trainings++;
    const isLong = trainings % longEvery === 0;
    const epochs = isLong ? plan.epochs * longTimes : plan.epochs;
    const { task_id } = await lab.call('train_model', { strategy_name: strategyName, epochs, seed: trainings });
    if (isLong) long.add(String(task_id));
  }
  queueing = null;
}

async function until(what: string, done: () => boolean): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (claims.look(); !done(); claims.look()) {
    if (Date.now() > deadline) throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
    await sleep(lookEveryMs);
  }
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${seconds} s: ${what}; ${store.counts().completed} trainings done\n`);
}

/** Keeps work in the queue while it is asked. */
function supplied(done: () => boolean): () => boolean {
  return () => {
    if (store.counts().queued < fewest) queueing ??= queue(fewest);
    return done();
  };
}

/** Pulls the cable of the right worker while it is at a job, which it then cannot hand in. */
async function cutOff(): Promise<Cut> {
  const held = () => store.leases().filter(({ owner }) => owner === workers.right);
  for (let cuts = 0; cuts < mostCuts; cuts++) {
    await until(
      'the one on the right is at a long job',
      supplied(() => held().some(({ id, beat }) => long.has(id) && beat > 0)),
    );
    namespaces.cut('right');
    const cutAt = Date.now();
    const [lost] = held();
    await until(
      'it is cut off',
      supplied(() => held().length === 0),
    );
    const outAt = Date.now();
    const isTakenOver = lost !== undefined && !isDone(lost);
    if (isTakenOver)
      await until(
        'the cable is mended',
        supplied(() => Date.now() > cutAt + plan.cutMs),
      );
    namespaces.mend('right');
    if (isTakenOver) return { cutAt, outAt, mendedAt: Date.now() };
  }
  throw new Error(`cut off ${mostCuts} times, and never while it was at a job`);
}

function hasDone(side: Side, since: number): boolean {
  return claims.of(workers[side], since).some(isDone);
}

function isDone({ id, fence }: Claim): boolean {
  const job = store.get(id);
  return job?.status === 'completed' && job.attempt === fence;
}

function isOver(): boolean {
  const { queued, running } = store.counts();
  return queued + running === 0;
}

/** What the client is told that is not so. */
async function toldToClient(): Promise<string[]> {
  const { total } = await lab.call('list_tasks', { status: 'completed', kind: 'train' });
  const { total_rows: models } = await lab.call('list_models', { strategy_name: strategyName });
  return Object.entries({ 'completed tasks': total, models }).flatMap(([what, number]) =>
    number === trainings ? [] : [`the client was told of ${number} ${what}, not ${trainings}`],
  );
}
