import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '@stratlab/data/hash.ts';
import { formatInstant, parseInstant } from '@stratlab/data/instant.ts';
import { openStore } from '@stratlab/data/store.ts';
import { Unreachable } from '@stratlab/jobs/unreachable.ts';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { type Objects, openObjects } from '@stratlab/lab/objects.ts';
import { crossDocument, networkDocument } from '../documents.ts';
import { storeMarket } from '../lab-home.ts';
import { Cable } from './cable.ts';
import { homeFor, stratlab } from './http-process.ts';
import { type Fields, labWithoutWorkers, startWorker, until } from './remote-lab.ts';
import { S3Server } from './s3-server.ts';

let started: S3Server | string;
let buckets = 0;

before(async () => {
  started = await S3Server.start();
  if (typeof started !== 'string') Object.assign(process.env, started.environment);
});

after(async () => {
  if (typeof started !== 'string') await started.remove();
});

/** With a storage server and an empty bucket of it; skipped where there is none. */
function storageTest(
  name: string,
  body: (
    t: TestContext,
    server: S3Server,
    settings: Record<string, string> & { STRATLAB_S3_BUCKET: string },
  ) => Promise<void>,
): void {
  test(name, async (t) => {
    if (typeof started === 'string') return t.skip(started);
    const bucket = `bucket-${++buckets}`;
    await started.makeBucket(bucket);
    await body(t, started, { ...started.environment, STRATLAB_S3_BUCKET: bucket });
  });
}

async function objectsOf(settings: Record<string, string>): Promise<Objects> {
  const objects = await openObjects(readConfiguration(settings));
  assert.ok(objects);
  return objects;
}

/** Every backtest is a job. */
const asJobs = { STRATLAB_INLINE_BARS: '0' };

const cross = { strategy_name: 'cross', symbol: 'AAA' };

const ended = ({ status }: Fields) => !['queued', 'running'].includes(String(status));

storageTest('content comes back as it was put, and is never overwritten', async (_, server, settings) => {
  const objects = await objectsOf(settings);
  const content = new TextEncoder().encode('some bars');
  const file = { path: 'data/AAA/1d.x.arrow', hash: sha256(content) };
  await assert.rejects(objects.get(file), { code: 'not_found' });
  await objects.put(file, () => content);
  assert.deepEqual(Buffer.from(await objects.get(file)), Buffer.from(content));
  const key = `stratlab/data/${file.hash}`;
  assert.deepEqual(await server.keys(settings.STRATLAB_S3_BUCKET), [key]);
  await server.overwrite(settings.STRATLAB_S3_BUCKET, key, 'other bars');
  await objects.put(file, () => content);
  await assert.rejects(objects.get(file), { code: 'corrupt', message: /not what its name says/ });
  await assert.rejects(
    objects.put({ ...file, hash: sha256('other') }, () => content),
    { code: 'corrupt' },
  );
});

storageTest('storage that does not answer may answer later; a missing bucket will not', async (t, _, settings) => {
  const file = { path: 'data/AAA/1d.json', hash: sha256('') };
  const away = await objectsOf({ ...settings, STRATLAB_S3_ENDPOINT: 'http://127.0.0.1:9' });
  await assert.rejects(away.get(file), Unreachable);
  await assert.rejects(away.check(), { code: 'unavailable', message: /cannot be reached/ });
  const missing = { ...settings, STRATLAB_S3_BUCKET: 'no-such-bucket' };
  const serving = await stratlab(homeFor(t), ['serve', '--http'], { ...missing, STRATLAB_WORKERS: '0' });
  const working = await stratlab(homeFor(t), ['worker'], { ...missing, STRATLAB_LAB_URL: 'http://127.0.0.1:9' });
  for (const { code, err } of [serving, working]) {
    assert.equal(code, 1);
    assert.match(err, /^unavailable: Bucket no-such-bucket at \S+ does not exist/m);
  }
});

storageTest(
  'lab and workers share no disk: one dies in a training, the next trains and backtests',
  async (t, server, settings) => {
    const { home, call, environment } = await labWithoutWorkers(t, { ...settings, ...asJobs }, { kind: 'default' });
    await call('create_strategy', { name: 'net', config: networkDocument(['AAA']) });
    const { task_id } = await call('train_model', { strategy_name: 'net', epochs: 1500 });
    const training = () => call('get_task_status', { task_id });
    const first = startWorker(t, homeFor(t), environment);
    await until(training, (task) => Number(task.progress) > 5);
    first.kill('SIGKILL');

    const [elsewhere, bucket] = [homeFor(t), settings.STRATLAB_S3_BUCKET];
    startWorker(t, elsewhere, environment);
    const trained = await until(training, ended);
    assert.deepEqual([trained.status, trained.attempt], ['completed', 2], JSON.stringify(trained));
    const [hash] = readdirSync(join(home, 'models')).filter((name) => name.length === 64);
    assert.deepEqual(readdirSync(join(home, 'models', hash)).sort(), ['model.json', 'weights.safetensors']);

    // What lies in the worker's home with the right hash is neither fetched nor put up again.
    const dataKeys = async () => (await server.keys(bucket)).filter((key) => key.startsWith('stratlab/data/'));
    for (const key of await dataKeys()) await server.delete(bucket, key);
    await call('create_strategy', { name: 'cross', config: crossDocument('AAA') });
    const tested = await call('test_strategies', { names: ['net', 'cross'] });
    const table = await until(() => call('get_task_status', { task_id: tested.task_id }), ended);
    assert.equal(table.status, 'completed', JSON.stringify(table));
    const { rows, failures } = Object(table.result);
    assert.deepEqual([rows.length, failures], [2, []]);
    assert.deepEqual(await dataKeys(), []);
    assert.equal(readdirSync(join(home, 'results')).length, 2);
    assert.deepEqual(readdirSync(join(elsewhere, 'borrowed')), []);
  },
);

storageTest('the seal of the lab holds where its jobs run, also when it moves', async (t, _, settings) => {
  const { home, call, environment } = await labWithoutWorkers(t, { ...settings, ...asJobs }, { kind: 'default' });
  startWorker(t, homeFor(t), environment);
  await call('create_strategy', { name: 'cross', config: crossDocument('AAA') });
  const hashes = new Set<string>();
  for (const seal of [null, parseInstant('2003-01-01', 'seal')]) {
    if (seal !== null) await sealFrom(home, seal);
    const { sealedFrom, hash } = openStore(join(home, 'data')).read('AAA', '1d');
    const { data } = await call('run_backtest', cross);
    assert.deepEqual(data, { hash, synthetic: false, sealed_from: formatInstant(sealedFrom ?? 0) });
    hashes.add(hash);
  }
  assert.equal(hashes.size, 2);
});

storageTest('a damaged object is refused, on its way to a worker and back', async (t, server, settings) => {
  const { home, call, environment } = await labWithoutWorkers(t, { ...settings, ...asJobs });
  const bucket = settings.STRATLAB_S3_BUCKET;
  const damage = async (kind: string) => {
    const keys = (await server.keys(bucket)).filter((key) => key.startsWith(`stratlab/${kind}/`));
    assert.ok(keys.length > 0, kind);
    for (const key of keys) await server.overwrite(bucket, key, 'damaged');
    return keys;
  };
  await call('create_strategy', { name: 'cross', config: crossDocument('AAA') });
  const first = startWorker(t, homeFor(t), environment);
  const { result_hash } = await call('run_backtest', cross);

  await damage('results');
  rmSync(join(home, 'results', `${result_hash}.json`));
  await assert.rejects(call('run_backtest', cross), /corrupt.*stratlab\/results\/.*not what its name says/);

  first.kill('SIGKILL');
  const keys = await damage('data');
  startWorker(t, homeFor(t), environment);
  await assert.rejects(call('run_backtest', cross), /corrupt.*stratlab\/data\/.*not what its name says/);

  for (const key of [...keys, ...(await damage('results'))]) await server.delete(bucket, key);
  assert.equal((await call('run_backtest', cross)).result_hash, result_hash);
});

storageTest('storage that cannot be reached for a while delays a job, and fails none', async (t, server, settings) => {
  const cable = await Cable.to(new URL(server.url));
  t.after(() => cable.remove());
  const { call, environment } = await labWithoutWorkers(t, { ...settings, STRATLAB_S3_ENDPOINT: cable.url });
  await call('create_strategy', { name: 'net', config: networkDocument(['AAA']) });
  const worker = startWorker(t, homeFor(t), environment);
  await working(worker);
  cable.cut();
  const { task_id } = await call('train_model', { strategy_name: 'net', epochs: 300 });
  const status = () => call('get_task_status', { task_id });
  await until(status, ({ stage }) => stage === 'fetching');
  await sleep(1500);
  assert.equal((await status()).stage, 'fetching');
  cable.mend();
  await until(status, ({ progress }) => Number(progress) > 5);
  cable.cut();
  await until(status, ({ stage }) => stage === 'saving');
  await sleep(1500);
  assert.equal((await status()).status, 'running');
  cable.mend();
  const { status: end, attempt } = await until(status, ended);
  assert.deepEqual([end, attempt], ['completed', 1]);
});

storageTest('a worker with a bucket whose lab has none is told so and ends', async (t, _, settings) => {
  const { environment } = await labWithoutWorkers(t);
  const { code, err } = await stratlab(homeFor(t), ['worker'], { ...environment, ...settings });
  assert.equal(code, 1);
  assert.match(err, /^unavailable: This worker has a bucket, and its lab has none/m);
});

/** Once the worker has been welcomed. */
async function working({ stderr }: ChildProcess): Promise<void> {
  assert.ok(stderr);
  for await (const line of createInterface(stderr)) if (line.includes('"working"')) break;
  stderr.resume();
}

/** As a person does by importing the series anew. */
async function sealFrom(home: string, date: number): Promise<void> {
  const lab = openLab(readConfiguration({ STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' }), { work: false });
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 3000 }, { kind: 'date', date });
  await lab.close();
}
