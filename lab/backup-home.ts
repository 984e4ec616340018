import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { replaceFile, temporarySuffix, writeFileAtomic } from '@stratlab/data/atomic-file.ts';
import { diskErrorOf } from '@stratlab/data/disk-error.ts';
import { hashFile } from '@stratlab/data/file-hash.ts';
import { sha256 } from '@stratlab/data/hash.ts';
import { requireRoom } from '@stratlab/data/room.ts';
import { openToRead } from '@stratlab/knowledge/database.ts';
import { type NamedFiles, namedFiles, nothingNamed } from '@stratlab/knowledge/named-files.ts';
import { databaseDamage } from '@stratlab/knowledge/verify-database.ts';
import { type BackupFile, copyVerified, holds, objectFile, removeUnfinished, writeList } from './backup-folder.ts';
import { filesToKeep, type KeptFile } from './backup-plan.ts';
import { LabError } from './error.ts';
import type { Lab } from './lab.ts';
import { databaseFile } from './lab-folders.ts';
import { underWayMs } from './verify-home.ts';
import { codeVersion } from './version.ts';

export interface Backup {
  folder: string;
  name: string;
  files: number;
  bytes: number;
  /** What the folder did not hold before. */
  copied: { files: number; bytes: number };
  /** What is damaged or missing here, so that the backup cannot hold it. */
  faults: string[];
}

type Home = Pick<Lab, 'configuration' | 'database'>;

/**
 * Copies the home into a folder of backups, while a lab works in it: the database as it stands now, then the files that
 * it names. What the folder holds already is not copied again. Throws `invalid_input`, `unavailable`.
 */
export async function backupHome(lab: Home, folder: string): Promise<Backup> {
  const { home } = lab.configuration;
  refuseInside(home, folder);
  removeUnfinished(folder, underWayMs);
  const faults: string[] = [];
  const { file, named } = await keepDatabase(lab, folder, faults);
  const kept = [{ file, copied: true }];
  for (const wanted of filesToKeep({ home, database: lab.database }, named, faults)) {
    try {
      kept.push(keep(home, folder, wanted));
    } catch (error) {
      faults.push(faultOf(error, join(home, wanted.path)));
    }
  }
  const files = kept.map((each) => each.file);
  const name = writeList(folder, {
    format: 1,
    made_at: new Date().toISOString(),
    code_version: codeVersion,
    files,
    faults,
  });
  const copied = kept.filter((each) => each.copied).map((each) => each.file);
  return { folder, name, ...sizes(files), copied: sizes(copied), faults };
}

function sizes(files: readonly BackupFile[]): { files: number; bytes: number } {
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function refuseInside(home: string, folder: string): void {
  if (!`${resolve(folder)}${sep}`.startsWith(`${home}${sep}`)) return;
  throw new LabError('invalid_input', `${folder} lies in the lab's home, and would be lost with it.`, {
    path: 'folder',
    hint: 'Name a folder elsewhere, best on another disk.',
  });
}

/** Copies the database aside, looks what the copy names, and keeps it under its hash. */
async function keepDatabase({ configuration: { home }, database }: Home, folder: string, faults: string[]) {
  const copy = join(folder, 'objects', `.database.${randomBytes(6).toString('hex')}${temporarySuffix}`);
  try {
    requireRoom(folder, statSync(database.sqlite.name).size, 'A copy of the database');
    await database.backup(copy);
    const named = namedIn(copy, faults);
    const file = { path: relative(home, databaseFile(home)), sha256: hashFile(copy), bytes: statSync(copy).size };
    replaceFile(objectFile(folder, file.sha256), (temporary) => renameSync(copy, temporary));
    return { file, named };
  } catch (error) {
    throw diskErrorOf(error, 'The database could not be copied');
  } finally {
    rmSync(copy, { force: true });
  }
}

function namedIn(file: string, faults: string[]): NamedFiles {
  const copy = openToRead(file);
  try {
    faults.push(...databaseDamage(copy.sqlite));
    return namedFiles(copy);
  } catch (error) {
    faults.push(`The database cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return nothingNamed;
  } finally {
    copy.close();
  }
}

/** Keeps one file. Throws where it is damaged or missing, or the disk refuses. */
function keep(home: string, folder: string, { path, ...known }: KeptFile): { file: BackupFile; copied: boolean } {
  const source = join(home, path);
  const { content } = known;
  const hash = known.sha256 ?? (content === undefined ? hashFile(source) : sha256(content));
  const file = { path, sha256: hash, bytes: content?.length ?? statSync(source).size };
  if (holds(folder, file)) return { file, copied: false };
  const target = objectFile(folder, hash);
  if (content === undefined) copyVerified(source, target, hash);
  else writeFileAtomic(target, content);
  return { file, copied: true };
}

/** What is wrong with the source, in words. Throws the error on where the fault is not the source's. */
function faultOf(error: unknown, source: string): string {
  if (error instanceof LabError && error.code === 'corrupt') return error.message;
  if (!existsSync(source)) return `${source} is missing.`;
  throw diskErrorOf(error, `${source} could not be copied`);
}
