import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importSeries } from '@stratlab/lab/import-series.ts';
import { openConfiguredLab } from '../open-lab.ts';

export interface DemoMarket {
  symbol: string;
  timeframe: string;
  synthetic: boolean;
}

/**
 * Real daily bars of the S&P 500 (2000-2020), through the same door as a user's own file, where the package that ships
 * them is installed; else a synthetic market, which says so wherever it appears.
 */
export async function importDemoMarket(): Promise<DemoMarket> {
  const file = realBars();
  if (file === null) return { symbol: 'SYN-FUZZY_RSI-1', timeframe: '1d', synthetic: true };
  const lab = openConfiguredLab({ work: false, quiet: true });
  try {
    const known = lab.store.list().some(({ series }) => series.symbol === 'SPX' && series.timeframe === '1d');
    if (!known)
      await importSeries(lab, {
        path: file,
        symbol: 'SPX',
        timeframe: '1d',
        source: 'S&P 500 index, Yahoo Finance, as shipped by vega-datasets',
      });
  } finally {
    await lab.close();
  }
  return { symbol: 'SPX', timeframe: '1d', synthetic: false };
}

function realBars(): string | null {
  try {
    const file = fileURLToPath(new URL('../data/sp500-2000.csv', import.meta.resolve('vega-datasets')));
    return existsSync(file) ? file : null;
  } catch {
    return null;
  }
}
