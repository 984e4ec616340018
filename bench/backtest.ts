import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Decisions, decisionsFromSignal } from '@stratlab/backtests/decisions.ts';
import { overrideExecution } from '@stratlab/backtests/execution.ts';
import { measure, simulationSample } from '@stratlab/backtests/measure.ts';
import { sessionReturns } from '@stratlab/backtests/session-returns.ts';
import { simulate } from '@stratlab/backtests/simulate.ts';
import { Workspace } from '@stratlab/backtests/simulation/workspace.ts';
import { type PairResult, type Sweep, SweepPool, sweep } from '@stratlab/backtests/sweep.ts';
import { type Bars, sliceBars } from '@stratlab/data/bars.ts';
import { crypto } from '@stratlab/data/calendars/crypto.ts';
import { type Bench, type Measured, type Measurement, median } from './bench.ts';
import { compiled } from './compiler.ts';
import { Crossing, capital, costs, instrument, randomWalk } from './crossing.ts';
import { pythonWith } from './python.ts';

const mostRows = 1_000_000;
const sizes = [
  { rows: 10_000, suffix: '_1e4', runs: 60 },
  { rows: 100_000, suffix: '_1e5', runs: 20 },
  { rows: mostRows, suffix: '', runs: 6 },
];
const sweptRows = 100_000;
const nautilusRows = 100_000;
/** Every engine has its turn in each round, so that a slow moment of the machine meets them all. */
const rounds = 5;
/** In which the loops of each thread are compiled, and compiled again when they have been seen to be hot. */
const warmUpRounds = 4;

/** A peer's answer: milliseconds of each run, and what came out where it says so. */
interface Answer {
  ms: number[];
  figures?: Record<string, number>;
  pairs?: [total_return: number, max_drawdown: number, sharpe: number, trades: number][];
}
type What = 'plain' | 'full' | 'sweep';
type Peer = (rows: number, what: What, runs: number) => Answer;

export const backtest: Bench = {
  name: 'backtest',
  describes:
    'plain and full simulations over 10^4 to 10^6 bars and a sweep of 1,000 pairs, beside C and Python engines',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'stratlab-bench-'));
    try {
      const bars = randomWalk(mostRows);
      const file = join(folder, 'columns');
      writeFileSync(file, columnsOf(bars));
      return await compare(bars, peersOn(folder, file));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Time, open, high, low and close, one after the other, as the peers read them. */
function columnsOf({ time, open, high, low, close }: Bars): Float64Array {
  const columns = new Float64Array(5 * time.length);
  [time, open, high, low, close].forEach((column, k) => {
    columns.set(column, k * time.length);
  });
  return columns;
}

interface Peers {
  c: Peer | null;
  vectorbt: Peer | null;
  backtestingPy: Peer | null;
  nautilus: Peer | null;
  skipped: Record<string, string>;
}

function peersOn(folder: string, file: string): Peers {
  const skipped: Record<string, string> = {};
  const peer = (name: string, program: { command: string } | { missing: string }, ...before: string[]): Peer | null => {
    if ('missing' in program) {
      skipped[name] = program.missing;
      return null;
    }
    return (rows, what, runs) => {
      const given = [...before, file, mostRows, rows, what, runs].map(String);
      return JSON.parse(execFileSync(program.command, given, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 24 }));
    };
  };
  const script = (name: string) => resolve(import.meta.dirname, 'reference', `${name}_backtest.py`);
  return {
    c: peer('c', compiled('backtest', folder)),
    vectorbt: peer('vectorbt', pythonWith('vectorbt', 'vectorbt'), script('vectorbt')),
    backtestingPy: peer('backtesting_py', pythonWith('backtesting', 'backtesting'), script('backtesting')),
    nautilus: peer('nautilus_trader', pythonWith('nautilus_trader', 'nautilus_trader'), script('nautilus')),
    skipped,
  };
}

async function compare(bars: Bars, { c, vectorbt, backtestingPy, nautilus, skipped }: Peers): Promise<Measured> {
  const times = new Map<string, number[]>();
  const note = (name: string, ms: readonly number[]) => times.set(name, [...(times.get(name) ?? []), ...ms]);
  runOtherStrategies(sliceBars(bars, 0, 20_000));

  for (const { rows, suffix, runs } of sizes) {
    const subject = new Crossing(sliceBars(bars, 0, rows));
    for (let round = 0; round < rounds; round++) {
      for (const what of ['plain', 'full'] as const) {
        const peer = c?.(rows, what, runs);
        if (peer !== undefined) note(`${what}_c${suffix}`, peer.ms);
        note(
          `${what}${suffix}`,
          timed(() => subject[what](), runs),
        );
        if (peer?.figures !== undefined) assertAgree(subject.figures(what), peer.figures);
      }
      note(
        `full_fresh_memory${suffix}`,
        timed(() => subject.full(new Workspace()), runs),
      );
    }
    if (vectorbt !== null) note(`full_vectorbt${suffix}`, vectorbt(rows, 'full', 5).ms);
    if (backtestingPy !== null) note(`full_backtesting_py${suffix}`, backtestingPy(rows, 'full', 1).ms);
    if (nautilus === null) continue;
    if (rows > nautilusRows) skipped.nautilus_trader_1e6 = 'it would take more than a minute';
    else note(`full_nautilus_trader${suffix}`, nautilus(rows, 'full', 1).ms);
  }

  const request = crossings(sliceBars(bars, 0, sweptRows));
  const one = new SweepPool(1);
  const two = new SweepPool(2);
  for (let round = -warmUpRounds; round < rounds; round++) {
    const peer = c?.(sweptRows, 'sweep', 1);
    const results: PairResult[][] = [];
    const own = timed(() => results.push(sweep(request)), 1);
    const byOne = await timedOnce(async () => results.push(await one.run(request)));
    const byTwo = await timedOnce(async () => results.push(await two.run(request)));
    for (const result of results) assertSame(result, results[0]);
    if (peer?.pairs !== undefined) assertPairsAgree(results[0], peer.pairs);
    if (round < 0) continue;
    if (peer !== undefined) note('sweep_c', peer.ms);
    note('sweep', own);
    note('sweep_one_worker', [byOne]);
    note('sweep_two_workers', [byTwo]);
  }
  await Promise.all([one.close(), two.close()]);
  if (vectorbt !== null) note('sweep_vectorbt', vectorbt(sweptRows, 'sweep', 1).ms);
  return { measurements: [...measurementsOf(times), ...memory()], ratios: ratiosOf(times), skipped };
}

/** The most memory of a process that runs one full backtest, and what of it one that only loads the bars does not take. */
function memory(): Measurement[] {
  return [1e6, 1e7].flatMap((rows): Measurement[] => {
    const rounds = [1, 2, 3].map(() => ({ bars: peakMegabytes(rows, 'bars'), full: peakMegabytes(rows, 'full') }));
    const power = Math.log10(rows);
    return [
      { name: `bars_peak_memory_1e${power}`, unit: 'MB', values: rounds.map(({ bars }) => bars) },
      { name: `full_peak_memory_1e${power}`, unit: 'MB', values: rounds.map(({ full }) => full) },
      { name: `full_memory_above_bars_1e${power}`, unit: 'MB', values: rounds.map(({ bars, full }) => full - bars) },
    ];
  });
}

function peakMegabytes(rows: number, what: 'bars' | 'full'): number {
  const script = resolve(import.meta.dirname, 'backtest-memory.ts');
  return Number(execFileSync(process.execPath, [script, String(rows), what], { encoding: 'utf8' }));
}

/** Five strategies of other kinds, so that no call of the engine has seen but one. */
function runOtherStrategies(bars: Bars): void {
  const rows = bars.time.length;
  const signal = Float64Array.from({ length: rows }, (_, t) => Math.sin(t / 30));
  const both = decisionsFromSignal(signal, { threshold: 0.5, direction: 'both', firstBar: 30 });
  const byFormula = {
    ...both,
    exitLongAt: (_: number, state: { bars_held: number }) => state.bars_held > 10,
    prices: { entry: (t: number) => bars.close[t] * 0.999, trailing: (t: number) => bars.close[t] * 0.99 },
  };
  const strategies: [Decisions, object][] = [
    [both, { sizing: { method: 'confidence' }, trailing_stop: { atr: 3 } }],
    [byFormula, { entry: { order: 'limit', price: 'p', valid_bars: 3 }, trailing_stop: { price: 'p' } }],
    [both, { fill: 'signal_close', financing: { short_borrow_annual: 0.05 }, max_holding_bars: 20 }],
    [both, { fill: 'next_close', sizing: { method: 'volatility_target', annual: 0.5 }, leverage: 2, spread: null }],
    [both, { take_profit: [{ percent: 0.01, fraction: 0.5 }], slippage: { volume_share: 0.1 }, stop_loss: { atr: 2 } }],
  ];
  for (let k = 0; k < 20; k++) {
    for (const [decisions, execution] of strategies) {
      const run = simulate(bars, decisions, overrideExecution({}, execution), instrument, capital);
      const { returns } = sessionReturns(run.time, run.equity, capital, crypto);
      measure(simulationSample(run, { returns, periodsPerYear: 365 }));
    }
  }
}

function crossings(bars: Bars): Sweep {
  const pairs = Array.from({ length: 1000 }, (_, k) => ({ fast: 5 + 2 * Math.floor(k / 50), slow: 50 + 4 * (k % 50) }));
  return {
    bars,
    pairs,
    average: 'sma',
    direction: 'long',
    execution: overrideExecution(costs, {}),
    instrument,
    initialCapital: capital,
    periodsPerYear: 365,
    cashRate: 0,
  };
}

function timed(run: () => unknown, runs: number): number[] {
  run();
  return Array.from({ length: runs }, () => {
    const begun = performance.now();
    run();
    return performance.now() - begun;
  });
}

async function timedOnce(run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

function measurementsOf(times: ReadonlyMap<string, number[]>): Measurement[] {
  return [...times].map(([name, values]) => ({
    name: /_1e\d$|^sweep/.test(name) ? name : `${name}_1e6`,
    unit: 'ms',
    values,
  }));
}

function ratiosOf(times: ReadonlyMap<string, number[]>): Record<string, number> {
  const wanted: [name: string, over: string, under: string][] = [
    ['sweep_vs_c', 'sweep', 'sweep_c'],
    ['vectorbt_vs_sweep_two_workers', 'sweep_vectorbt', 'sweep_two_workers'],
    ['two_workers_vs_one', 'sweep_one_worker', 'sweep_two_workers'],
    ...sizes.flatMap(({ suffix }): [string, string, string][] => [
      [`full_vs_c${suffix}`, `full${suffix}`, `full_c${suffix}`],
      [`full_fresh_memory_vs_c${suffix}`, `full_fresh_memory${suffix}`, `full_c${suffix}`],
      [`plain_vs_c${suffix}`, `plain${suffix}`, `plain_c${suffix}`],
      [`vectorbt_vs_full${suffix}`, `full_vectorbt${suffix}`, `full${suffix}`],
      [`nautilus_trader_vs_full${suffix}`, `full_nautilus_trader${suffix}`, `full${suffix}`],
      [`backtesting_py_vs_full${suffix}`, `full_backtesting_py${suffix}`, `full${suffix}`],
    ]),
  ];
  const ratios: Record<string, number> = {};
  for (const [name, over, under] of wanted) {
    const [above, below] = [times.get(over), times.get(under)];
    if (above !== undefined && below !== undefined) ratios[name] = median(above) / median(below);
  }
  return ratios;
}

function assertAgree(ours: Record<string, number | null>, theirs: Record<string, number>): void {
  for (const [name, value] of Object.entries(theirs)) {
    const own = ours[name];
    if (typeof own === 'number' && Math.abs(own - value) <= 1e-7 * Math.max(1, Math.abs(value))) continue;
    throw new Error(`C and the lab disagree on ${name}: ${value} and ${own}.`);
  }
}

function assertPairsAgree(ours: readonly PairResult[], theirs: NonNullable<Answer['pairs']>): void {
  theirs.forEach(([total_return, max_drawdown, sharpe, trades], k) => {
    const { fast: _, slow: __, ...own } = ours[k];
    assertAgree(own, { total_return, max_drawdown, sharpe, trades });
  });
}

function assertSame(result: readonly PairResult[], other: readonly PairResult[]): void {
  if (JSON.stringify(result) !== JSON.stringify(other)) throw new Error('Results depend on the number of threads.');
}
