import { readdirSync, type Stats, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isTemporary } from '@stratlab/data/atomic-file.ts';
import { diskErrorOf } from '@stratlab/data/disk-error.ts';
import type { NamedFiles } from '@stratlab/knowledge/named-files.ts';
import type { Folders } from './lab-folders.ts';

/** A file or folder below the lab's home that the lab made under a name of its own; whatever a person put there is none. */
export interface HomeFile {
  kind: 'model' | 'result' | 'checkpoint' | 'unfinished';
  /** Hash of a model or a result; of a checkpoint the id of its model. */
  name: string;
  path: string;
  bytes: number;
  /** Of its last change, epoch milliseconds. */
  changedAt: number;
}

/** Everything that work has left below the home: artifacts, results, checkpoints, and files that were never finished. */
export function homeFiles({ data, models, results, strategies }: Folders): HomeFile[] {
  const checkpoints = join(models, 'checkpoints');
  return [
    ...entries(models).flatMap((name) => (isHash(name) ? fileAt('model', name, join(models, name)) : [])),
    ...entries(checkpoints).flatMap((name) => fileAt('checkpoint', name, join(checkpoints, name))),
    ...entries(results).flatMap((file) => resultAt(results, file)),
    ...[data, models, results, strategies].flatMap((folder) => unfinishedFiles(folder)),
  ];
}

/** Whether a row of the database names it. */
export function isNamed({ kind, name }: HomeFile, named: NamedFiles): boolean {
  if (kind === 'model') return named.models.has(name);
  if (kind === 'result') return named.results.has(name);
  return kind === 'checkpoint' && named.trainings.has(name);
}

/** Names in a folder; none where there is no such folder. */
export function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw diskErrorOf(error, `${folder} could not be read`);
  }
}

function isHash(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

function resultAt(folder: string, file: string): HomeFile[] {
  const name = basename(file, '.json');
  return isHash(name) && file.endsWith('.json') ? fileAt('result', name, join(folder, file)) : [];
}

function fileAt(kind: HomeFile['kind'], name: string, path: string): HomeFile[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  return [{ kind, name, path, bytes: sizeOf(path, stats), changedAt: stats.mtimeMs }];
}

function unfinishedFiles(folder: string): HomeFile[] {
  return entries(folder).flatMap((name) => {
    const path = join(folder, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) return unfinishedFiles(path);
    if (stats === undefined || !isTemporary(name)) return [];
    return [{ kind: 'unfinished', name, path, bytes: stats.size, changedAt: stats.mtimeMs }];
  });
}

function sizeOf(path: string, stats: Stats): number {
  if (!stats.isDirectory()) return stats.size;
  return entries(path).reduce((sum, name) => {
    const inner = statSync(join(path, name), { throwIfNoEntry: false });
    return inner === undefined ? sum : sum + sizeOf(join(path, name), inner);
  }, 0);
}
