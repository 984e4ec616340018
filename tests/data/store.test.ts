import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Bars, barCount, mapColumns, sliceBars } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { hashBars } from '@stratlab/data/hash.ts';
import { guessInstrument } from '@stratlab/data/instrument.ts';
import { generateBars, synthesize } from '@stratlab/data/market.ts';
import { noise } from '@stratlab/data/markets/noise.ts';
import { regime } from '@stratlab/data/markets/regime.ts';
import type { SealChoice } from '@stratlab/data/seal.ts';
import type { NewSeries } from '@stratlab/data/series.ts';
import { type BarStore, openStore } from '@stratlab/data/store.ts';
import { type Timeframe, timeframeMs, timeframes } from '@stratlab/data/timeframe.ts';
import fc from 'fast-check';

const day = 86_400_000;
const date = (text: string) => Date.parse(`${text}T00:00:00Z`);
const byDefault: SealChoice = { kind: 'default' };
const unsealed: SealChoice = { kind: 'none' };

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-store-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function described(symbol: string, timeframe: Timeframe): NewSeries {
  const instrument = guessInstrument(symbol);
  return { symbol, timeframe, source: 'a test', synthetic: false, market: null, instrument, repairs: [] };
}

/** 1000 daily bars from 2000-01-03 on; sealed by default from 2002-03-13. */
const daily = generateBars(noise, { timeframe: '1d', bars: 1000, seed: 1 });
const sealedFrom = date('2002-03-13');

function withDaily(t: TestContext, choice = byDefault): { folder: string; store: BarStore } {
  const folder = newFolder(t);
  const store = openStore(folder);
  store.write(described('SPX', '1d'), daily, choice);
  return { folder, store };
}

function thrown(run: () => unknown): LabError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof LabError, String(error));
    return error;
  }
  assert.fail('nothing was thrown');
}

test('what is written without a seal is read back bit for bit, also by another process', (t) => {
  const { folder } = withDaily(t, unsealed);
  const { bars, hash, series, sealedFrom: seal, clipped } = openStore(folder).read('spx', '1d');
  assert.deepEqual(bars, daily);
  assert.equal(hash, hashBars(daily));
  assert.equal(series.hash, hash);
  assert.equal(series.source, 'a test');
  assert.equal(seal, null);
  assert.equal(clipped, false);
});

test('a read ends before the seal', (t) => {
  const { store } = withDaily(t);
  const read = store.read('SPX', '1d');
  assert.equal(read.sealedFrom, sealedFrom);
  assert.equal(read.bars.time.at(-1), sealedFrom - day);
  assert.equal(barCount(read.bars), 800);
  assert.equal(read.hash, hashBars(sliceBars(daily, 0, 800)));
});

test('both ends of a range are inclusive', (t) => {
  const { store } = withDaily(t);
  const { bars } = store.read('SPX', '1d', { start: date('2000-02-01'), end: date('2000-02-29') + day - 1 });
  assert.deepEqual([bars.time[0], bars.time.at(-1), barCount(bars)], [date('2000-02-01'), date('2000-02-29'), 29]);
  assert.equal(barCount(store.read('SPX', '1d', { start: date('2000-02-01'), end: date('2000-02-01') }).bars), 1);
});

test('a date beyond the seal is refused and the refusal names the date, the seal and the next step', (t) => {
  const { store } = withDaily(t);
  const end = thrown(() => store.read('SPX', '1d', { end: date('2002-06-01') + day - 1 }));
  assert.equal(end.code, 'sealed');
  assert.equal(end.message, 'SPX is sealed from 2002-03-13: the end 2002-06-01 is beyond it.');
  assert.match(end.hint ?? '', /an end before 2002-03-13/);
  const start = thrown(() => store.read('SPX', '1d', { start: sealedFrom, clip: true }));
  assert.equal(start.code, 'sealed');
  assert.match(start.message, /the start 2002-03-13 is beyond it/);
});

test('an end beyond the seal is clipped only where that is asked for, and said', (t) => {
  const { store } = withDaily(t);
  const clipped = store.read('SPX', '1d', { end: date('2030-01-01'), clip: true });
  assert.equal(clipped.clipped, true);
  assert.deepEqual(clipped.bars, store.read('SPX', '1d').bars);
  assert.equal(store.read('SPX', '1d', { end: sealedFrom - 1, clip: true }).clipped, false);
});

test('no range at all ever shows a bar that ends after the seal', (t) => {
  const store = openStore(newFolder(t));
  const hourly = generateBars(noise, { timeframe: '1h', bars: 3000, seed: 2, start: date('2001-12-31') });
  const weekly = generateBars(noise, { timeframe: '1w', bars: 200, seed: 3 });
  store.write(described('SPX', '1d'), daily, byDefault);
  store.write(described('SPX', '1h'), hourly, byDefault);
  store.write(described('SPX-ADJ', '1w'), weekly, byDefault);
  const seal = store.seal('SPX')?.sealed_from;
  assert.ok(seal !== undefined && seal !== null);
  const instant = fc.option(fc.integer({ min: date('1999-01-01'), max: date('2004-01-01') }), { nil: undefined });
  const name = fc.constantFrom<[string, Timeframe]>(['SPX', '1d'], ['SPX', '1h'], ['SPX-ADJ', '1w']);
  fc.assert(
    fc.property(name, instant, instant, fc.boolean(), ([symbol, timeframe], start, end, clip) => {
      try {
        const { bars } = store.read(symbol, timeframe, { start, end, clip });
        assert.ok(bars.time.every((time) => time + timeframeMs(timeframe) <= seal));
      } catch (error) {
        assert.ok(
          error instanceof LabError && ['sealed', 'no_data', 'invalid_input'].includes(error.code),
          String(error),
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('sealed bars are not in the memory behind what is read either', (t) => {
  const { store } = withDaily(t);
  const { bars } = store.read('SPX', '1d', { end: date('2001-01-01') });
  assert.equal(bars.close.buffer.byteLength, 800 * 8);
});

test('one seal holds for all timeframes, adjustments and sides of an underlying', (t) => {
  const { store } = withDaily(t);
  const later = generateBars(noise, { timeframe: '1h', bars: 500, seed: 2, start: date('2003-01-01') });
  const { seal, visible } = store.write(described('SPX-ADJ', '1h'), later, byDefault);
  assert.equal(seal.sealed_from, sealedFrom);
  assert.deepEqual(visible, { rows: 0, start: null, end: null });
  const error = thrown(() => store.read('SPX-ADJ', '1h'));
  assert.equal(error.code, 'sealed');
  assert.match(error.message, /Every bar of SPX-ADJ 1h/);
});

test('the list shows what may be seen, also after the seal has moved', (t) => {
  const { folder, store } = withDaily(t);
  const seen = (from: BarStore) => from.list().map(({ visible, sealedFrom }) => ({ ...visible, sealedFrom }));
  assert.deepEqual(seen(store), [{ rows: 800, start: date('2000-01-03'), end: sealedFrom - day, sealedFrom }]);
  const longer = generateBars(noise, { timeframe: '1w', bars: 320, seed: 4, start: date('1996-01-01') });
  const { seal } = store.write(described('SPX', '1w'), longer, byDefault);
  assert.ok(seal.sealed_from !== null && seal.sealed_from < sealedFrom);
  for (const reader of [store, openStore(folder)]) {
    const [day1] = reader.list();
    assert.equal(day1.series.timeframe, '1d');
    assert.equal(day1.sealedFrom, seal.sealed_from);
    assert.equal(day1.visible.rows, barCount(reader.read('SPX', '1d').bars));
    assert.equal(day1.visible.end, reader.read('SPX', '1d').bars.time.at(-1));
  }
});

test('a bar that only ends after the seal is not seen, though it starts before it', (t) => {
  const store = openStore(newFolder(t));
  const weekly = generateBars(noise, { timeframe: '1w', bars: 10, seed: 1, start: date('2024-01-01') });
  store.write(described('SPX', '1w'), weekly, { kind: 'date', date: date('2024-01-20') });
  assert.deepEqual([...store.read('SPX', '1w').bars.time], [date('2024-01-01'), date('2024-01-08')]);
});

test('every change of the seal is kept with its reason and time', (t) => {
  const store = openStore(newFolder(t), { now: () => 1234 });
  store.write(described('SPX', '1d'), daily, byDefault);
  store.write(described('SPX', '1d'), daily, unsealed);
  store.write(described('SPX', '1h'), daily, byDefault);
  const seal = store.seal('SPX');
  assert.equal(seal?.chosen, 'none');
  assert.deepEqual(seal?.history, [
    { sealed_from: sealedFrom, chosen: 'default', set_at: 1234, reason: 'set by default at import' },
    { sealed_from: null, chosen: 'none', set_at: 1234, reason: 'chosen by a person at import' },
  ]);
});

test('synthetic series are marked and not sealed', (t) => {
  const store = openStore(newFolder(t));
  const { series, bars } = synthesize(regime, { timeframe: '1h', bars: 400, seed: 7, parameters: { stay: 0.9 } });
  store.write(series, bars, byDefault);
  const read = store.read('SYN-REGIME-7', '1h');
  assert.equal(barCount(read.bars), 400);
  assert.equal(read.series.synthetic, true);
  assert.deepEqual(read.series.market, {
    name: 'regime',
    seed: 7,
    parameters: { drift: 0.0015, stay: 0.9, sigma: 0.01 },
  });
});

test('an unknown series is answered with what there is', (t) => {
  const { store } = withDaily(t);
  store.write(described('EURUSD', '1h'), daily, byDefault);
  assert.match(thrown(() => store.read('EURUSB', '1h')).message, /EURUSB is not stored. Did you mean EURUSD\?/);
  assert.match(thrown(() => store.read('ZZZ', '1h')).message, /ZZZ is not stored. Stored: EURUSD, SPX\./);
  const timeframe = thrown(() => store.read('SPX', '1h'));
  assert.equal(timeframe.code, 'not_found');
  assert.match(timeframe.message, /SPX is not stored at 1h. Its timeframes: 1d\./);
  assert.match(
    thrown(() => openStore(join(tmpdir(), 'no-such-folder')).read('SPX', '1d')).message,
    /The store is empty/,
  );
});

test('a range without bars names the span that may be seen', (t) => {
  const { store } = withDaily(t);
  const error = thrown(() => store.read('SPX', '1d', { start: date('1990-01-01'), end: date('1990-12-31') }));
  assert.equal(error.code, 'no_data');
  assert.equal(error.hint, 'Its 800 bars that may be seen run from 2000-01-03T00:00:00Z to 2002-03-12T00:00:00Z.');
  assert.equal(thrown(() => store.read('SPX', '1d', { start: 2, end: 1 })).code, 'invalid_input');
});

test('names that could be paths are refused on every way in', (t) => {
  const { store } = withDaily(t);
  for (const symbol of ['../SPX', 'A/B', '..', '', '/etc/passwd', 'A\\B', 'A\0B']) {
    assert.equal(thrown(() => store.read(symbol, '1d')).code, 'invalid_input');
    assert.equal(thrown(() => store.seal(symbol)).code, 'invalid_input');
    assert.equal(thrown(() => store.write(described(symbol, '1d'), daily, byDefault)).code, 'invalid_input');
    const instrument = { ...guessInstrument('SPX'), underlying: symbol };
    assert.equal(
      thrown(() => store.write({ ...described('SPX', '1d'), instrument }, daily, byDefault)).code,
      'invalid_input',
    );
  }
});

test('bars that are not finite or not in order are not stored', (t) => {
  const store = openStore(newFolder(t));
  const put = (bars: Bars) => thrown(() => store.write(described('SPX', '1d'), bars, byDefault));
  const broken = (name: string, row: number, value: number) =>
    mapColumns((c) => (c === name ? daily[c].with(row, value) : daily[c]));
  assert.match(put(broken('close', 6, Number.NaN)).message, /row 7: close is not a finite number/);
  assert.match(put(broken('time', 6, daily.time[5])).message, /row 7: .* repeats/);
  assert.equal(put(sliceBars(daily, 0, 0)).code, 'no_data');
  assert.deepEqual(store.list(), []);
  assert.equal(store.seal('SPX'), null);
});

test('writing the same bars again changes nothing, other bars replace them', (t) => {
  const { store } = withDaily(t, unsealed);
  assert.equal(store.write(described('SPX', '1d'), daily, byDefault).changed, false);
  const others = generateBars(noise, { timeframe: '1d', bars: 300, seed: 9 });
  const { changed, series } = store.write(described('SPX', '1d'), others, byDefault);
  assert.equal(changed, true);
  assert.equal(series.rows, 300);
  assert.deepEqual(store.read('SPX', '1d').bars, others);
});

test('bars that were replaced, and what crashes left behind, are cleared away once they are old', (t) => {
  const { folder, store } = withDaily(t, unsealed);
  writeFileSync(join(folder, 'SPX', '.1d.json.beef.tmp'), 'half a rec');
  for (const name of readdirSync(join(folder, 'SPX'))) utimesSync(join(folder, 'SPX', name), 0, 0);
  const { series } = store.write(described('SPX', '1d'), sliceBars(daily, 0, 500), byDefault);
  const left = readdirSync(join(folder, 'SPX')).sort();
  assert.deepEqual(left, [`1d.${series.hash.slice(0, 16)}.arrow`, '1d.json']);
});

test('a memory too small for a series only makes reading slower', (t) => {
  const { folder } = withDaily(t);
  const store = openStore(folder, { cacheBytes: 100 });
  assert.deepEqual(store.read('SPX', '1d').bars, store.read('SPX', '1d').bars);
});

test('no changed byte of a series goes unnoticed', (t) => {
  const folder = newFolder(t);
  const bars = sliceBars(daily, 0, 3);
  const { series } = openStore(folder).write(described('SPX', '1d'), bars, unsealed);
  const path = join(folder, 'SPX', `1d.${series.hash.slice(0, 16)}.arrow`);
  const whole = readFileSync(path);
  let noticed = 0;
  for (let at = 0; at < whole.length; at++) {
    writeFileSync(path, whole.with(at, whole[at] ^ 0x55));
    const store = openStore(folder);
    if (store.verify().length > 0) {
      noticed++;
      assert.equal(thrown(() => store.read('SPX', '1d')).code, 'corrupt');
    } else assert.deepEqual(store.read('SPX', '1d').bars, bars);
  }
  assert.ok(noticed > 6 * 3 * 8);
});

test('a damaged series is named by verify and keeps no other from being listed', (t) => {
  const { folder, store } = withDaily(t);
  store.write(described('AAPL', '1d'), daily, byDefault);
  store.write(described('IBM', '1d'), daily, byDefault);
  store.write(described('MSFT', '1d'), daily, byDefault);
  writeFileSync(join(folder, 'AAPL', '1d.json'), '{"symbol": "AAPL", "rows": 1e9}');
  rmSync(join(folder, 'seals', 'IBM.json'));
  for (const name of readdirSync(join(folder, 'MSFT')).filter((file) => file.endsWith('.arrow')))
    rmSync(join(folder, 'MSFT', name));
  const reopened = openStore(folder);
  assert.deepEqual(
    reopened.verify().map(({ symbol }) => symbol),
    ['AAPL', 'IBM', 'MSFT'],
  );
  assert.ok(reopened.list().some(({ series }) => series.symbol === 'SPX'));
  for (const symbol of ['AAPL', 'IBM', 'MSFT']) assert.equal(thrown(() => reopened.read(symbol, '1d')).code, 'corrupt');
  assert.equal(barCount(reopened.read('SPX', '1d').bars), 800);
});

test('without a readable seal nothing is shown', (t) => {
  const { folder, store } = withDaily(t);
  for (const text of [
    '',
    '{}',
    '{"underlying":"SPX","sealed_from":null}',
    readFileSync(join(folder, 'seals', 'SPX.json'), 'utf8').replace('"SPX"', '"ABC"'),
  ]) {
    writeFileSync(join(folder, 'seals', 'SPX.json'), text);
    assert.equal(thrown(() => store.read('SPX', '1d')).code, 'corrupt');
    assert.deepEqual(store.list(), []);
  }
});

test('the list is in a stable order', (t) => {
  const store = openStore(newFolder(t));
  for (const timeframe of [...timeframes].reverse())
    store.write(described('SPX', timeframe), sliceBars(daily, 0, 5), unsealed);
  store.write(described('AAPL', '1w'), daily, unsealed);
  assert.deepEqual(
    store.list().map(({ series }) => `${series.symbol} ${series.timeframe}`),
    ['AAPL 1w', ...timeframes.map((timeframe) => `SPX ${timeframe}`)],
  );
});

test('killed in mid-write again and again, the store is whole, and whole for readers meanwhile', async (t) => {
  const folder = newFolder(t);
  const script = resolve(import.meta.dirname, 'endless-writer.ts');
  for (let round = 0; round < 8; round++) {
    const writer = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(writer.stdout, 'data');
    for (let reads = 0; reads < 5 + 3 * round; reads++) {
      assert.deepEqual(openStore(folder).verify(), []);
      await new Promise((done) => setTimeout(done, 1 + ((7 * reads) % 5)));
    }
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    const store = openStore(folder);
    assert.deepEqual(store.verify(), []);
    for (const { series, visible } of store.list()) {
      const { bars, sealedFrom: seal } = store.read(series.symbol, series.timeframe);
      assert.equal(barCount(bars), visible.rows);
      assert.ok(seal !== null && (bars.time.at(-1) ?? 0) < seal);
    }
  }
});
