import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writeFileAtomic } from '@stratlab/data/atomic-file.ts';
import { addEvent } from '@stratlab/knowledge/experiments.ts';
import { backupHome } from '@stratlab/lab/backup-home.ts';
import { LabError } from '@stratlab/lab/error.ts';
import { shownError } from '@stratlab/lab/fault.ts';
import { restoreHome } from '@stratlab/lab/restore-home.ts';
import { saveInsight } from '@stratlab/lab/save-insight.ts';
import { verifyHome } from '@stratlab/lab/verify-home.ts';
import { storeMarket } from '../lab-home.ts';
import { doWork, inLab, temporaryFolder } from './worked-home.ts';

/** Why nothing can be mounted here, or false. */
const skip =
  process.platform === 'linux' && process.getuid?.() === 0 && canMount()
    ? false
    : 'mounting a small disk needs Linux and root';

function canMount(): boolean {
  return spawnSync('unshare', ['--mount', 'true']).status === 0;
}

function mount(...flags: string[]): void {
  const { status, stderr } = spawnSync('mount', flags, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** A disk of its own of so many MiB. */
function smallDisk(t: TestContext, mebibytes: number): string {
  const disk = mkdtempSync(join(tmpdir(), 'stratlab-'));
  mount('-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', disk);
  t.after(() => {
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });
  return disk;
}

/** Fills a disk until it has so many bytes left. */
function fill(disk: string, left: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'filling'), Buffer.alloc(Math.max(0, bavail * bsize - left)));
}

async function codeOf(body: () => unknown): Promise<string> {
  try {
    await body();
    return 'ok';
  } catch (thrown) {
    const error = shownError(thrown);
    if (error instanceof LabError) return error.code;
    throw thrown;
  }
}

test('on a full disk everything that writes says so, nothing is half-written, and with room the work goes on', {
  skip,
}, async (t) => {
  const disk = smallDisk(t, 12);
  const home = join(disk, 'home');
  await inLab(home, async (lab) => {
    await doWork(lab, 'AAA');
    fill(disk, 0);
    const again = () => storeMarket(lab, 'BBB', 'noise', { bars: 5000 }, { kind: 'none' });
    await assert.rejects(
      async () => again(),
      (error) =>
        error instanceof LabError &&
        error.code === 'unavailable' &&
        /BBB 1d \(5000 bars\) needs 234\.4 KiB; the disk has 0 bytes left/.test(error.message) &&
        /stratlab clean/.test(error.hint ?? ''),
    );
    let code = 'ok';
    for (let k = 0; k < 2000 && code === 'ok'; k++) {
      code = await codeOf(() =>
        addEvent(lab.database, { experimentId: null, kind: 'note', subjectId: null, summary: 'x'.repeat(4000), at: k }),
      );
    }
    assert.equal(code, 'unavailable');
    assert.equal(await codeOf(() => doWork(lab, 'CCC')), 'unavailable');
    assert.ok(verifyHome(home, 'full').ok);
    rmSync(join(disk, 'filling'));
    again();
    saveInsight(lab, { category: 'failure', content: 'the disk was full' });
    await doWork(lab, 'DDD', 2);
  });
  assert.deepEqual(verifyHome(home, 'full').findings, []);
});

test('on a read-only disk a lab says so, its home can be verified, and later work goes on', { skip }, async (t) => {
  const disk = smallDisk(t, 12);
  const home = join(disk, 'home');
  await inLab(home, (lab) => doWork(lab, 'AAA'));
  mount('-o', 'remount,ro', disk);
  assert.equal(await codeOf(() => inLab(home, () => {})), 'unavailable');
  assert.equal(await codeOf(() => writeFileAtomic(join(home, 'results', 'x'), 'x')), 'unavailable');
  assert.deepEqual(verifyHome(home, 'full').findings, []);
  mount('-o', 'remount,rw', disk);
  await inLab(home, (lab) => doWork(lab, 'BBB', 2));
  assert.deepEqual(verifyHome(home, 'full').findings, []);
});

test('a backup or a restored home that does not fit leaves nothing behind and says how much is needed', {
  skip,
}, async (t) => {
  const disk = smallDisk(t, 4);
  const folder = temporaryFolder(t);
  const [home, backups] = ['home', 'backups'].map((name) => join(folder, name));
  await inLab(home, async (lab) => {
    await doWork(lab, 'AAA');
    await backupHome(lab, backups);
    fill(disk, 100 * 1024);
    assert.equal(await codeOf(() => backupHome(lab, join(disk, 'backups'))), 'unavailable');
  });
  assert.throws(
    () => restoreHome(backups, join(disk, 'copy')),
    (error) =>
      error instanceof LabError &&
      error.code === 'unavailable' &&
      /needs .* KiB; the disk has .* left/.test(error.message),
  );
  assert.deepEqual(
    readdirSync(disk).filter((name) => name.startsWith('copy')),
    [],
  );
});

test('a home in a mounted volume is restored there', { skip }, async (t) => {
  const disk = smallDisk(t, 8);
  const folder = temporaryFolder(t);
  const [home, backups] = ['home', 'backups'].map((name) => join(folder, name));
  await inLab(home, async (lab) => {
    await doWork(lab, 'AAA');
    await backupHome(lab, backups);
  });
  mkdirSync(join(disk, '.restoring', 'experiments'), { recursive: true });
  cpSync(join(home, 'data'), join(disk, 'data'), { recursive: true });
  assert.deepEqual(restoreHome(backups, disk).findings, []);
  assert.ok(verifyHome(disk, 'full').ok);
  assert.deepEqual(readdirSync(disk).sort(), ['data', 'experiments', 'models', 'results', 'strategies']);
  assert.equal(await codeOf(() => restoreHome(backups, disk)), 'already_exists');
});
