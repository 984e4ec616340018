import { resolve } from 'node:path';
import { LabError } from '@stratlab/lab/error.ts';
import type { Restored } from '@stratlab/lab/restore-home.ts';
import type { Command } from 'commander';

interface RestoreOptions {
  home?: string;
  at?: string;
  json?: boolean;
}

export function addRestore(program: Command): void {
  program
    .command('restore')
    .description('make a home from a backup; every file is checked before anything appears')
    .argument('<folder>', 'folder of backups')
    .option('--home <folder>', 'the home to make, empty or not there yet; STRATLAB_HOME where absent')
    .option('--at <name>', 'the backup to take; the newest where absent')
    .option('--json', 'print one JSON object')
    .action(restore);
}

async function restore(folder: string, { home, at, json }: RestoreOptions): Promise<void> {
  const [{ readConfiguration }, { restoreHome }] = await Promise.all([
    import('@stratlab/lab/configuration.ts'),
    import('@stratlab/lab/restore-home.ts'),
  ]);
  const target = home ?? readConfiguration(process.env).home;
  const restored = restoreHome(resolve(folder), target, at);
  process.stdout.write(json ? `${JSON.stringify(restored)}\n` : describe(restored));
  if (restored.findings.every(({ state }) => state === 'leftover')) return;
  throw new LabError('corrupt', `${restored.home} was restored, and lacks what the backup could not hold.`);
}

function describe({ home, name, made_at, files, bytes, findings }: Restored): string {
  return [
    `${home} is what it was at ${made_at} (backup ${name}): ${files} files, ${bytes} bytes, all as they were written.`,
    ...findings.map(({ state, path, message }) => `  ${state} ${path}: ${message}`),
    '',
  ].join('\n');
}
