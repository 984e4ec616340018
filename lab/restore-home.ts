import { existsSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { syncFolder } from '@stratlab/data/atomic-file.ts';
import { diskErrorOf } from '@stratlab/data/disk-error.ts';
import { requireRoom } from '@stratlab/data/room.ts';
import { type BackupFile, backupNames, copyVerified, holds, objectFile, readList } from './backup-folder.ts';
import { LabError } from './error.ts';
import { entries } from './home-files.ts';
import { type Finding, verifyHome } from './verify-home.ts';

export interface Restored {
  home: string;
  /** Of the backup. */
  name: string;
  made_at: string;
  files: number;
  bytes: number;
  /** What was damaged or missing when the backup was made, and is so again. */
  findings: Finding[];
}

/** The folder inside a mounted home in which the restored one grows. */
const inside = '.restoring';
/** What appears in a mounted home before its database. */
const beforeDatabase = ['data', 'models', 'results', 'strategies'];
/** What may lie in a home that counts as empty. */
const ignored = ['lost+found', inside];

/**
 * Makes a home from a backup, the newest where none is named. It grows beside its place, every file against its hash,
 * and appears in one step; in a mounted volume its database, without which nothing is a lab, appears last. Throws
 * `already_exists` where the home holds anything, `not_found`, `corrupt`, `unavailable`.
 */
export function restoreHome(folder: string, home: string, name = newest(folder)): Restored {
  const { made_at, files } = readList(folder, name);
  const target = resolve(home);
  try {
    refuseUsed(target);
    const mounted = isMounted(target);
    const growing = mounted ? join(target, inside) : `${target}.restoring`;
    rmSync(growing, { recursive: true, force: true });
    const bytes = copyAll(folder, files, growing);
    const { findings } = verifyHome(growing, 'full');
    if (mounted) appearInside(growing, target);
    else appear(growing, target);
    return { home: target, name, made_at, files: files.length, bytes, findings };
  } catch (error) {
    throw diskErrorOf(error, `${target} could not be restored`);
  }
}

function newest(folder: string): string {
  const name = backupNames(folder).at(-1);
  if (name !== undefined) return name;
  throw new LabError('not_found', `${folder} holds no backup.`, { hint: 'stratlab backup <folder> makes one.' });
}

/** A restore into a mounted volume that was cut off has left no database, and is begun anew. */
function refuseUsed(home: string): void {
  const found = entries(home).filter((name) => !ignored.includes(name));
  if (found.length === 0) return;
  if (existsSync(join(home, inside)) && found.every((name) => beforeDatabase.includes(name))) {
    for (const name of found) rmSync(join(home, name), { recursive: true });
    return;
  }
  throw new LabError('already_exists', `${home} is not empty: it holds ${found.slice(0, 5).join(', ')}.`, {
    hint: 'Restore into a folder that does not exist yet, with --home.',
  });
}

function isMounted(home: string): boolean {
  return existsSync(home) && statSync(home).dev !== statSync(dirname(home)).dev;
}

function copyAll(folder: string, files: readonly BackupFile[], growing: string): number {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  requireRoom(growing, bytes, 'The restored home');
  for (const file of files) {
    if (!holds(folder, file)) {
      throw new LabError('corrupt', `The backup is damaged: it does not hold ${file.path}.`, { hint: otherBackup });
    }
    copyVerified(objectFile(folder, file.sha256), join(growing, file.path), file.sha256);
  }
  return bytes;
}

const otherBackup = 'Restore another one with --at; the folder `backups` names them.';

function appear(growing: string, home: string): void {
  renameSync(growing, home);
  syncFolder(dirname(home));
}

function appearInside(growing: string, home: string): void {
  const names = entries(growing).filter((name) => name !== 'experiments');
  for (const name of [...names, 'experiments']) renameSync(join(growing, name), join(home, name));
  syncFolder(home);
  rmdirSync(growing);
}
