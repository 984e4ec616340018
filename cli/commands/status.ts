import type { Command } from 'commander';

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('what the lab holds and can do')
    .option('--json', 'print one JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      const [{ getLabStatus }, { openConfiguredLab }] = await Promise.all([
        import('@stratlab/lab/get-lab-status.ts'),
        import('../open-lab.ts'),
      ]);
      const lab = openConfiguredLab({ work: false, quiet: true });
      try {
        const status = await getLabStatus(lab);
        process.stdout.write(`${JSON.stringify(status, null, json ? 0 : 2)}\n`);
      } finally {
        await lab.close();
      }
    });
}
