import { resolve } from 'node:path';
import type { Command } from 'commander';

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('copy the database, whole and consistent, while the lab goes on working')
    .argument('<file>', 'the copy; must not exist yet')
    .action(async (file: string) => {
      const { openConfiguredLab } = await import('../open-lab.ts');
      const lab = openConfiguredLab({ work: false, quiet: true });
      try {
        await lab.database.backup(resolve(file));
        process.stdout.write(
          `The database was copied to ${resolve(file)}. Bars, models and results are files below ${lab.configuration.home}.\n`,
        );
      } finally {
        await lab.close();
      }
    });
}
