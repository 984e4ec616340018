import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import type { DemoBacktest } from './session.ts';

const nameWidth = 10;

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One finished step: what it was, and what it came to. */
export function step(name: string, text: string): void {
  clearLine();
  say(`${name.padEnd(nameWidth)} ${text}`);
}

interface TrainingProgress {
  progress: number;
  stage: string;
  eta_ms?: number | null | undefined;
}

/** Stage, percent and time left: one line that moves where someone is watching, else a line each time. */
export function trainingLine({ progress, stage, eta_ms }: TrainingProgress): void {
  const left = eta_ms == null ? '' : `, ${(eta_ms / 1000).toFixed(1)} s left`;
  const line = `${'Training'.padEnd(nameWidth)} ${stage === '' ? 'waiting' : stage}, ${progress.toFixed(0)} %${left}`;
  clearLine();
  process.stdout.write(process.stdout.isTTY ? line : `${line}\n`);
}

function clearLine(): void {
  if (process.stdout.isTTY) process.stdout.write('\r\u001b[2K');
}

const rows = [
  ['total_return', 'percent'],
  ['cagr', 'percent'],
  ['sharpe', 'ratio'],
  ['sortino', 'ratio'],
  ['max_drawdown', 'percent'],
  ['win_rate', 'percent'],
  ['profit_factor', 'ratio'],
  ['exposure', 'percent'],
  ['trades', 'count'],
  ['costs_paid', 'money'],
] as const;

/** The two strategies beside buy-and-hold and the baselines. */
export function metricsTable(learned: DemoBacktest, plain: DemoBacktest): string {
  const rivals = [learned.benchmark.buy_and_hold, ...Object.values(learned.baselines)];
  const header = ['', 'fuzzy network', 'average cross', ...rivals.map(({ name }) => name.replaceAll('_', ' '))];
  const body = rows.map(([name, unit]) => [
    name.replaceAll('_', ' '),
    ...[
      learned.metrics[name],
      plain.metrics[name],
      ...rivals.map((rival) => Object.entries(rival).find(([key]) => key === name)?.[1]),
    ].map((value) => shown(value, unit)),
  ]);
  const table = [header, ...body];
  const widths = header.map((_, k) => Math.max(...table.map((cells) => cells[k].length)));
  return table
    .map(
      (cells) =>
        `  ${cells.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join('   ')}`,
    )
    .join('\n');
}

function shown(value: unknown, unit: (typeof rows)[number][1]): string {
  if (typeof value !== 'number') return '–';
  if (unit === 'percent') return `${(100 * value).toFixed(1)} %`;
  if (unit === 'ratio') return value.toFixed(2);
  return Math.round(value).toLocaleString('en-US');
}

/** How to let Claude work in this lab, started as it was started now. */
export function connectAdvice(): string {
  const { home } = readConfiguration(process.env);
  const [command, ...args] = serveCommand();
  const server = { stratlab: { command, args, env: { STRATLAB_HOME: home } } };
  return `
Connect Claude Code:     claude mcp add stratlab --env STRATLAB_HOME=${home} -- ${[command, ...args].join(' ')}
Connect Claude Desktop:  in claude_desktop_config.json, "mcpServers":
  ${JSON.stringify(server)}`;
}

/** Node does not read TypeScript from a package: there the command runs as it is, else npm brings the right Node. */
function serveCommand(): string[] {
  if (!import.meta.url.endsWith('.ts')) return ['node', realpathSync(process.argv[1]), 'serve'];
  const folder = fileURLToPath(new URL('../..', import.meta.url));
  return ['npm', 'run', '-s', '--prefix', folder, 'stratlab', '--', 'serve'];
}
