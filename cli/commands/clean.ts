import type { Cleaning } from '@stratlab/lab/clean-home.ts';
import type { Command } from 'commander';

export function addClean(program: Command): void {
  program
    .command('clean')
    .description('remove what the STRATLAB_KEEP_ settings let go; a server does so by itself')
    .option('--dry-run', 'only say what would be removed')
    .option('--json', 'print one JSON object')
    .action(clean);
}

async function clean({ dryRun = false, json = false }: { dryRun?: boolean; json?: boolean }): Promise<void> {
  const [{ cleanHome }, { openConfiguredLab }] = await Promise.all([
    import('@stratlab/lab/clean-home.ts'),
    import('../open-lab.ts'),
  ]);
  const lab = openConfiguredLab({ work: false, quiet: true });
  try {
    const cleaning = cleanHome(lab, { dryRun });
    process.stdout.write(json ? `${JSON.stringify(cleaning)}\n` : describe(cleaning));
  } finally {
    await lab.close();
  }
}

function describe({ dryRun, removed, bytes }: Cleaning): string {
  const done = dryRun ? 'would be removed' : 'were removed';
  return [
    `${removed.length} things of ${bytes} bytes ${done}.`,
    ...removed.map(({ kind, subject, reason }) => `  ${kind} ${subject}: ${reason}`),
    '',
  ].join('\n');
}
