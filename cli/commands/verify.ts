import { LabError } from '@stratlab/lab/error.ts';
import type { HomeReport } from '@stratlab/lab/verify-home.ts';
import type { Command } from 'commander';

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('compare everything in the home with its hashes; exit code 1 where something is damaged or missing')
    .option('--quick', 'only whether what the database names is there')
    .option('--json', 'print one JSON object')
    .action(verify);
}

async function verify({ quick = false, json }: { quick?: boolean; json?: boolean }): Promise<void> {
  const [{ readConfiguration }, { verifyHome }] = await Promise.all([
    import('@stratlab/lab/configuration.ts'),
    import('@stratlab/lab/verify-home.ts'),
  ]);
  const { home } = readConfiguration(process.env);
  const report = verifyHome(home, quick ? 'quick' : 'full');
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : describe(report));
  if (report.ok) return;
  throw new LabError('corrupt', `${home} is not whole.`, {
    hint: 'Restore a backup into an empty folder, or make again what is named above.',
  });
}

function describe({ home, depth, ok, checked, findings }: HomeReport): string {
  const { models, results, strategies, series } = checked;
  const how = depth === 'quick' ? 'is there' : 'is what was written';
  return [
    `${home}: ${series} series, ${strategies} strategies, ${models} models and ${results} results are named.`,
    ...findings.map(({ state, path, message }) => `  ${state} ${path}: ${message}`),
    ...(ok ? [`Everything ${how}.`] : []),
    '',
  ].join('\n');
}
