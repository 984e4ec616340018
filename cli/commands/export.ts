import { resolve } from 'node:path';
import { parseSymbol, parseTimeframe } from '@stratlab/lab/import-flags.ts';
import type { Command } from 'commander';
import { flag } from '../usage.ts';

interface ExportOptions {
  symbol: string;
  timeframe: string;
  from?: string;
  to?: string;
}

export function addExport(program: Command): void {
  program
    .command('export')
    .description('write the visible bars of a series to a .parquet or .csv file; sealed bars stay inside')
    .argument('<file>', 'the file to write, .parquet or .csv')
    .requiredOption('--symbol <symbol>', 'name of the series', flag(parseSymbol))
    .requiredOption(
      '--timeframe <timeframe>',
      'spacing of the bars; made from finer ones where it is not stored',
      flag(parseTimeframe),
    )
    .option('--from <date>', 'first bar')
    .option('--to <date>', 'last bar, that day included')
    .action(exportFile);
}

async function exportFile(file: string, { symbol, timeframe, from, to }: ExportOptions): Promise<void> {
  const [{ exportSeries }, { openConfiguredLab }] = await Promise.all([
    import('@stratlab/lab/export-series.ts'),
    import('../open-lab.ts'),
  ]);
  const lab = openConfiguredLab({ work: false, quiet: true });
  try {
    const done = await exportSeries(lab, { path: resolve(file), symbol, timeframe, start_date: from, end_date: to });
    const sealed = done.sealed_from === null ? '' : `, up to the seal of ${done.sealed_from}`;
    process.stdout.write(
      `${done.rows} bars of ${done.symbol} ${done.timeframe} were written to ${done.path}${sealed}.\n`,
    );
    for (const warning of done.warnings) process.stdout.write(`  note: ${warning}\n`);
  } finally {
    await lab.close();
  }
}
