import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileAtomic } from '@stratlab/data/atomic-file.ts';
import { errorCodes, LabError } from '@stratlab/data/error.ts';
import type { Job } from '@stratlab/jobs/job-store.ts';
import { Unreachable } from '@stratlab/jobs/unreachable.ts';
import type { Configuration } from './configuration.ts';
import { filesOfOutcome } from './files-of-job.ts';
import { entries } from './home-files.ts';
import { inBatches } from './in-batches.ts';
import { checkpointsFolder, type Folders, labFolders } from './lab-folders.ts';
import { letterBox, type Post } from './letter-box.ts';
import { isThere, kindOf, type NamedFile } from './named-file.ts';
import { type Objects, openObjects } from './objects.ts';
import { lentSchema } from './worker-letters.ts';

const longestRetryMs = 5000;
const cacheFolder = 'objects';
const placesFolder = 'borrowed';

/** A lab on another host whose files come through a bucket. */
export interface Lender {
  /**
   * Runs a job on exactly the files that the lab names, in folders of its own, and puts up what its outcome names. Waits
   * for a lab or a bucket that cannot be reached until the signal. Throws what the lab or the bucket refuses with.
   */
  run<T>(job: Job, signal: AbortSignal, perform: (folders: Folders) => Promise<T>): Promise<T>;
}

/** Null where the lab's home is at hand: this is its host, or a volume is shared. */
export async function openLender(configuration: Configuration): Promise<Lender | null> {
  if (configuration.labUrl === undefined) return null;
  const objects = await openObjects(configuration);
  if (objects === null) return null;
  const { home } = configuration;
  const post = letterBox(configuration);
  return {
    async run(job, signal, perform) {
      const place = makePlace(home);
      try {
        const folders = labFolders(place);
        for (const file of await fetched({ home, post, objects }, job, signal)) provide(home, place, file);
        const outcome = await perform(folders);
        for (const file of filesOfOutcome(folders, job, outcome))
          await insist(() => objects.put(file, () => readFileSync(join(place, file.path))), signal);
        return outcome;
      } finally {
        rmSync(place, { recursive: true, force: true });
      }
    },
  };
}

/** Removes what no job has used for so long: content of files, and what jobs that were killed have left. */
export function sweep(home: string, unusedMs: number): void {
  const kinds = entries(join(home, cacheFolder)).map((kind) => join(home, cacheFolder, kind));
  for (const folder of [...kinds, join(home, placesFolder), checkpointsFolder(labFolders(home))]) {
    for (const name of entries(folder)) {
      const path = join(folder, name);
      const usedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN;
      if (Date.now() - usedAt > unusedMs) rmSync(path, { recursive: true, force: true });
    }
  }
}

interface Lending {
  home: string;
  post: Post;
  objects: Objects;
}

/** Asks until all that the lab names now, which may change meanwhile, lies in the cache. */
async function fetched({ home, post, objects }: Lending, job: Job, signal: AbortSignal): Promise<NamedFile[]> {
  for (let missing: NamedFile[] = []; ; ) {
    const hashes = missing.map(({ hash }) => hash);
    const files = await insist(async () => lentIn(await post({ type: 'lend', job, missing: hashes })), signal);
    await inBatches(
      files.filter(({ hash }) => hashes.includes(hash)),
      (file) => insist(async () => writeFileAtomic(cached(home, file), await objects.get(file)), signal),
    );
    missing = files.filter((file) => !isThere(cached(home, file), file.hash));
    if (missing.length === 0) return files;
  }
}

function lentIn(answer: unknown): NamedFile[] {
  const lent = lentSchema.parse(answer);
  if ('files' in lent) return lent.files;
  const { message, hint } = lent.error;
  const code = errorCodes.find((known) => known === lent.error.code) ?? 'internal';
  throw new LabError(code, message, hint === undefined ? {} : { hint });
}

async function insist<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof Unreachable) || signal.aborted) throw error;
      await sleep(Math.min(longestRetryMs, 100 * 2 ** tries), null, { signal }).catch(() => {});
    }
  }
}

function cached(home: string, file: NamedFile): string {
  return join(home, cacheFolder, kindOf(file), file.hash);
}

function makePlace(home: string): string {
  const folder = join(home, placesFolder);
  mkdirSync(folder, { recursive: true });
  return mkdtempSync(join(folder, 'job-'));
}

/** Puts a file of the cache where it belongs: a second name of it, or a copy where the disk knows no such thing. */
function provide(home: string, place: string, file: NamedFile): void {
  const [source, target] = [cached(home, file), join(place, file.path)];
  const now = new Date();
  utimesSync(source, now, now);
  mkdirSync(dirname(target), { recursive: true });
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}
