import { resolve } from 'node:path';
import { type ExportFormat, parseExportFormat } from '@stratlab/lab/export-flags.ts';
import { parseSymbol, parseTimeframe } from '@stratlab/lab/import-flags.ts';
import type { Command } from 'commander';
import { flag } from '../usage.ts';

interface ExportOptions {
  symbol: string;
  timeframe: string;
  from?: string;
  to?: string;
}

interface ModelOptions {
  format: ExportFormat;
  to: string;
}

export function addExport(program: Command): void {
  const command = program.command('export').description('write bars or a trained model for other programs');
  addSeries(command);
  addModel(command);
}

/** The default: `stratlab export <file>` needs not name it. */
function addSeries(command: Command): void {
  command
    .command('series', { isDefault: true })
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
    .action(exportBars);
}

function addModel(command: Command): void {
  command
    .command('model')
    .description('write a trained model; onnx takes the raw features, and every kind of model')
    .argument('<model_id>', 'the model, as list_models names it')
    .requiredOption(
      '--format <format>',
      'onnx, tfjs (layers only, a folder) or safetensors (the weights)',
      flag(parseExportFormat),
    )
    .requiredOption('--to <path>', 'the file to write; the folder of tfjs, and of a model per regime')
    .action(exportTrained);
}

async function exportTrained(id: string, { format, to }: ModelOptions): Promise<void> {
  const [{ exportModel }, { openConfiguredLab }] = await Promise.all([
    import('@stratlab/lab/export-model.ts'),
    import('../open-lab.ts'),
  ]);
  const lab = openConfiguredLab({ work: false, quiet: true });
  try {
    const { description, files, warnings } = exportModel(lab, { model_id: id, format, path: resolve(to) });
    process.stdout.write(`${id} (${description}) was written as ${format}:\n`);
    for (const { path, bytes } of files) process.stdout.write(`  ${path} (${bytes} bytes)\n`);
    for (const warning of warnings) process.stdout.write(`  note: ${warning}\n`);
  } finally {
    await lab.close();
  }
}

async function exportBars(file: string, { symbol, timeframe, from, to }: ExportOptions): Promise<void> {
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
