import { writeFileAtomic } from '@stratlab/data/atomic-file.ts';
import { type Bars, barColumns } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatInstant, instantOrNull } from '@stratlab/data/instant.ts';
import type { Lab } from './lab.ts';
import { type BarQuery, readBars } from './read-bars.ts';

/** Writes the bars that may be seen to a `.parquet` or `.csv` file: what lies beyond the seal stays inside. */
export async function exportSeries({ store }: Pick<Lab, 'store'>, { path, ...query }: BarQuery & { path: string }) {
  const { bars, from, to, series, sealedFrom, warnings } = readBars(store, query);
  const asked = mapRows(bars, from, to);
  writeFileAtomic(path, await encode(path, asked));
  return {
    path,
    symbol: series.symbol,
    timeframe: series.timeframe,
    rows: to - from,
    sealed_from: instantOrNull(sealedFrom),
    warnings,
  };
}

function mapRows(bars: Bars, from: number, to: number): Bars {
  const [time, open, high, low, close, volume] = barColumns.map((column) => bars[column].slice(from, to));
  return { time, open, high, low, close, volume };
}

async function encode(path: string, bars: Bars): Promise<Uint8Array | string> {
  if (path.endsWith('.parquet')) return (await import('@stratlab/data/parquet.ts')).writeParquet(bars);
  if (path.endsWith('.csv')) return csvOf(bars);
  throw new LabError('invalid_input', `"${path}" is neither a .parquet nor a .csv file.`, { path: 'file' });
}

/** As an import reads it back, to the same bits. */
function csvOf({ time, open, high, low, close, volume }: Bars): string {
  const rows = Array.from(time, (start, i) =>
    [formatInstant(start), open[i], high[i], low[i], close[i], volume[i]].join(','),
  );
  return ['timestamp,open,high,low,close,volume', ...rows, ''].join('\n');
}
