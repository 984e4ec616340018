import { diskErrorOf } from '@stratlab/data/disk-error.ts';
import { type ErrorCode, LabError } from '@stratlab/data/error.ts';
import Sqlite from 'better-sqlite3';

const faults: [code: RegExp, labCode: ErrorCode, message: string, hint: string][] = [
  [/^SQLITE_BUSY/, 'busy', 'The database is locked by another process', 'Wait a moment and ask again.'],
  [
    /^SQLITE_FULL/,
    'unavailable',
    'The disk is full; nothing was written',
    'Free space on that disk (`stratlab clean` removes what may go), then do it again.',
  ],
  [
    /^SQLITE_(READONLY|PERM|AUTH)/,
    'unavailable',
    'The database cannot be written',
    'Check who may write the lab home.',
  ],
  [
    /^SQLITE_(IOERR|CANTOPEN|NOLFS)/,
    'unavailable',
    'The database cannot be read or written',
    'Check the disk of the lab home.',
  ],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'corrupt', 'The database file is damaged or is no database', 'Restore a backup.'],
];

/** The LabError for a fault of the disk, the file or a lock; anything else, such as a broken constraint, as it is. */
export function labErrorOf(error: unknown, file: string): unknown {
  return diskErrorOf(sqliteErrorOf(error, file), `The database ${file} cannot be used`);
}

/** The same for what SQLite says alone. */
export function sqliteErrorOf(error: unknown, file: string): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error;
  const fault = faults.find(([code]) => code.test(error.code));
  if (fault === undefined) return error;
  const [, labCode, message, hint] = fault;
  return new LabError(labCode, `${message}: ${file} (${error.message}).`, { hint, cause: error });
}
