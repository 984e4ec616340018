import type { Command } from 'commander';
import { addBackup } from './backup.ts';
import { addDemo } from './demo.ts';
import { addExport } from './export.ts';
import { addImport } from './import.ts';
import { addServe } from './serve.ts';
import { addSimulate } from './simulate.ts';
import { addStatus } from './status.ts';

/** Every command, in the order of the help. */
export const commands: readonly ((program: Command) => void)[] = [
  addServe,
  addDemo,
  addImport,
  addExport,
  addSimulate,
  addStatus,
  addBackup,
];
