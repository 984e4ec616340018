import { LabError } from '@stratlab/data/error.ts';
import { JobsUnavailable } from '@stratlab/jobs/jobs-unavailable.ts';
import { bullSource } from '@stratlab/jobs/sources/bullmq.ts';
import { pullSource } from '@stratlab/jobs/sources/pull.ts';
import type { WorkOptions } from '@stratlab/jobs/work.ts';
import type { Configuration } from './configuration.ts';

/** How jobs reach free hands: through Redis where there is one. Throws `unavailable` without the packages it needs. */
export function sourceOf({ redisUrl }: Pick<Configuration, 'redisUrl'>): NonNullable<WorkOptions['source']> {
  if (redisUrl === undefined) return pullSource;
  try {
    return bullSource(redisUrl);
  } catch (error) {
    if (!(error instanceof JobsUnavailable)) throw error;
    throw new LabError('unavailable', error.message, { hint: error.hint, cause: error });
  }
}
