import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openStore } from '@stratlab/data/store.ts';
import { sweep } from '@stratlab/lab/borrow.ts';
import { filesForJob } from '@stratlab/lab/files-of-job.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { labFolders } from '@stratlab/lab/lab-folders.ts';
import { namedFileSchema } from '@stratlab/lab/named-file.ts';
import { orderOf } from '@stratlab/lab/run-backtest.ts';
import { runOrder } from '@stratlab/lab/run-order.ts';
import { crossDocument } from '../documents.ts';
import { emptyLab, storeMarket, storeStrategy } from '../lab-home.ts';

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A home with nothing but the files that a backtest is said to need, and their paths. */
function homeWithFilesFor(t: TestContext, lab: Lab, payload: unknown) {
  const job = { id: 'task_1', kind: 'backtest', payload, attempt: 1, fence: 1, capability: 'cpu', trace: null };
  const files = filesForJob(lab, job);
  const home = folderFor(t);
  for (const { content, ...file } of files) {
    const path = join(home, namedFileSchema.parse(file).path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content());
  }
  return { home, paths: files.map(({ path }) => path) };
}

const documents = {
  'series in formulas and indicators': crossDocument('AAA', 30, {
    indicators: { other: { type: 'sma', period: 5, data_source: 'ccc' } },
    rules: {
      enter_long: 'sma(10) > sma(30) and series("BBB").close > 0 and other > 0',
      exit_long: 'sma(10) < sma(30)',
    },
  }),
  'the members of a universe': {
    version: '4',
    training_data: { timeframes: { mode: 'single', timeframe: '1d' } },
    universe: { membership: 'some' },
    portfolio: { rank: 'roc(20)', long_top: 1 },
  },
};

for (const [what, document] of Object.entries(documents)) {
  test(`a backtest needs no other files than those that are named for it: ${what}`, (t) => {
    const lab = emptyLab(t, { STRATLAB_WORKERS: '0' });
    for (const [k, symbol] of ['AAA', 'BBB', 'CCC', 'DDD'].entries())
      storeMarket(lab, symbol, 'fuzzy_rsi', { seed: k + 1 });
    mkdirSync(lab.folders.universes, { recursive: true });
    writeFileSync(
      join(lab.folders.universes, 'some.csv'),
      'symbol,from,to\nAAA,1990-01-01,\nBBB,1990-01-01,\nCCC,1990-01-01,\n',
    );
    storeStrategy(lab, 'one', document);
    const { order } = orderOf(lab, { strategy_name: 'one' });
    const { home, paths } = homeWithFilesFor(t, lab, order);
    assert.deepEqual([...new Set(paths.map((path) => path.split('/')[1]))].sort().slice(0, 3), ['AAA', 'BBB', 'CCC']);
    assert.ok(!paths.some((path) => path.includes('DDD')));
    const folders = labFolders(home);
    assert.deepEqual(runOrder(openStore(folders.data), folders, order), runOrder(lab.store, lab.folders, order));
  });
}

test('a path of a lent file stays inside the home', () => {
  const hash = 'a'.repeat(64);
  for (const path of ['data/AAA/1d.json', 'models/x/model.json', 'data/seals/^GSPC.json'])
    assert.ok(namedFileSchema.safeParse({ path, hash }).success, path);
  for (const path of ['data', 'data/', 'data/../x', '/data/x', 'experiments/lab.db', 'data\\x', 'data/..', 'data//x'])
    assert.ok(!namedFileSchema.safeParse({ path, hash }).success, path);
});

test('what no job has used for long is swept from the home of a worker', (t) => {
  const home = folderFor(t);
  const files = ['old', 'new'].flatMap((age) => [
    `objects/data/${age}`,
    `borrowed/${age}/data/x`,
    `models/checkpoints/${age}/x`,
  ]);
  for (const file of files) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), '');
  }
  for (const old of ['objects/data/old', 'borrowed/old', 'models/checkpoints/old']) utimesSync(join(home, old), 0, 0);
  sweep(home, 3_600_000);
  assert.deepEqual(
    files.filter((file) => existsSync(join(home, file))),
    files.filter((file) => file.includes('new')),
  );
});
