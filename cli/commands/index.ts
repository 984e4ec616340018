import type { Command } from 'commander';
import { addBackup } from './backup.ts';
import { addClean } from './clean.ts';
import { addDemo } from './demo.ts';
import { addExport } from './export.ts';
import { addImport } from './import.ts';
import { addQueue } from './queue.ts';
import { addRestore } from './restore.ts';
import { addServe } from './serve.ts';
import { addSimulate } from './simulate.ts';
import { addStatus } from './status.ts';
import { addToken } from './token.ts';
import { addVerify } from './verify.ts';
import { addWorker } from './worker.ts';

/** Every command, in the order of the help. */
export const commands: readonly ((program: Command) => void)[] = [
  addServe,
  addWorker,
  addQueue,
  addDemo,
  addImport,
  addExport,
  addSimulate,
  addStatus,
  addVerify,
  addBackup,
  addToken,
  addRestore,
  addClean,
];
