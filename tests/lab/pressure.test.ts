import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { freeIn, freeMemory, groupFolders } from '@stratlab/lab/free-memory.ts';
import { getLabStatus } from '@stratlab/lab/get-lab-status.ts';
import { measureRoom, pressureNow, pressureOf } from '@stratlab/lab/pressure.ts';
import { requireTask, taskView } from '@stratlab/lab/task-view.ts';
import { temporaryFolder } from '../faults/worked-home.ts';
import { emptyLab } from '../lab-home.ts';
import { addJob } from '../recorded.ts';

const mebibyte = 2 ** 20;
const limits = { freeDiskMb: 100, freeMemoryMb: 50 };

test('jobs wait below either limit, and the reason says how much is free and wanted, and where the limit is set', () => {
  assert.equal(pressureOf({ disk: 100 * mebibyte, memory: 50 * mebibyte }, limits), null);
  assert.equal(pressureOf({ disk: 100 * mebibyte, memory: null }, limits), null);
  assert.equal(
    pressureOf({ disk: 99.5 * mebibyte, memory: 0 }, limits),
    'waits for room on the disk of the home: 99.5 MiB free, 100.0 MiB wanted (STRATLAB_FREE_DISK_MB)',
  );
  assert.match(pressureOf({ disk: 1e12, memory: 0 }, limits) ?? '', /in memory: 0 bytes free, 50\.0 MiB wanted/);
});

test('a container counts with its own limit, that of the groups around it, and what it can drop', (t) => {
  const root = temporaryFolder(t);
  const group = (path: string, files: Record<string, string>) => {
    mkdirSync(join(root, path), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, path, name), text);
    return join(root, path);
  };
  const inner = group('pod/lab', { 'memory.max': 'max\n', 'memory.current': '700\n' });
  const outer = group('pod', {
    'memory.max': '1000\n',
    'memory.current': '900\n',
    'memory.stat': 'anon 1\ninactive_file 300\n',
  });
  const old = group('memory/docker', {
    'memory.limit_in_bytes': '500',
    'memory.usage_in_bytes': '450',
    'memory.stat': 'inactive_file 5\ntotal_inactive_file 20\n',
  });
  assert.deepEqual(groupFolders(root, '0::/pod/lab\n'), [inner, outer, root]);
  assert.deepEqual(groupFolders(root, '3:cpu:/x\n2:memory:/docker\n0::/\n'), [old, join(root, 'memory')]);
  assert.deepEqual([inner, outer, root, old].map(freeIn), [
    Number.POSITIVE_INFINITY,
    400,
    Number.POSITIVE_INFINITY,
    70,
  ]);
});

test('this machine is measured', (t) => {
  const { disk, memory } = measureRoom(join(temporaryFolder(t), 'not', 'there'));
  assert.ok(disk > 0 && (memory === null || memory > 0));
  assert.equal(freeMemory() === null, process.platform !== 'linux');
});

test('a task that waits for room says so, and so does the lab', async (t) => {
  const lab = emptyLab(t, { STRATLAB_FREE_DISK_MB: String(2 ** 40) });
  assert.match(pressureNow(lab.configuration) ?? '', /STRATLAB_FREE_DISK_MB/);
  const id = lab.database.transaction(() => {
    const added = addJob(lab);
    assert.match(taskView(lab, requireTask(lab, added)).waiting_reason ?? '', /waits for room on the disk/);
    return added;
  });
  const { room, warnings } = await getLabStatus(lab);
  assert.match(room.waiting_reason ?? '', /waits for room on the disk/);
  assert.match(warnings.join(), /No job is started: the lab waits for room/);
  assert.ok(id);
});
