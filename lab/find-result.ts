import { existsSync } from 'node:fs';
import { LabError } from '@stratlab/data/error.ts';
import { formatDate } from '@stratlab/data/instant.ts';
import { findRemoval } from '@stratlab/knowledge/removals.ts';
import type { Lab } from './lab.ts';
import { type ResultFile, readResult, resultFile } from './result-file.ts';

/** The result that a backtest left. Throws `not_found` where a cleaning has removed it, else as `readResult`. */
export function requireResult({ database, folders }: Pick<Lab, 'database' | 'folders'>, hash: string): ResultFile {
  const removal = existsSync(resultFile(folders.results, hash)) ? undefined : findRemoval(database, hash);
  if (removal === undefined) return readResult(folders.results, hash);
  throw new LabError(
    'not_found',
    `The bars and trades of this backtest were removed on ${formatDate(removal.at)}: ${removal.reason}.`,
    { hint: 'Its figures and verdict are kept. Run the backtest again for the rest: it gives the same bytes.' },
  );
}
