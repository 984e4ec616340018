import { parseSealChoice, parseSymbol, parseTimeframe, type SealChoice } from '@stratlab/lab/import-flags.ts';
import type { importSeries } from '@stratlab/lab/import-series.ts';
import type { Command } from 'commander';
import { flag } from '../usage.ts';

interface ImportOptions {
  symbol: string;
  timeframe: string;
  seal?: SealChoice;
  repair?: boolean;
  source?: string;
  underlying?: string;
  json?: boolean;
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description('store the bars of a .csv, .csv.gz or .parquet file, and seal the newest of them')
    .argument('<file>', 'the file; its columns are found by their names')
    .requiredOption(
      '--symbol <symbol>',
      'name of the series: SPX, EURUSD, BTC-USD',
      flag((text) => parseSymbol(text)),
    )
    .requiredOption(
      '--timeframe <timeframe>',
      'spacing of the bars: 1m 5m 15m 30m 1h 4h 1d 1w',
      flag((text) => parseTimeframe(text)),
    )
    .option(
      '--seal <what>',
      'none, a date, or a fraction; without it the last 20 % (at least a year where there are more than three)',
      flag((text) => parseSealChoice(text)),
    )
    .option('--repair', 'drop exact duplicates and sort rows, each reported; nothing else is ever mended')
    .option('--source <text>', 'where the bars come from')
    .option(
      '--underlying <symbol>',
      'what is traded beneath, where the symbol does not say',
      flag((text) => parseSymbol(text)),
    )
    .option('--json', 'print one JSON object')
    .action(importFile);
}

async function importFile(path: string, { json, ...options }: ImportOptions): Promise<void> {
  const [{ importSeries }, { openConfiguredLab }] = await Promise.all([
    import('@stratlab/lab/import-series.ts'),
    import('../open-lab.ts'),
  ]);
  const lab = openConfiguredLab({ work: false, quiet: true });
  try {
    const imported = await importSeries(lab, { path, ...options });
    process.stdout.write(json ? `${JSON.stringify(imported)}\n` : describe(imported));
  } finally {
    await lab.close();
  }
}

type Imported = Awaited<ReturnType<typeof importSeries>>;

function describe({
  symbol,
  timeframe,
  rows,
  visible,
  sealed_from,
  grade,
  findings,
  repairs,
  changed,
  warnings,
}: Imported): string {
  const seen = sealed_from === null ? 'none of them sealed' : `${visible.rows} visible, sealed from ${sealed_from}`;
  return [
    `${symbol} ${timeframe}: ${rows} bars${changed ? '' : ' (the same as before)'}, ${seen}.`,
    `Visible: ${visible.start} to ${visible.end}. Quality: ${grade ?? 'not judged, nothing is visible'}.`,
    ...findings.map(({ rule, severity, count, hint }) => `  ${severity} ${rule} (${count}): ${hint}`),
    ...repairs.map(({ line, message }) => `  repaired line ${line}: ${message}`),
    ...warnings.map((warning) => `  note: ${warning}`),
    '',
  ].join('\n');
}
