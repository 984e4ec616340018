import type { Configuration } from './configuration.ts';
import type { HomeFile } from './home-files.ts';

/** How long what is kept: the settings that begin with `keep`. */
export type KeepPolicy = Pick<Configuration, 'keepResultsDays' | 'keepResultsMb' | 'keepLeftoversDays'>;

/** A file that is to be removed, and why. */
export interface Outdated {
  file: HomeFile;
  reason: string;
}

const dayMs = 86_400_000;

/**
 * What a policy removes of files that rows name (`named`) and of those that none does. Models that a row names stay,
 * and so does what was written after `openSince`, when the oldest job that may still need it was asked for.
 */
export function outdatedFiles(
  files: readonly HomeFile[],
  isNamed: (file: HomeFile) => boolean,
  policy: KeepPolicy,
  { now, openSince }: { now: number; openSince: number },
): Outdated[] {
  const { keepResultsDays, keepResultsMb, keepLeftoversDays } = policy;
  const settled = files.filter(({ changedAt }) => changedAt < openSince);
  const leftovers = settled.filter((file) => !isNamed(file) && isOlder(file, keepLeftoversDays, now));
  const results = files.filter((file) => file.kind === 'result' && isNamed(file));
  const old = results.filter((file) => file.changedAt < openSince && isOlder(file, keepResultsDays, now));
  const left = results.filter((file) => !old.includes(file));
  const beyond = beyondSize(left, keepResultsMb).filter(({ changedAt }) => changedAt < openSince);
  return [
    ...leftovers.map((file) => ({ file, reason: leftoverReason(file) })),
    ...old.map((file) => ({ file, reason: `older than ${keepResultsDays} days (STRATLAB_KEEP_RESULTS_DAYS)` })),
    ...beyond.map((file) => ({
      file,
      reason: `the oldest of more than ${keepResultsMb} MiB of results (STRATLAB_KEEP_RESULTS_MB)`,
    })),
  ];
}

function isOlder({ changedAt }: HomeFile, days: number, now: number): boolean {
  return days > 0 && now - changedAt > days * dayMs;
}

/** The oldest, so that the rest fits. */
function beyondSize(results: readonly HomeFile[], mebibytes: number): HomeFile[] {
  if (mebibytes === 0) return [];
  let room = mebibytes * 2 ** 20;
  const newestFirst = results.toSorted((a, b) => b.changedAt - a.changedAt);
  return newestFirst.filter(({ bytes }) => {
    room -= bytes;
    return room < 0;
  });
}

function leftoverReason({ kind }: HomeFile): string {
  if (kind === 'checkpoint') return 'its training has ended';
  return kind === 'unfinished' ? 'its writing was never finished' : 'no row of the database names it';
}
