import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { temporarySuffix } from '@stratlab/data/atomic-file.ts';
import {
  barsPath,
  parseRecord,
  readOrNull,
  recordPath,
  type SeriesName,
  seriesNames,
} from '@stratlab/data/series-files.ts';
import type { Database } from '@stratlab/knowledge/database.ts';
import type { NamedFiles } from '@stratlab/knowledge/named-files.ts';
import { findRemoval } from '@stratlab/knowledge/removals.ts';
import { LabError } from './error.ts';
import { entries } from './home-files.ts';
import { type Folders, labFolders } from './lab-folders.ts';
import { resultFile } from './result-file.ts';
import { strategyFile } from './strategy-file.ts';

/** A file that belongs into a backup. */
export interface KeptFile {
  /** Relative to the home. */
  path: string;
  /** Where it is known from what names the file. */
  sha256?: string;
  /** Of a small file that may be replaced at any time: what it held when it was looked at. */
  content?: Buffer;
}

/** Every file of the home but the database: what its rows name, all bars and seals, universes and reports. */
export function* filesToKeep(
  { home, database }: { home: string; database: Pick<Database, 'orm'> },
  named: NamedFiles,
  faults: string[],
): Iterable<KeptFile> {
  const folders = labFolders(home);
  const at = (path: string) => relative(home, path);
  for (const name of seriesNames(folders.data)) yield* seriesFiles(home, folders, name, faults);
  for (const path of filesIn(join(folders.data, 'seals'))) yield* contentOf(home, path);
  for (const path of filesIn(folders.universes)) yield { path: at(path) };
  for (const { name, version } of named.strategies) yield { path: strategyFile(name, version) };
  for (const hash of named.models) yield* filesIn(join(folders.models, hash)).map((path) => ({ path: at(path) }));
  for (const hash of named.results) {
    const path = resultFile(folders.results, hash);
    if (existsSync(path) || findRemoval(database, hash) === undefined) yield { path: at(path), sha256: hash };
  }
  for (const id of named.trainings) {
    for (const path of filesIn(join(folders.models, 'checkpoints', id))) yield* contentOf(home, path);
  }
  for (const path of filesIn(join(home, 'experiments'))) if (path.endsWith('.html')) yield { path: at(path) };
}

/** The record as it is now, then the bars that it names. */
function* seriesFiles(home: string, { data }: Folders, name: SeriesName, faults: string[]): Iterable<KeptFile> {
  try {
    const content = readOrNull(recordPath(data, name));
    if (content === null) return;
    const series = parseRecord(content, name);
    yield { path: relative(home, recordPath(data, name)), content };
    yield { path: relative(home, barsPath(data, series)), sha256: series.file_hash };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    faults.push(error.message);
  }
}

function* contentOf(home: string, path: string): Iterable<KeptFile> {
  const content = readOrNull(path);
  if (content !== null) yield { path: relative(home, path), content };
}

function filesIn(folder: string): string[] {
  return entries(folder)
    .filter((name) => !name.endsWith(temporarySuffix))
    .map((name) => join(folder, name));
}
