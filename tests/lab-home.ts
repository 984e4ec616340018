import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Bars } from '@stratlab/data/bars.ts';
import { guessInstrument } from '@stratlab/data/instrument.ts';
import { type GenerateOptions, generateBars } from '@stratlab/data/market.ts';
import { findMarket } from '@stratlab/data/markets/index.ts';
import type { SealChoice } from '@stratlab/data/seal.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import { addVersion } from '@stratlab/knowledge/strategies.ts';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { type Lab, openLab } from '@stratlab/lab/lab.ts';
import { recordSeries } from '@stratlab/lab/record-series.ts';
import { requireStrategy } from '@stratlab/lab/strategy-language.ts';
import { fingerprint } from '@stratlab/strategies/fingerprint.ts';

/** An empty lab in a folder of its own, closed and removed after the test. */
export function emptyLab(t: TestContext, environment: Record<string, string> = {}): Lab {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  const lab = openLab(readConfiguration({ STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent', ...environment }));
  t.after(async () => {
    await lab.close();
    rmSync(home, { recursive: true, force: true });
  });
  return lab;
}

/** Bars of a market with a known law under a name that looks real, so that they are sealed as real ones are. */
export function storeMarket(
  lab: Lab,
  symbol: string,
  market: string,
  options: Partial<GenerateOptions> = {},
  seal: SealChoice = { kind: 'default' },
): Bars {
  const bars = generateBars(findMarket(market), { timeframe: '1d', bars: 2500, seed: 1, ...options });
  storeBars(lab, symbol, bars, options.timeframe ?? '1d', seal);
  return bars;
}

export function storeBars(
  lab: Lab,
  symbol: string,
  bars: Bars,
  timeframe: Timeframe = '1d',
  seal: SealChoice = { kind: 'none' },
): void {
  const written = lab.store.write(
    {
      symbol,
      timeframe,
      source: 'test',
      synthetic: false,
      market: null,
      instrument: { ...guessInstrument(symbol), calendar: 'crypto' },
      repairs: [],
    },
    bars,
    seal,
  );
  recordSeries(lab, written, bars);
}

/** A version 1, as create_strategy would store it. */
export function storeStrategy(lab: Lab, name: string, document: Record<string, unknown>): void {
  const { strategy } = requireStrategy(document);
  addVersion(lab.database, {
    name,
    version: 1,
    fingerprint: fingerprint(strategy),
    yaml: '',
    document,
    decider: strategy.decider,
    description: '',
    hypothesis: '',
    createdAt: Date.now(),
  });
}
