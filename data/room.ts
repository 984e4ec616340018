import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError } from './error.ts';

/** Bytes that may still be written to the disk of a path, which need not exist yet. */
export function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(nearestFolder(path));
  return bavail * bsize;
}

/** Throws `unavailable` where the disk of `path` has no room for `bytes` more. */
export function requireRoom(path: string, bytes: number, what: string): void {
  const free = freeBytes(path);
  if (free >= bytes) return;
  throw new LabError('unavailable', `${what} needs ${sayBytes(bytes)}; the disk has ${sayBytes(free)} left.`, {
    hint: 'Free space on that disk (`stratlab clean` removes what may go), then do it again.',
  });
}

/** `12.5 MiB`. */
export function sayBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}

function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}
