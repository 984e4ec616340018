import { join } from 'node:path';
import { writeFileAtomic } from '@stratlab/data/atomic-file.ts';
import type { Job } from '@stratlab/jobs/job-store.ts';
import { modelRecord } from '@stratlab/models/artifact.ts';
import { filesForJob, filesOfOutcome } from './files-of-job.ts';
import { inBatches } from './in-batches.ts';
import type { Lab } from './lab.ts';
import { learnedSchema } from './learned.ts';
import { isThere, type NamedFile, namedFileSchema } from './named-file.ts';
import type { Objects } from './objects.ts';

/** The files that a job reads; those whose hash is `missing` where it runs are put up first. Throws as `Objects`. */
export async function lend(lab: Lab, objects: Objects, job: Job, missing: readonly string[]): Promise<NamedFile[]> {
  const wanted = new Set(missing);
  const files = filesForJob(lab, job);
  await inBatches(
    files.filter(({ hash }) => wanted.has(hash)),
    (file) => objects.put(file, file.content),
  );
  return files.map(({ path, hash }) => ({ path, hash }));
}

/** Brings the files that a job's outcome names into the home, each compared with its hash. Throws as `Objects`. */
export async function takeBack(lab: Lab, objects: Objects, job: Job, outcome: unknown): Promise<void> {
  const { home } = lab.configuration;
  const bring = async (named: NamedFile) => {
    const file = namedFileSchema.parse(named);
    const path = join(home, file.path);
    if (!isThere(path, file.hash)) writeFileAtomic(path, await objects.get(file));
  };
  // The record of a model names the rest of it.
  if (job.kind === 'train') {
    const record = modelRecord(learnedSchema.parse(outcome).artifactHash);
    await bring({ ...record, path: `models/${record.path}` });
  }
  for (const file of filesOfOutcome(lab.folders, job, outcome)) await bring(file);
}
