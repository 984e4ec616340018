import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '@stratlab/data/error.ts';
import { sha256 } from '@stratlab/data/hash.ts';
import { openStore } from '@stratlab/data/store.ts';
import type { NamedFiles } from '@stratlab/knowledge/named-files.ts';
import { readArtifact } from '@stratlab/models/artifact.ts';
import { readCheckpoint } from '@stratlab/models/checkpoint-file.ts';
import { entries, type HomeFile } from './home-files.ts';
import { type Folders, labFolders } from './lab-folders.ts';
import { resultFile } from './result-file.ts';
import { strategyFile } from './strategy-file.ts';

/** A file and what is wrong with it. */
export interface Fault {
  path: string;
  message: string;
}

/** Files that rows name and that are not there; `name` is the hash or the name by which the row does. */
export function missingFiles(home: string, named: NamedFiles): (Fault & { name: string })[] {
  const { models, results, data } = labFolders(home);
  const expected = [
    ...[...named.models].map((name) => ({ name, path: join(models, name, 'model.json'), what: 'a trained model' })),
    ...[...named.results].map((name) => ({ name, path: resultFile(results, name), what: 'the result of a backtest' })),
    ...named.strategies.map(({ name, version }) => ({
      name,
      path: join(home, strategyFile(name, version)),
      what: `the text of ${name} v${version}`,
    })),
    ...named.series.map(({ symbol, timeframe }) => ({
      name: symbol,
      path: join(data, symbol, `${timeframe}.json`),
      what: `the bars of ${symbol} ${timeframe}`,
    })),
  ];
  const missing = expected.filter(({ path }) => !existsSync(path));
  return missing.map(({ name, path, what }) => ({ name, path, message: `${what} is missing` }));
}

/** Files that are not what was written, whether a row names them or not. */
export function damagedFiles(home: string, files: readonly HomeFile[], named: NamedFiles): Fault[] {
  const folders = labFolders(home);
  return [
    ...files.flatMap((file) => {
      const message = faultOf(file, folders);
      return message === null ? [] : [{ path: file.path, message }];
    }),
    ...changedTexts(home, named),
    ...openStore(folders.data)
      .verify()
      .map(({ symbol, timeframe, message }) => ({ path: join(folders.data, symbol, `${timeframe}.json`), message })),
  ];
}

function faultOf({ kind, name, path }: HomeFile, { models }: Folders): string | null {
  if (kind === 'model') return faultOfModel(models, name);
  if (kind === 'result') return sha256(readFileSync(path)) === name ? null : 'a result is not what was written';
  const checkpoints = kind === 'checkpoint' ? entries(path).filter((file) => file.endsWith('.checkpoint')) : [];
  const whole = checkpoints.every((file) => readCheckpoint(join(path, file)) !== undefined);
  return whole ? null : 'a checkpoint is not what was written: its training starts anew';
}

/** A folder without a record is a model that was never finished. */
function faultOfModel(folder: string, hash: string): string | null {
  try {
    readArtifact(folder, hash);
    return null;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return error.code === 'not_found' ? null : error.message;
  }
}

function changedTexts(home: string, { strategies }: NamedFiles): Fault[] {
  return strategies.flatMap(({ name, version, yaml }) => {
    const path = join(home, strategyFile(name, version));
    if (!existsSync(path) || readFileSync(path, 'utf8') === yaml) return [];
    return [{ path, message: `the text of ${name} v${version} is not the one that the database holds` }];
  });
}
