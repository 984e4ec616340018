import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { diskErrorOf } from './disk-error.ts';
import { requireRoom } from './room.ts';

/** Files being written end in this; one that a crash left behind may be removed. */
export const temporarySuffix = '.tmp';

/** Whether a file is one that is being written, or was when a process ended. */
export function isTemporary(name: string): boolean {
  return /^\..+\.[0-9a-f]{12}\.tmp$/.test(name);
}

/**
 * Writes a file so that readers, and whoever comes after a crash, see the old content or the new, never a part.
 * Missing folders are made. Throws `unavailable` where the disk refuses or has no room.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  replaceFile(path, (temporary) => {
    requireRoom(path, Buffer.byteLength(content), basename(path));
    writeFileSync(temporary, content, { flush: true, flag: 'wx' });
  });
}

/** The same for a file that `write` makes, whole and on the disk, under the name it is given. */
export function replaceFile(path: string, write: (temporary: string) => void): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}${temporarySuffix}`);
  try {
    makeFolder(folder);
    write(temporary);
    renameSync(temporary, path);
    syncFolder(folder);
  } catch (cause) {
    discard(temporary);
    throw diskErrorOf(cause, `${basename(path)} could not be written`);
  }
}

/** Makes a folder and those above it, durably. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, { recursive: true });
  syncFolder(dirname(folder));
}

/** Makes what was written to a file durable. */
export function syncFile(path: string): void {
  const handle = openSync(path, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Makes names in a folder durable; Windows has no such call. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The error that led here matters more than a leftover, which the next cleaning removes. */
function discard(temporary: string): void {
  try {
    rmSync(temporary, { force: true });
  } catch {}
}
