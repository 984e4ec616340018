import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { type Decisions, noDecisions } from '@stratlab/backtests/decisions.ts';
import { type Execution, overrideExecution } from '@stratlab/backtests/execution.ts';
import { exposureTo } from '@stratlab/backtests/exposure-to.ts';
import { simulationSample } from '@stratlab/backtests/measure.ts';
import { simulate } from '@stratlab/backtests/simulate.ts';
import { buildKernel } from '@stratlab/backtests/simulation/build-kernel.ts';
import { Workspace } from '@stratlab/backtests/simulation/workspace.ts';
import type { Simulation } from '@stratlab/backtests/trade.ts';
import { type Bars, mapColumns } from '@stratlab/data/bars.ts';
import { guessInstrument } from '@stratlab/data/instrument.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import fc from 'fast-check';

const rows = 400;
const capital = 10_000;
const instrument = guessInstrument('SYN-TEST');

function randomBars(seed: number): Bars {
  const random = seededRandom(seed);
  const bars = mapColumns(() => new Float64Array(rows));
  let last = 100;
  for (let t = 0; t < rows; t++) {
    bars.time[t] = Date.UTC(2020, 0, 1) + t * 3_600_000;
    bars.open[t] = last * (1 + 0.005 * normal(random));
    bars.close[t] = bars.open[t] * (1 + 0.01 * normal(random));
    bars.high[t] = Math.max(bars.open[t], bars.close[t]) * (1 + 0.005 * random());
    bars.low[t] = Math.min(bars.open[t], bars.close[t]) * (1 - 0.005 * random());
    bars.volume[t] = 100 + 1000 * random();
    last = bars.close[t];
  }
  return bars;
}

/** From one random bar to another. */
function randomDecisions(seed: number, density: number): Decisions {
  const random = seededRandom(seed);
  const decisions = noDecisions(rows);
  const columns = [decisions.enterLong, decisions.exitLong, decisions.enterShort, decisions.exitShort];
  for (let t = 0; t < rows; t++) for (const column of columns) column[t] = random() < density ? 1 : 0;
  const firstBar = Math.floor(30 * random());
  const endBar = rows - Math.floor(30 * random());
  return { ...decisions, firstBar, endBar, strength: Float64Array.from({ length: rows }, random) };
}

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const distance = fc.oneof(
  fc.record({ percent: fc.double({ min: 0.002, max: 0.1, noNaN: true }) }),
  fc.record({ atr: fc.double({ min: 0.3, max: 5, noNaN: true }) }),
);
const executions: fc.Arbitrary<Execution> = fc
  .record({
    fill: fc.constantFrom('next_open', 'next_close', 'signal_close'),
    intrabar: fc.constantFrom('pessimistic', 'optimistic', 'open_high_low_close'),
    limit_fill: fc.constantFrom('through', 'touch'),
    sizing: fc.constantFrom({ method: 'percent_of_equity', value: 1.7 }, { method: 'confidence' }),
    leverage: fc.constantFrom(2, 10),
    slippage: fc.constantFrom({ percent: 0.0001 }, { volume_share: 0.05 }),
    commission: fc.constantFrom(null, { percent: 0.001 }, { fixed: 1 }),
    stop_loss: maybe(distance),
    trailing_stop: maybe(distance),
    take_profit: maybe(
      fc.array(
        distance.map((rule) => ({ ...rule, fraction: 0.4 })),
        { minLength: 1, maxLength: 2 },
      ),
    ),
    max_holding_bars: maybe(fc.integer({ min: 1, max: 40 })),
    financing: fc.constantFrom({}, {}, { short_borrow_annual: 0.1 }),
    volume_limit: fc.constantFrom(null, null, 0.05),
    at_end: fc.constantFrom('close_at_last_close', 'mark'),
  })
  .map((execution) => overrideExecution({ costs: 'none' }, execution));

const cases: [fc.Arbitrary<number>, fc.Arbitrary<number>, fc.Arbitrary<number>, fc.Arbitrary<Execution>] = [
  fc.integer(),
  fc.integer(),
  fc.constantFrom(0.003, 0.01, 0.05, 0.3),
  executions,
];

/** Formulas that never ask for an exit make the market look at every bar of a position. */
function lookedAt(decisions: Decisions): Decisions {
  return { ...decisions, exitLongAt: () => false, exitShortAt: () => false };
}

/** Every bar that a column names. */
function listed(decisions: Decisions): Decisions {
  const { enterLong, exitLong, enterShort, exitShort } = decisions;
  const named = Array.from(enterLong.keys()).filter((t) => enterLong[t] | exitLong[t] | enterShort[t] | exitShort[t]);
  return { ...decisions, deciding: Int32Array.from([...named, rows]) };
}

/** What `run` leaves, in memory of its own. */
function copied(run: Simulation): Simulation {
  return structuredClone({ ...run, equity: run.equity.slice(), position: run.position.slice() });
}

test('bars that nothing happens in are passed as if they were looked at one by one', () => {
  fc.assert(
    fc.property(...cases, (barsSeed, decisionsSeed, density, execution) => {
      const bars = randomBars(barsSeed);
      const decisions = randomDecisions(decisionsSeed, density);
      const expected = simulate(bars, lookedAt(decisions), execution, instrument, capital);
      assert.deepEqual(simulate(bars, decisions, execution, instrument, capital), expected);
      assert.deepEqual(simulate(bars, listed(decisions), execution, instrument, capital), expected);
    }),
    { numRuns: 300 },
  );
});

test('runs over bars that a workspace knows are to the bit as the first', () => {
  const workspace = new Workspace();
  const again = { workspace };
  fc.assert(
    fc.property(...cases, fc.integer(), (barsSeed, decisionsSeed, density, execution, otherSeed) => {
      const bars = randomBars(barsSeed);
      const decisions = randomDecisions(decisionsSeed, density);
      const others = { ...randomDecisions(otherSeed, density), endBar: rows };
      const expected = simulate(bars, lookedAt(decisions), execution, instrument, capital);
      const expectedOther = simulate(bars, lookedAt(others), execution, instrument, capital);
      for (let time = 0; time < 3; time++) {
        assert.deepEqual(copied(simulate(bars, decisions, execution, instrument, capital, again)), expected);
      }
      assert.deepEqual(copied(simulate(bars, others, execution, instrument, capital, again)), expectedOther);
      assert.deepEqual(copied(simulate(bars, listed(others), execution, instrument, capital, again)), expectedOther);
      assert.deepEqual(copied(simulate(bars, listed(decisions), execution, instrument, capital, again)), expected);
    }),
    { numRuns: 150 },
  );
});

test('a bar that reaches a stop or a target exactly is found wherever a pair of bars begins', () => {
  for (let hit = 3; hit < 12; hit++) {
    for (const [side, stop] of [
      [1, true],
      [1, false],
      [-1, true],
      [-1, false],
    ] as const) {
      const bars = mapColumns(() => new Float64Array(16).fill(100));
      bars.time.forEach((_, t, time) => {
        time[t] = t * 60_000;
      });
      const up = side > 0 !== stop;
      bars[up ? 'high' : 'low'][hit] = up ? 110 : 90;
      const decisions = noDecisions(16);
      (side > 0 ? decisions.enterLong : decisions.enterShort)[0] = 1;
      const execution = overrideExecution(
        { costs: 'none', limit_fill: 'touch' },
        { stop_loss: { percent: 0.1 }, take_profit: { percent: 0.1 } },
      );
      const workspace = new Workspace();
      for (let time = 0; time < 2; time++) {
        const { trades } = simulate(bars, decisions, execution, instrument, capital, { workspace });
        assert.deepEqual(
          trades.map(({ exitBar, exitReason }) => [exitBar, exitReason]),
          [[hit, stop ? 'stop_loss' : 'take_profit']],
        );
      }
    }
  }
});

test('the bars that a run counted as held are those its position tells', () => {
  fc.assert(
    fc.property(...cases, (barsSeed, decisionsSeed, density, execution) => {
      const decisions = randomDecisions(decisionsSeed, density);
      const run = simulate(randomBars(barsSeed), decisions, execution, instrument, capital);
      const counted = simulationSample(run, { returns: new Float64Array(0), periodsPerYear: 365 });
      const { heldBars: _, ...read } = counted;
      for (const side of [-1, 0, 1] as const) assert.equal(exposureTo(side, counted), exposureTo(side, read));
    }),
    { numRuns: 300 },
  );
});

test('the committed kernel is what its source compiles to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-kernel-'));
  try {
    const built = join(folder, 'kernel.wasm');
    buildKernel(built);
    const committed = readFileSync(new URL('../../backtests/simulation/kernel.wasm', import.meta.url));
    assert.ok(
      committed.equals(readFileSync(built)),
      'Run `node backtests/simulation/build-kernel.ts` and commit kernel.wasm.',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
