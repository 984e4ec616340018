import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { LabError } from '@stratlab/data/error.ts';
import { openToRead } from '@stratlab/knowledge/database.ts';
import { type NamedFiles, namedFiles, nothingNamed } from '@stratlab/knowledge/named-files.ts';
import { findRemoval } from '@stratlab/knowledge/removals.ts';
import { databaseDamage } from '@stratlab/knowledge/verify-database.ts';
import { type HomeFile, homeFiles, isNamed } from './home-files.ts';
import { databaseFile, labFolders } from './lab-folders.ts';
import { damagedFiles, type Fault, missingFiles } from './verify-files.ts';

/** `quick`: whether what the rows name is there. `full`: every page, row, file and bar against its hash as well. */
export type VerifyDepth = 'quick' | 'full';

/** `damaged`: not what was written. `missing`: a row names it. `leftover`: no row names it, and a cleaning removes it. */
export interface Finding extends Fault {
  state: 'damaged' | 'missing' | 'leftover';
}

export interface HomeReport {
  home: string;
  depth: VerifyDepth;
  /** Whether nothing is damaged or missing. */
  ok: boolean;
  /** How many of each the rows name. */
  checked: { models: number; results: number; strategies: number; series: number };
  /** Paths are relative to the home. */
  findings: Finding[];
}

/** A file younger than this may be of work that has not recorded it yet. */
export const underWayMs = 3_600_000;

/** Compares a lab's home with itself, also while a lab works in it. Changes nothing. Throws `not_found`, `unavailable`. */
export function verifyHome(home: string, depth: VerifyDepth, now = Date.now()): HomeReport {
  const files = homeFiles(labFolders(home));
  const { named, damage, missing } = readBooks(home, depth);
  const damaged = depth === 'quick' ? [] : damagedFiles(home, files, named);
  const found = (state: Finding['state']) => (fault: Fault) => ({ ...fault, state, path: relative(home, fault.path) });
  const findings = [
    ...damage.map((message) => ({ path: databaseFile(home), message })).map(found('damaged')),
    ...missing.map(found('missing')),
    ...damaged.map(found('damaged')),
    ...leftovers(files, named, now).map(found('leftover')),
  ];
  return {
    home,
    depth,
    ok: findings.every(({ state }) => state === 'leftover'),
    checked: {
      models: named.models.size,
      results: named.results.size,
      strategies: named.strategies.length,
      series: named.series.length,
    },
    findings,
  };
}

interface Books {
  named: NamedFiles;
  damage: string[];
  missing: Fault[];
}

function readBooks(home: string, depth: VerifyDepth): Books {
  const file = databaseFile(home);
  if (!existsSync(file)) {
    throw new LabError('not_found', `There is no lab in ${home}: it has no database.`, {
      hint: 'Set STRATLAB_HOME to the folder of a lab.',
    });
  }
  const database = openToRead(file);
  try {
    const damage = depth === 'quick' ? [] : databaseDamage(database.sqlite);
    const named = namedFiles(database);
    // What a cleaning removed, perhaps only now, is not missing.
    const missing = missingFiles(home, named).filter(({ name }) => findRemoval(database, name) === undefined);
    return { named, damage, missing };
  } catch (error) {
    if (error instanceof LabError && error.code === 'unavailable') throw error;
    const message = `The database cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { named: nothingNamed, damage: [message], missing: [] };
  } finally {
    database.close();
  }
}

function leftovers(files: readonly HomeFile[], named: NamedFiles, now: number): Fault[] {
  return files
    .filter((file) => !isNamed(file, named) && now - file.changedAt > underWayMs)
    .map(({ kind, path }) => ({
      path,
      message: `no row names this ${kind === 'unfinished' ? 'unfinished file' : kind}`,
    }));
}
