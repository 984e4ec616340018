import { resolve } from 'node:path';
import type { Backup } from '@stratlab/lab/backup-home.ts';
import { LabError } from '@stratlab/lab/error.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import type { Command } from 'commander';

interface BackupOptions {
  databaseOnly?: boolean;
  json?: boolean;
}

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('copy the whole home while the lab goes on working; what the folder holds already is not copied again')
    .argument('<folder>', 'folder of backups; with --database-only a file that must not exist yet')
    .option('--database-only', 'copy the database alone, whole and consistent, to a file')
    .option('--json', 'print one JSON object')
    .action(backup);
}

async function backup(to: string, { databaseOnly = false, json = false }: BackupOptions): Promise<void> {
  const { openConfiguredLab } = await import('../open-lab.ts');
  const lab = openConfiguredLab({ work: false, quiet: true });
  try {
    if (databaseOnly) await backupDatabase(lab, resolve(to), json);
    else await backupAll(lab, resolve(to), json);
  } finally {
    await lab.close();
  }
}

async function backupDatabase({ database, configuration: { home } }: Lab, file: string, json: boolean): Promise<void> {
  await database.backup(file);
  const said = `The database was copied to ${file}. Bars, models and results are files below ${home}.`;
  process.stdout.write(`${json ? JSON.stringify({ file }) : said}\n`);
}

async function backupAll(lab: Lab, folder: string, json: boolean): Promise<void> {
  const { backupHome } = await import('@stratlab/lab/backup-home.ts');
  const made = await backupHome(lab, folder);
  process.stdout.write(json ? `${JSON.stringify(made)}\n` : describe(made));
  if (made.faults.length === 0) return;
  throw new LabError('corrupt', `The backup ${made.name} was made, and lacks what is damaged or missing in the home.`, {
    hint: 'stratlab verify says what; keep older backups.',
  });
}

function describe({ folder, name, files, bytes, copied, faults }: Backup): string {
  return [
    `Backup ${name} in ${folder}: ${files} files, ${bytes} bytes; ${copied.files} of them new, ${copied.bytes} bytes.`,
    ...faults.map((fault) => `  not in it: ${fault}`),
    '',
  ].join('\n');
}
