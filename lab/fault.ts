import { diskErrorOf } from '@stratlab/data/disk-error.ts';
import { sqliteErrorOf } from '@stratlab/knowledge/sqlite-error.ts';

/** An error as users see it: a fault of the disk or the database as LabError. Anything else as it is: a bug of ours. */
export function shownError(error: unknown): unknown {
  return diskErrorOf(sqliteErrorOf(error, "the lab's"), 'A file could not be used');
}
