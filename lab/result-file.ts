import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitReasons } from '@stratlab/backtests/trade.ts';
import { writeFileAtomic } from '@stratlab/data/atomic-file.ts';
import { LabError } from '@stratlab/data/error.ts';
import { sha256 } from '@stratlab/data/hash.ts';
import { z } from 'zod';

const column = z.array(z.number());
const trade = z.strictObject({
  symbol: z.string(),
  direction: z.enum(['long', 'short']),
  entryBar: z.number(),
  exitBar: z.number(),
  entryTime: z.number(),
  exitTime: z.number(),
  entryPrice: z.number(),
  exitPrice: z.number(),
  quantity: z.number(),
  pnl: z.number(),
  return: z.number(),
  commission: z.number(),
  barsHeld: z.number(),
  exitReason: z.enum(exitReasons),
  mae: z.number(),
  mfe: z.number(),
});

/** What a backtest leaves on disk: bar by bar and trade by trade. Times are starts of bars, epoch milliseconds. */
const resultSchema = z.strictObject({
  time: column,
  equity: column,
  position: column,
  benchmarkEquity: column,
  session: column,
  sessionReturns: column,
  benchmarkReturns: column,
  trades: z.array(trade),
});
export type ResultFile = z.infer<typeof resultSchema>;

/** Writes a result under the hash of its content; the same result has the same bytes. Returns the hash. */
export function writeResult(folder: string, result: ResultFile): string {
  const text = JSON.stringify(result);
  const hash = sha256(text);
  writeFileAtomic(resultFile(folder, hash), text);
  return hash;
}

export function resultFile(folder: string, hash: string): string {
  return join(folder, `${hash}.json`);
}

/** Throws `corrupt` where the file is absent or not what was written. */
export function readResult(folder: string, hash: string): ResultFile {
  try {
    const text = readFileSync(resultFile(folder, hash), 'utf8');
    if (sha256(text) === hash) return resultSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(hash, cause);
  }
  throw unreadable(hash, undefined);
}

function unreadable(hash: string, cause: unknown): LabError {
  return new LabError('corrupt', `The result file ${hash.slice(0, 12)} is missing or damaged.`, {
    hint: 'Run the backtest again: it gives the same bytes.',
    cause,
  });
}
