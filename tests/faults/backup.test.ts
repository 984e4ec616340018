import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { backupNames } from '@stratlab/lab/backup-folder.ts';
import { backupHome } from '@stratlab/lab/backup-home.ts';
import { LabError } from '@stratlab/lab/error.ts';
import { getBacktestTrades } from '@stratlab/lab/get-backtest-trades.ts';
import { databaseFile } from '@stratlab/lab/lab-folders.ts';
import { restoreHome } from '@stratlab/lab/restore-home.ts';
import { verifyHome } from '@stratlab/lab/verify-home.ts';
import { cli } from '../end-to-end/client.ts';
import { doWork, inLab, temporaryFolder } from './worked-home.ts';

const labError = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof LabError && error.code === code && message.test(error.message);

test('a home comes back from its backup as it was, and can be worked in', async (t) => {
  const folder = temporaryFolder(t);
  const [home, backups, copy] = ['home', 'backups', 'copy'].map((name) => join(folder, name));
  const work = await inLab(home, async (lab) => {
    const done = await doWork(lab, 'AAA');
    mkdirSync(lab.folders.universes);
    writeFileSync(join(lab.folders.universes, 'tech.csv'), 'symbol,from,to\nAAA,,\n');
    await backupHome(lab, backups);
    return done;
  });
  const trades = await inLab(home, (lab) => getBacktestTrades(lab, { backtest_id: work.backtestId }));
  const { findings } = restoreHome(backups, copy);
  assert.deepEqual(findings, []);
  assert.deepEqual(await inLab(copy, (lab) => getBacktestTrades(lab, { backtest_id: work.backtestId })), trades);
  assert.ok(existsSync(join(copy, 'data', 'universes', 'tech.csv')));
  assert.ok(existsSync(join(copy, 'experiments', `${work.experimentId}.html`)));
  await inLab(copy, (lab) => doWork(lab, 'BBB', 2));
  assert.deepEqual(verifyHome(copy, 'full').findings, []);
});

test('a second backup copies only what is new, and either can be restored', async (t) => {
  const folder = temporaryFolder(t);
  const [home, backups] = ['home', 'backups'].map((name) => join(folder, name));
  await inLab(home, async (lab) => {
    await doWork(lab, 'AAA');
    const first = await backupHome(lab, backups);
    assert.equal(first.copied.files, first.files);
    const again = await backupHome(lab, backups);
    assert.ok(again.copied.files <= 1 && again.files === first.files, 'at most the database is new');
    await doWork(lab, 'BBB', 2);
    const third = await backupHome(lab, backups);
    assert.equal(third.files - first.files, third.copied.files - 1);
  });
  const [oldest] = backupNames(backups);
  restoreHome(backups, join(folder, 'old'), oldest);
  restoreHome(backups, join(folder, 'new'));
  const seriesIn = (name: string) => readdirSync(join(folder, name, 'data')).filter((entry) => entry !== 'seals');
  assert.deepEqual([seriesIn('old'), seriesIn('new').sort()], [['AAA'], ['AAA', 'BBB']]);
  assert.ok(verifyHome(join(folder, 'old'), 'full').ok && verifyHome(join(folder, 'new'), 'full').ok);
});

test('a backup made while the lab works is whole', async (t) => {
  const folder = temporaryFolder(t);
  const [home, backups] = ['home', 'backups'].map((name) => join(folder, name));
  await inLab(home, async (lab) => {
    await doWork(lab, 'S0');
    const command = run('backup', home, backups);
    for (let k = 1; command.exitCode === null; k++) await doWork(lab, `S${k}`, k);
    assert.equal(command.exitCode, 0);
  });
  assert.deepEqual(restoreHome(backups, join(folder, 'copy')).findings, []);
});

function run(command: 'backup' | 'restore', home: string, folder: string, ...flags: string[]): ChildProcess {
  const env = { ...process.env, STRATLAB_HOME: home };
  return spawn(process.execPath, [cli, command, folder, ...flags], { env, stdio: 'ignore' });
}

/** Kills a command once a folder holds `many` files; says whether it was killed before its end. */
async function killedAt(command: ChildProcess, folder: string, many: number): Promise<boolean> {
  const exited = once(command, 'exit');
  while (command.exitCode === null && filesIn(folder) < many) await sleep(1);
  const killed = command.kill('SIGKILL');
  await exited;
  return killed;
}

function filesIn(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  } catch {
    return 0;
  }
}

test('killed in the middle again and again, a backup is there whole or not at all', async (t) => {
  const folder = temporaryFolder(t);
  const [home, copy] = ['home', 'copy'].map((name) => join(folder, name));
  await inLab(home, (lab) => doWork(lab, 'AAA'));
  const whole: number[] = [];
  for (let many = 0; many < 14; many += 2) {
    const backups = join(folder, `backups-${many}`);
    await killedAt(run('backup', home, backups), backups, many);
    for (const name of backupNames(backups)) {
      assert.deepEqual(restoreHome(backups, copy, name).findings, []);
      rmSync(copy, { recursive: true });
      whole.push(many);
    }
    await inLab(home, (lab) => backupHome(lab, backups));
    assert.deepEqual(restoreHome(backups, copy).findings, []);
    rmSync(copy, { recursive: true });
  }
  t.diagnostic(`whole where killed at ${whole.join(', ')} files`);
  assert.ok(!whole.includes(2));
});

test('killed in the middle again and again, a restored home is there whole or not at all', async (t) => {
  const folder = temporaryFolder(t);
  const [home, backups, copy] = ['home', 'backups', 'copy'].map((name) => join(folder, name));
  await inLab(home, async (lab) => {
    await doWork(lab, 'AAA');
    await backupHome(lab, backups);
  });
  const whole: number[] = [];
  for (let many = 0; many < 12; many += 2) {
    await killedAt(run('restore', copy, backups), `${copy}.restoring`, many);
    if (!existsSync(copy)) continue;
    assert.deepEqual(verifyHome(copy, 'full').findings, []);
    rmSync(copy, { recursive: true });
    whole.push(many);
  }
  t.diagnostic(`whole where killed at ${whole.join(', ')} files`);
  assert.ok(!whole.includes(2));
  assert.deepEqual(restoreHome(backups, copy).findings, []);
  assert.equal(existsSync(`${copy}.restoring`), false);
});

test('a home that is in use is never restored over, a damaged backup never appears', async (t) => {
  const folder = temporaryFolder(t);
  const [home, backups] = ['home', 'backups'].map((name) => join(folder, name));
  await inLab(home, async (lab) => {
    await doWork(lab, 'AAA');
    await backupHome(lab, backups);
    await assert.rejects(backupHome(lab, join(home, 'backups')), labError('invalid_input', /would be lost with it/));
  });
  assert.throws(() => restoreHome(backups, home), labError('already_exists', /not empty: it holds data/));
  assert.throws(() => restoreHome(backups, join(folder, 'x'), 'never'), labError('not_found', /no backup "never"/));
  assert.throws(() => restoreHome(folder, join(folder, 'x')), labError('not_found', /holds no backup/));
  const objects = readdirSync(join(backups, 'objects'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const { parentPath, name } of objects) {
    const file = join(parentPath, name);
    const whole = readFileSync(file);
    const damaged = Buffer.from(whole);
    damaged[damaged.length >> 1] ^= 4;
    writeFileSync(file, damaged);
    assert.throws(() => restoreHome(backups, join(folder, 'x')), labError('corrupt', /not what was written/));
    assert.equal(existsSync(join(folder, 'x')), false);
    writeFileSync(file, whole);
  }
  restoreHome(backups, join(folder, 'x'));
});

test('what is damaged in the home is said and left out, and the command fails', async (t) => {
  const folder = temporaryFolder(t);
  const [home, backups] = ['home', 'backups'].map((name) => join(folder, name));
  await inLab(home, (lab) => doWork(lab, 'AAA'));
  const [result] = readdirSync(join(home, 'results'));
  writeFileSync(join(home, 'results', result), '{}');
  const env = { ...process.env, STRATLAB_HOME: home };
  const backup = spawnSync(process.execPath, [cli, 'backup', backups], { env, encoding: 'utf8' });
  assert.equal(backup.status, 1);
  assert.match(backup.stdout, /not in it: .*results.* is not what was written/);
  const restored = restoreHome(backups, join(folder, 'copy'));
  assert.deepEqual(
    restored.findings.map(({ state, path }) => [state, path]),
    [['missing', join('results', result)]],
  );
});

test('--database-only copies the database to one file', async (t) => {
  const folder = temporaryFolder(t);
  const [home, file] = ['home', 'copy.db'].map((name) => join(folder, name));
  await inLab(home, (lab) => doWork(lab, 'AAA'));
  const env = { ...process.env, STRATLAB_HOME: home };
  const copy = () => spawnSync(process.execPath, [cli, 'backup', file, '--database-only'], { env, encoding: 'utf8' });
  assert.equal(copy().status, 0);
  assert.ok(statSync(file).size >= statSync(databaseFile(home)).size);
  assert.match(copy().stderr, /already_exists/);
});
