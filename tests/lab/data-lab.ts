import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { type Bars, barCount, mapColumns } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatInstant } from '@stratlab/data/instant.ts';
import { generateBars } from '@stratlab/data/market.ts';
import { noise } from '@stratlab/data/markets/noise.ts';
import { openStore } from '@stratlab/data/store.ts';
import { openDatabase } from '@stratlab/knowledge/database.ts';

export const sp500 = resolve(import.meta.dirname, '../../node_modules/vega-datasets/data/sp500-2000.csv');

/** A real store and ledger in a folder of their own, which is removed after the test. */
export function dataLab(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-data-'));
  const database = openDatabase(':memory:');
  t.after(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
  const file = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  return { store: openStore(join(folder, 'data')), database, file };
}

/** Daily bars of a random walk from 2000-01-03 on. */
export function walk(seed: number, bars = 1000): Bars {
  return generateBars(noise, { timeframe: '1d', bars, seed });
}

/** The same market quoted on another scale. */
export function rebased(bars: Bars, factor: number): Bars {
  return mapColumns((name) => (name === 'time' || name === 'volume' ? bars[name] : bars[name].map((x) => x * factor)));
}

export function csvOf(bars: Bars): string {
  const { time, open, high, low, close, volume } = bars;
  const rows = Array.from({ length: barCount(bars) }, (_, i) =>
    [formatInstant(time[i]), open[i], high[i], low[i], close[i], volume[i]].join(),
  );
  return `time,open,high,low,close,volume\n${rows.join('\n')}\n`;
}

export async function failureOf(run: () => unknown): Promise<LabError> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof LabError, String(error));
    return error;
  }
  assert.fail('nothing was thrown');
}
