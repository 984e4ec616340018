import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@stratlab/data/random.ts';
import { alive, killServer, QueueHome, startServer, until } from '../faults/queue-home.ts';
import type { RedisServer } from '../faults/redis-server.ts';
import { clockOf } from './clock.ts';
import { Starts } from './starts.ts';

/** How often what is done to the queue. */
export interface Plan {
  workerKills: number;
  serverKills: number;
  /** A worker and its server at once. */
  bothKills: number;
  redisOutages: number;
  /** The longest outage; the others are shorter than two leases. */
  longOutageMs: number;
  /** Of an hour, there and back. */
  clockJumps: number;
  /** Cancels of running jobs: of some that listen, that never yield, and that ignore SIGTERM. */
  cancels: number;
}

export interface Suffered {
  jobs: number;
  starts: number;
  workerKills: number;
  /** Of these, in the middle of a job. */
  midJob: number;
  serverKills: number;
  bothKills: number;
  redisOutages: number;
  clockJumps: number;
  cancels: number;
  slowestCancelMs: number;
  /** What must not be; empty where all is well. */
  faults: string[];
}

const servers = 3;
const outstanding = 24;
const chain = ['train', 'backtest', 'report'] as const;
const deadlineMs = 2000;
const cancelledAtOnce = 4;
const maxAttempts = 100_000;

type Blow = 'workerKills' | 'serverKills' | 'bothKills' | 'redisOutages' | 'clockJumps' | 'cancels';

/**
 * Runs chains of jobs (train, then backtest, then report) on three servers while their processes are killed, Redis goes
 * and forgets, the wall clock jumps and jobs are cancelled; then looks for what was lost, doubled or out of order.
 */
export async function storm(plan: Plan, redis: RedisServer | null, seed: number): Promise<Suffered> {
  const home = new QueueHome(redis?.url ?? null);
  const random = seededRandom(seed);
  const clock = clockOf(home);
  const starts = new Starts(home.trace);
  const fleet: ChildProcess[] = Array.from({ length: servers }, () => startServer(home, 2, clock?.environment));
  const ids: string[] = [];
  const cancelled = new Map<string, number>();
  const done: Suffered = {
    jobs: 0,
    starts: 0,
    workerKills: 0,
    midJob: 0,
    serverKills: 0,
    bothKills: 0,
    redisOutages: 0,
    clockJumps: 0,
    cancels: 0,
    slowestCancelMs: 0,
    faults: [],
  };

  function feed(): void {
    const { queued, running } = home.store.counts();
    for (let missing = outstanding - queued - running; missing > 0; missing -= chain.length) addChain();
  }

  function addChain(): void {
    let before: string | null = null;
    for (const step of chain) {
      const id: string = `${ids.length}-${step}`;
      const payload = JSON.stringify({ trace: home.trace, ms: Math.floor(random() * 120) });
      const after = before === null ? [] : [{ id: before, needs: 'success' as const }];
      home.store.add({ id, kind: 'wait', payload, key: id, maxAttempts, after });
      ids.push(id);
      before = id;
    }
  }

  const pick = <T>(things: readonly T[]): T | undefined => things[Math.floor(random() * things.length)];
  const runningPids = () =>
    home.store.list({ statuses: ['running'], limit: 50 }).flatMap(({ id, attempt }) => {
      const pid = starts.pidOf(id, attempt);
      return pid !== undefined && alive(pid) ? [{ id, attempt, pid }] : [];
    });

  /** At least every other one in the middle of a job. */
  async function killWorker(): Promise<number> {
    if (done.midJob <= done.workerKills / 2) await until('a job runs', somethingRuns);
    starts.read();
    const victim = pick(runningPids()) ?? pick(starts.recent().filter(({ pid }) => alive(pid)));
    if (victim === undefined) return 0;
    process.kill(victim.pid, 'SIGKILL');
    const record = home.store.get(victim.id);
    if (record?.status === 'running' && record.attempt === victim.attempt) done.midJob++;
    return 1;
  }

  function somethingRuns(): boolean {
    feed();
    starts.read();
    return runningPids().length > 0;
  }

  async function killOneServer(): Promise<number> {
    const k = Math.floor(random() * servers);
    await killServer(fleet[k]);
    fleet[k] = startServer(home, 2, clock?.environment);
    return 1;
  }

  async function redisOutage(): Promise<number> {
    if (redis === null) return 0;
    const isLong = done.redisOutages === Math.floor(plan.redisOutages / 2);
    await redis.down();
    await sleep(isLong ? plan.longOutageMs : 20 + random() * 1500);
    await redis.up();
    if (done.redisOutages % 20 === 3) redis.wipe();
    return 1;
  }

  /** Jobs of kinds that are hard to end are put in front of all others and cancelled once they run. */
  async function cancelSome(): Promise<number> {
    const number = Math.min(cancelledAtOnce, plan.cancels - done.cancels);
    const some = Array.from({ length: number }, (_, k) => `cancel-${done.cancels + k}`);
    for (const id of some) {
      const payload = JSON.stringify({ trace: home.trace, ms: 60_000 });
      home.store.add({
        id,
        kind: pick(['busy', 'stubborn', 'wait']) ?? 'wait',
        payload,
        key: null,
        maxAttempts,
        priority: 9,
      });
    }
    await until(`${some.join(', ')} run`, () => {
      starts.read();
      return some.every((id) => home.record(id).status === 'running' && pidOf(id) !== undefined);
    });
    await Promise.all(some.map(cancel));
    return number;
  }

  const pidOf = (id: string) => starts.pidOf(id, home.record(id).attempt);

  async function cancel(id: string): Promise<void> {
    const askedAt = performance.now();
    home.store.requestCancel(id);
    await until(`${id} has ended`, () => home.record(id).finishedAt !== null);
    const tookMs = performance.now() - askedAt;
    cancelled.set(id, tookMs);
    done.slowestCancelMs = Math.max(done.slowestCancelMs, Math.round(tookMs));
    if (home.record(id).status !== 'cancelled') done.faults.push(`${id} ended as ${home.record(id).status}`);
    // The process of a job whose server was killed ends by itself, a moment after another server has seen to the job.
    const pid = pidOf(id);
    if (pid !== undefined && !(await diesSoon(pid))) done.faults.push(`the process of ${id} outlived its cancel`);
  }

  const blows: Record<Blow, () => Promise<number>> = {
    workerKills: killWorker,
    serverKills: killOneServer,
    bothKills: async () => (await killWorker()) * (await killOneServer()),
    redisOutages: redisOutage,
    clockJumps: async () => clock?.jump() ?? 0,
    cancels: cancelSome,
  };

  /** What is left to be done, each as likely as there is of it. */
  function nextBlow(): Blow | undefined {
    const left = Object.keys(blows).flatMap((name) => (isBlow(name) && plan[name] > done[name] ? [name] : []));
    const weights = left.map((name) => plan[name] - done[name]);
    const at = random() * weights.reduce((sum, weight) => sum + weight, 0);
    const upTo = weights.map((_, k) => weights.slice(0, k + 1).reduce((sum, weight) => sum + weight, 0));
    return left.find((_, k) => at < upTo[k]);
  }

  for (;;) {
    feed();
    const blow = nextBlow();
    if (blow === undefined) break;
    done[blow] += await blows[blow]();
    await sleep(5 + random() * 40);
  }

  clock?.settle();
  await until('all jobs have ended', () => home.store.counts().queued + home.store.counts().running === 0, 120_000);
  await Promise.all(fleet.map(killServer));
  starts.read();
  await until('no job process is left', () => !starts.recent().some(({ pid }) => alive(pid)));
  done.jobs = ids.length + cancelled.size;
  done.starts = starts.count;
  done.faults.push(...faultsOf(home, ids, cancelled));
  home.close();
  return done;
}

async function diesSoon(pid: number): Promise<boolean> {
  for (let k = 0; k < 100 && alive(pid); k++) await sleep(20);
  return !alive(pid);
}

const isBlow = (name: string): name is Blow =>
  ['workerKills', 'serverKills', 'bothKills', 'redisOutages', 'clockJumps', 'cancels'].includes(name);

/** Nothing lost, nothing twice, nothing before what it comes after, nothing after a cancel was acknowledged. */
function faultsOf(home: QueueHome, ids: readonly string[], cancelled: ReadonlyMap<string, number>): string[] {
  const faults: string[] = [];
  const effects = home.effects().map(({ job }) => job);
  const place = new Map(effects.map((id, k) => [id, k]));
  if (place.size !== effects.length) faults.push(`${effects.length - place.size} effects are doubled`);
  for (const [k, id] of ids.entries()) {
    const { status } = home.record(id);
    const at = place.get(id);
    if (status !== 'completed' || at === undefined)
      faults.push(`${id} is ${status}, ${at === undefined ? 'without' : 'with'} effect`);
    const before = k % chain.length === 0 ? undefined : place.get(ids[k - 1]);
    if (k % chain.length > 0 && (before === undefined || before > Number(at)))
      faults.push(`${id} came before ${ids[k - 1]}`);
  }
  for (const [id, tookMs] of cancelled) {
    if (place.has(id)) faults.push(`${id} was cancelled and has an effect`);
    if (tookMs > deadlineMs) faults.push(`${id} took ${Math.round(tookMs)} ms to be cancelled`);
  }
  const integrity = home.database.sqlite.pragma('integrity_check', { simple: true });
  if (integrity !== 'ok') faults.push(`integrity_check: ${integrity}`);
  return faults;
}
