import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { type Bars, mapColumns } from '@stratlab/data/bars.ts';
import { guessInstrument } from '@stratlab/data/instrument.ts';
import { generateBars } from '@stratlab/data/market.ts';
import { noise } from '@stratlab/data/markets/noise.ts';
import type { SealChoice } from '@stratlab/data/seal.ts';
import { openStore } from '@stratlab/data/store.ts';
import { copyOf, findFamily, type Newcomer } from '@stratlab/lab/family.ts';
import { recordSeries } from '@stratlab/lab/record-series.ts';
import fc from 'fast-check';
import { dataLab, walk } from './data-lab.ts';
import { plainPlace } from './family-reference.ts';

type Books = Pick<ReturnType<typeof dataLab>, 'store' | 'database'>;

const frames = ['1d', '4h', '1w'] as const;

interface Imported extends MarketBars {
  symbol: string;
  underlying: string;
  seal: SealChoice;
}

interface MarketBars {
  timeframe: (typeof frames)[number];
  seed: number;
  /** Of another market that it follows. */
  share: number;
  days: number;
}

const imported: fc.Arbitrary<Imported> = fc.record({
  symbol: fc.constantFrom('AAA', 'EURUSD', 'BTCUSDT', 'DDD'),
  underlying: fc.constantFrom('AAA', 'ROOT', 'BTCUSDT'),
  timeframe: fc.constantFrom('1d', ...frames),
  seed: fc.integer({ min: 1, max: 2 }),
  share: fc.constantFrom(0, 0.2, 0.4),
  days: fc.constantFrom(90, 500, 800),
  seal: fc.constantFrom<SealChoice[]>({ kind: 'default' }, { kind: 'none' }, { kind: 'fraction', fraction: 0.5 }),
});

function barsOf({ seed, share, days, timeframe }: MarketBars): Bars {
  const length = { '4h': 6, '1d': 1, '1w': 1 / 7 }[timeframe];
  const make = (of: number) => generateBars(noise, { timeframe, bars: Math.floor(days * length), seed: of });
  const [own, other] = [make(seed), make(9)];
  const close = own.close.map((price, k) => price ** (1 - share) * other.close[k] ** share);
  return mapColumns((name) => (name === 'time' || name === 'volume' ? own[name] : close.slice()));
}

function store(lab: Books, one: Imported): void {
  const { symbol, timeframe, underlying, seal } = one;
  const bars = barsOf(one);
  const instrument = { ...guessInstrument(symbol), underlying };
  const description = { symbol, timeframe, source: 'test', synthetic: false, market: null, instrument, repairs: [] };
  recordSeries(lab, lab.store.write(description, bars, seal), bars);
}

function placed(lab: Books, underlying: string, newcomer: Newcomer) {
  return { family: findFamily(lab, underlying, newcomer), original: copyOf(lab, newcomer)?.symbol };
}

test('families and copies are those that the bars of every series give, whatever was imported, replaced or sealed', (t) => {
  const probes = fc.constantFrom('1d', ...frames);
  fc.assert(
    fc.property(fc.array(imported, { minLength: 2, maxLength: 6 }), probes, (imports, timeframe) => {
      const lab = dataLab(t);
      for (const one of imports) {
        store(lab, one);
        for (const seed of [1, 2]) {
          const bars = barsOf({ seed, share: 0, days: 700, timeframe });
          const newcomer: Newcomer = { symbol: 'NEW', timeframe, calendar: 'equity_usa', bars };
          assert.deepEqual(placed(lab, 'NEW', newcomer), plainPlace(lab, 'NEW', newcomer));
        }
      }
    }),
    { numRuns: 12 },
  );
});

test('a known series is found again without its bars', (t) => {
  const lab = dataLab(t);
  const newcomer: Newcomer = { symbol: 'NEW', timeframe: '1d', calendar: 'equity_usa', bars: walk(1) };
  store(lab, {
    symbol: 'AAA',
    underlying: 'AAA',
    timeframe: '1d',
    seed: 1,
    share: 0,
    days: 1000,
    seal: { kind: 'none' },
  });
  assert.deepEqual(placed(lab, 'NEW', newcomer), { family: 'AAA', original: 'AAA' });
  const data = join(dirname(lab.file('x', '')), 'data');
  rmSync(join(data, 'AAA'), { recursive: true });
  const later = { store: openStore(data), database: lab.database };
  assert.deepEqual(placed(later, 'NEW', newcomer), { family: 'AAA', original: 'AAA' });
});

test('what a seal that moves hides is not compared with any more', (t) => {
  const lab = dataLab(t);
  const newcomer: Newcomer = { symbol: 'NEW', timeframe: '1d', calendar: 'equity_usa', bars: walk(1) };
  const one: Imported = {
    symbol: 'AAA',
    underlying: 'ROOT',
    timeframe: '1d',
    seed: 1,
    share: 0,
    days: 1000,
    seal: { kind: 'none' },
  };
  store(lab, one);
  assert.equal(placed(lab, 'NEW', newcomer).original, 'AAA');
  store(lab, { ...one, symbol: 'DDD', seed: 2, seal: { kind: 'fraction', fraction: 0.97 } });
  assert.deepEqual(placed(lab, 'NEW', newcomer), { family: 'NEW', original: undefined });
});
