import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { type Bench, type Measured, type Measurement, median } from './bench.ts';
import { compiled } from './compiler.ts';
import { pythonWith } from './python.ts';

const mostRows = 1_000_000;
/** Each engine has its turn in every round, in a process of its own, so that a slow moment of the machine meets all. */
const rounds = 5;
/** Results go back to whence they came after each run, but for those that are kept, as a strategy keeps its columns. */
const settings: readonly Setting[] = [
  { rows: 10_000, suffix: '_1e4', repeats: 200 },
  { rows: 100_000, suffix: '_1e5', repeats: 60 },
  { rows: mostRows, suffix: '', repeats: 12 },
  { rows: mostRows, suffix: '_kept', repeats: 12, kept: true },
];

interface Setting {
  rows: number;
  suffix: string;
  repeats: number;
  kept?: true;
}

/** By indicator: milliseconds of each run, and the last row of each output. */
type Runs = Record<string, { ms: number[]; last: number[] }>;

interface Engine {
  name: string;
  run(setting: Setting): Runs;
}

export const indicators: Bench = {
  name: 'indicators',
  describes: 'six indicators over 10^4 to 10^6 bars, beside C loops and TA-Lib',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'stratlab-bench-'));
    try {
      const file = join(folder, 'columns');
      writeFileSync(file, highLowClose(mostRows));
      const { engines, skipped } = enginesOf(folder, file);
      return { ...compare(engines), skipped };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** A random walk's highs, lows and closes, one column after the other. */
function highLowClose(rows: number): Float64Array {
  const columns = new Float64Array(3 * rows);
  const random = seededRandom(1);
  let close = 100;
  for (let row = 0; row < rows; row++) {
    const open = close * Math.exp(0.0002 * normal(random));
    close = open * Math.exp(0.001 * normal(random));
    columns[row] = Math.max(open, close) * (1 + 0.0005 * random());
    columns[rows + row] = Math.min(open, close) * (1 - 0.0005 * random());
    columns[2 * rows + row] = close;
  }
  return columns;
}

/** The lab first, then the peers that this machine has; and why it lacks the others. */
function enginesOf(folder: string, file: string): { engines: Engine[]; skipped: Record<string, string> } {
  const engines: Engine[] = [];
  const skipped: Record<string, string> = {};
  const add = (name: string, program: { command: string } | { missing: string }, ...script: string[]) => {
    if ('missing' in program) skipped[name] = program.missing;
    else
      engines.push({
        name,
        run({ rows, repeats, kept }) {
          const given = [...script, file, mostRows, rows, repeats, ...(kept ? ['kept'] : [])].map(String);
          return JSON.parse(execFileSync(program.command, given, { encoding: 'utf8', maxBuffer: 1 << 24 }));
        },
      });
  };
  const talib = resolve(import.meta.dirname, 'reference/indicators.py');
  add('lab', { command: process.execPath }, resolve(import.meta.dirname, 'indicators-lab.ts'));
  add('c', compiled('indicators', folder));
  add('talib', pythonWith('TA-Lib', 'talib'), talib);
  add('talib_0_6', pythonWith('TA-Lib==0.6.8', 'talib'), talib);
  return { engines, skipped };
}

function compare(engines: readonly Engine[]): Measured {
  const measurements: Measurement[] = [];
  const ratios: Record<string, number> = {};
  for (const setting of settings) {
    const { suffix, kept } = setting;
    // The C loops have memory of their own, written again and again.
    const able = engines.filter(({ name }) => !(kept && name === 'c'));
    const times = timesOf(able, setting);
    for (const { name } of able) {
      for (const [indicator, values] of times[name]) {
        measurements.push({ name: `${indicator}_${name}${suffix || '_1e6'}`, unit: 'ms', values });
      }
    }
    const [{ name: lab }, ...peers] = able;
    for (const { name: peer } of peers) {
      const against = [...times[lab]].map(([indicator, values]) => {
        const ratio = median(values) / median(times[peer].get(indicator) ?? []);
        ratios[`${indicator}_vs_${peer}${suffix}`] = ratio;
        return ratio;
      });
      ratios[`geometric_mean_vs_${peer}${suffix}`] = geometricMean(against);
    }
  }
  return { measurements, ratios };
}

/** By engine and indicator, the milliseconds of every run of every round. */
function timesOf(engines: readonly Engine[], setting: Setting): Record<string, Map<string, number[]>> {
  const times = Object.fromEntries(engines.map(({ name }) => [name, new Map<string, number[]>()]));
  for (let round = 0; round < rounds; round++) {
    const runs = engines.map((engine) => engine.run(setting));
    engines.forEach(({ name }, k) => {
      for (const [indicator, { ms, last }] of Object.entries(runs[k])) {
        assertAgree(`${indicator} by ${name}`, last, runs[0][indicator].last);
        times[name].set(indicator, [...(times[name].get(indicator) ?? []), ...ms]);
      }
    });
  }
  return times;
}

/** A peer may have fewer outputs (TA-Lib's ADX has one), but those it has are the lab's; TA-Lib 0.6's variance drifts. */
function assertAgree(what: string, theirs: readonly number[], ours: readonly number[]): void {
  theirs.forEach((value, k) => {
    if (Math.abs(value - ours[k]) <= 1e-6 * Math.abs(value)) return;
    throw new Error(`${what}: output ${k} ends with ${value}, the lab's with ${ours[k]}.`);
  });
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
