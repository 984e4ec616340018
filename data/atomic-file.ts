import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LabError } from './error.ts';

/** Files being written end in this; one that a crash left behind may be removed. */
export const temporarySuffix = '.tmp';

/**
 * Writes a file so that readers, and whoever comes after a crash, see the old content or the new, never a part.
 * Missing folders are made. Throws `unavailable` where the disk refuses.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}${temporarySuffix}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, content, { flush: true, flag: 'wx' });
    renameSync(temporary, path);
    syncFolder(folder);
  } catch (cause) {
    rmSync(temporary, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LabError('unavailable', `${basename(path)} could not be written: ${reason}`, {
      hint: "Check the free space and the permissions of the lab's home.",
      cause,
    });
  }
}

/** Makes the rename itself durable; Windows has no such call. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
