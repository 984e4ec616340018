import { rmSync } from 'node:fs';
import { relative } from 'node:path';
import { diskErrorOf } from '@stratlab/data/disk-error.ts';
import { namedFiles } from '@stratlab/knowledge/named-files.ts';
import { forgetOldJobs, oldestOpenJob, oldJobs } from '@stratlab/knowledge/old-jobs.ts';
import { addRemoval, type Removal } from '@stratlab/knowledge/removals.ts';
import { outdatedFiles } from './clean-plan.ts';
import { type HomeFile, homeFiles, isNamed } from './home-files.ts';
import type { Lab } from './lab.ts';

type Home = Pick<Lab, 'configuration' | 'database' | 'folders'>;

export interface Cleaning {
  dryRun: boolean;
  removed: Removal[];
  bytes: number;
}

const dayMs = 86_400_000;

/**
 * Removes what the policy of keeping lets go, once it is written down: bars and trades of old backtests,
 * checkpoints of ended trainings, files that nothing names, orders and events of old jobs. Never the ledger, trials,
 * insights, figures, or a model that a row names. `dryRun` only says what it would remove.
 */
export function cleanHome(lab: Home, { dryRun = false, now = Date.now() } = {}): Cleaning {
  const { configuration, database, folders } = lab;
  // Files first: what is recorded between the two is named.
  const files = homeFiles(folders);
  const named = namedFiles(database);
  const openSince = oldestOpenJob(database) ?? now;
  const outdated = outdatedFiles(files, (file) => isNamed(file, named), configuration, { now, openSince });
  const removed: Removal[] = outdated.map(({ file, reason }) => ({
    kind: file.kind,
    subject: subjectOf(configuration.home, file),
    bytes: file.bytes,
    reason,
    at: now,
  }));
  if (!dryRun) {
    database.transaction(() => {
      for (const removal of removed) addRemoval(database, removal);
    });
    for (const { file } of outdated) removeFile(file);
  }
  removed.push(...cleanJobs(lab, now, dryRun));
  return { dryRun, removed, bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function subjectOf(home: string, { kind, name, path }: HomeFile): string {
  return kind === 'result' ? name : relative(home, path);
}

function removeFile({ path }: HomeFile): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    throw diskErrorOf(error, `${path} could not be removed`);
  }
}

function cleanJobs({ configuration: { keepJobsDays }, database }: Home, now: number, dryRun: boolean): Removal[] {
  const before = now - keepJobsDays * dayMs;
  return database.transaction(() => {
    const { orders, events, bytes } = oldJobs(database, before);
    if (keepJobsDays === 0 || orders + events === 0) return [];
    const reason = `ended more than ${keepJobsDays} days ago (STRATLAB_KEEP_JOBS_DAYS)`;
    const removal: Removal = { kind: 'jobs', subject: `${orders} orders, ${events} events`, bytes, reason, at: now };
    if (!dryRun) {
      forgetOldJobs(database, before);
      addRemoval(database, removal);
    }
    return [removal];
  });
}
