import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { backtest } from './backtest.ts';
import { type Bench, type Measured, median } from './bench.ts';
import { indicators } from './indicators.ts';
import { jobs } from './jobs.ts';
import { server } from './server.ts';
import { training } from './training.ts';
import { transports } from './transports.ts';

/** `npm run -s bench -- <name> [--json]`: exit code 0, or 2 for a name that is not there. */
const benches: readonly Bench[] = [backtest, indicators, jobs, server, training, transports];

const [wanted, ...flags] = process.argv.slice(2);
const bench = benches.find(({ name }) => name === wanted);
if (bench === undefined) {
  const known = benches.map(({ name, describes }) => `  ${name}: ${describes}`).join('\n');
  process.stderr.write(`usage: npm run -s bench -- <name> [--json]\n${known}\n`);
  process.exitCode = 2;
} else {
  const measured = await bench.run();
  process.stdout.write(flags.includes('--json') ? `${JSON.stringify(reportOf(bench, measured))}\n` : tableOf(measured));
}

function reportOf({ name }: Bench, { measurements, ratios = {}, figures = {}, skipped = {} }: Measured) {
  const [cpu] = cpus();
  return {
    name,
    commit: commit(),
    node: process.versions.node,
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    results: measurements.map((measurement) => ({
      name: measurement.name,
      unit: measurement.unit,
      ...figuresOf(measurement.values),
    })),
    ...figures,
    ratios,
    skipped,
  };
}

function figuresOf(values: readonly number[]) {
  const rounded = (value: number) => Math.round(value * 1000) / 1000;
  return {
    median: rounded(median(values)),
    min: rounded(Math.min(...values)),
    max: rounded(Math.max(...values)),
    runs: values.length,
  };
}

function tableOf({ measurements, ratios = {} }: Measured): string {
  const rows = measurements.map(({ name, unit, values }) => {
    const { median: middle, min, max, runs } = figuresOf(values);
    return `${name.padEnd(28)} median ${middle} ${unit}, min ${min}, max ${max}, ${runs} runs`;
  });
  return `${[...rows, ...Object.entries(ratios).map(([name, ratio]) => `${name.padEnd(28)} ${ratio.toFixed(2)}`)].join('\n')}\n`;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
