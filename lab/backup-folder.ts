import { randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { replaceFile, syncFile } from '@stratlab/data/atomic-file.ts';
import { hashFile } from '@stratlab/data/file-hash.ts';
import { parseHashedJson, writeHashedJson } from '@stratlab/data/hashed-json.ts';
import { requireRoom } from '@stratlab/data/room.ts';
import { z } from 'zod';
import { LabError } from './error.ts';
import { entries } from './home-files.ts';

/*
 * A folder of backups: `objects/<hash>` holds every file once, under the SHA-256 of its content, and
 * `backups/<time>.json` says which of them were the lab's home at that time. The list is written last.
 */

/** Below the home, and never out of it. */
const pathSchema = z.string().regex(/^(data|models|results|strategies|experiments)(\/(?!\.\.?(\/|$))[^/\\\0]+)+$/);

export const fileSchema = z.strictObject({
  path: pathSchema,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
});
export type BackupFile = z.infer<typeof fileSchema>;

const listSchema = z.strictObject({
  format: z.literal(1),
  made_at: z.iso.datetime(),
  code_version: z.string(),
  files: z.array(fileSchema),
  /** What was damaged or missing when the backup was made. */
  faults: z.array(z.string()),
});
export type BackupList = z.infer<typeof listSchema>;

export function objectFile(folder: string, sha256: string): string {
  return join(folder, 'objects', sha256.slice(0, 2), sha256);
}

/** Whether a file of this content is in the folder. */
export function holds(folder: string, { sha256, bytes }: Pick<BackupFile, 'sha256' | 'bytes'>): boolean {
  return statSync(objectFile(folder, sha256), { throwIfNoEntry: false })?.size === bytes;
}

/** Copies a file whole, durably and as what it must be; `target` appears only then. Throws `corrupt`, `unavailable`. */
export function copyVerified(source: string, target: string, sha256: string): void {
  replaceFile(target, (temporary) => {
    requireRoom(target, statSync(source).size, source);
    copyFileSync(source, temporary);
    if (hashFile(temporary) !== sha256) {
      throw new LabError('corrupt', `${source} is not what was written, or was changed while it was copied.`, {
        hint: 'Do it again; stratlab verify says what is damaged.',
      });
    }
    syncFile(temporary);
  });
}

/** Makes a backup visible. Returns its name. */
export function writeList(folder: string, list: BackupList): string {
  const name = `${list.made_at.replaceAll(':', '-')}-${randomBytes(2).toString('hex')}`;
  writeHashedJson(join(folder, 'backups', `${name}.json`), listSchema.parse(list));
  return name;
}

/** Names of the backups in a folder, oldest first. */
export function backupNames(folder: string): string[] {
  return entries(join(folder, 'backups'))
    .filter((file) => /^\d{4}-.*\.json$/.test(file))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** Throws `not_found` and `corrupt`. */
export function readList(folder: string, name: string): BackupList {
  const text = backupNames(folder).includes(name)
    ? readFileSync(join(folder, 'backups', `${name}.json`), 'utf8')
    : null;
  if (text === null) {
    throw new LabError('not_found', `There is no backup "${name}" in ${folder}.`, {
      hint: `There are: ${backupNames(folder).slice(-5).join(', ') || 'none'}.`,
    });
  }
  const list = parseHashedJson(text, listSchema);
  if (list !== null) return list;
  throw new LabError('corrupt', `The list of backup ${name} is damaged.`, { hint: 'Restore another one with --at.' });
}

/** Removes what a backup that was cut off has left, once it is old. */
export function removeUnfinished(folder: string, olderThanMs: number): void {
  const objects = join(folder, 'objects');
  const folders = [objects, ...entries(objects).map((name) => join(objects, name))].filter(isFolder);
  for (const path of folders.flatMap((each) => entries(each).map((name) => join(each, name)))) {
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    const old = changed !== undefined && Date.now() - changed > olderThanMs;
    if (basename(path).startsWith('.') && old) rmSync(path, { force: true });
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
