import { LabError, nearest } from '@stratlab/data/error.ts';
import { formatInstant, parseInstant } from '@stratlab/data/instant.ts';
import { parseSymbol } from '@stratlab/data/instrument.ts';
import { parseTimeframe } from '@stratlab/data/timeframe.ts';
import { type BacktestRow, listBacktests } from '@stratlab/knowledge/results.ts';
import { findVersion } from '@stratlab/knowledge/strategies.ts';
import { findIndicator, indicators } from '@stratlab/strategies/indicators/index.ts';
import type { z } from 'zod';
import { checkMetric } from './criterion.ts';
import type { Lab } from './lab.ts';
import { backtestAnswerSchema } from './shown-backtest.ts';
import { readLabStrategy } from './strategy-language.ts';

export interface FailureCriteria {
  symbol?: string | undefined;
  timeframe?: string | undefined;
  /** Type of an indicator that the strategy uses. */
  indicator?: string | undefined;
  /** What also counts as failed: a metric below its value. */
  below?: Record<string, number> | undefined;
  /** A time; failures from then on. */
  since?: string | undefined;
}

export interface Failure {
  name: string;
  version: number;
  backtest_id: string;
  symbol: string;
  timeframe: string;
  date: string;
  reasons: string[];
  metrics: Record<string, number | null>;
}

/** A failure with what it may have in common with others. */
interface Known extends Failure {
  traits: string[];
}

const mostRead = 2000;
const shownMetrics = ['total_return', 'sharpe', 'max_drawdown', 'trades', 'win_rate', 'exposure', 'costs_paid'];
const fewTrades = 30;

/**
 * Strategies whose newest result on a series showed no evidence of an edge, or a Sharpe ratio below buy-and-hold's
 * after costs, or a metric below a value asked for; newest first, with what they share. Of the newest 2000 backtests.
 */
export function getFailedStrategies(
  { database }: Pick<Lab, 'database'>,
  criteria: FailureCriteria,
): { failures: Failure[]; common: string[] } {
  const { symbol, timeframe, since, below = {} } = criteria;
  for (const metric of Object.keys(below)) checkMetric(metric, `criteria.below.${metric}`);
  const indicator = criteria.indicator === undefined ? undefined : indicatorType(criteria.indicator);
  const rows = listBacktests(database, {
    symbol: symbol === undefined ? undefined : parseSymbol(symbol, 'criteria.symbol'),
    timeframe: timeframe === undefined ? undefined : parseTimeframe(timeframe),
    since: since === undefined ? undefined : parseInstant(since, 'criteria.since'),
    most: mostRead,
  });
  const builds = new Map<string, Build>();
  const known = newestOfEach(rows).flatMap((row) => {
    const key = `${row.strategyName} v${row.strategyVersion}`;
    const build = builds.get(key) ?? buildOf({ database }, row);
    builds.set(key, build);
    return indicator === undefined || build.indicators.includes(indicator) ? failureOf(row, build, below) : [];
  });
  return { failures: known.map(({ traits: _, ...failure }) => failure), common: shared(known) };
}

function indicatorType(name: string): string {
  const found = findIndicator(name);
  if (found !== undefined) return found.type;
  const near = nearest(
    name,
    indicators.map(({ type }) => type),
  );
  throw new LabError('invalid_input', `"${name.slice(0, 64)}" is not an indicator.`, {
    path: 'criteria.indicator',
    hint: near === undefined ? 'list_indicators names them.' : `Did you mean "${near}"?`,
  });
}

function newestOfEach(rows: readonly BacktestRow[]): BacktestRow[] {
  const newest = new Map<string, BacktestRow>();
  for (const row of rows) {
    const key = [row.strategyName, row.strategyVersion, row.symbol, row.timeframe].join(' ');
    if (!newest.has(key)) newest.set(key, row);
  }
  return [...newest.values()];
}

/** What of a strategy's definition failures may have in common. */
interface Build {
  indicators: string[];
  decider: string;
  direction: string;
}

function buildOf({ database }: Pick<Lab, 'database'>, { strategyName, strategyVersion }: BacktestRow): Build {
  const stored = findVersion(database, strategyName, strategyVersion);
  const reading = stored && readLabStrategy(stored.document);
  if (stored === undefined || reading === undefined || !('strategy' in reading)) {
    return { indicators: [], decider: 'unknown', direction: 'unknown' };
  }
  const { document, indicators: defined, formulas } = reading.strategy;
  const called = [...JSON.stringify([document.rules, document.indicators]).matchAll(/([a-z_]\w*)\s*\(/gi)];
  const used = [
    ...Object.values(defined).map(({ type }) => type),
    ...called.flatMap(([, name]) => findIndicator(name)?.type ?? []),
  ];
  const long = formulas.has('rules.enter_long');
  const short = formulas.has('rules.enter_short');
  const { direction } = document.decisions;
  const onlyOne = reading.strategy.decider === 'rules' && long !== short ? (long ? 'long' : 'short') : direction;
  return { indicators: [...new Set(used)], decider: stored.decider, direction: onlyOne };
}

type Answer = z.infer<typeof backtestAnswerSchema>;

function failureOf(row: BacktestRow, build: Build, below: Record<string, number>): Known[] {
  const answer = backtestAnswerSchema.safeParse(row.answer).data;
  if (answer === undefined) return [];
  const reasons = reasonsOf(answer, below);
  if (reasons.length === 0) return [];
  return [
    {
      name: row.strategyName,
      version: row.strategyVersion,
      backtest_id: row.id,
      symbol: row.symbol,
      timeframe: row.timeframe,
      date: formatInstant(row.createdAt),
      reasons,
      metrics: Object.fromEntries(shownMetrics.map((name) => [name, figure(answer, name)])),
      traits: [`trade ${row.symbol}`, `run on ${row.timeframe} bars`, ...buildTraits(build), ...moneyTraits(answer)],
    },
  ];
}

function figure({ metrics }: Answer, name: string): number | null {
  const value = metrics[name];
  return typeof value === 'number' ? value : null;
}

function reasonsOf(answer: Answer, below: Record<string, number>): string[] {
  const { verdict, reason } = answer.evidence;
  const [own, held] = [figure(answer, 'sharpe'), answer.benchmark.buy_and_hold.sharpe];
  const worse = own !== null && held !== null && own < held;
  const tooLow = Object.entries(below).flatMap(([name, limit]) => {
    const value = figure(answer, name);
    return value !== null && value < limit ? [`${name} ${Number(value.toPrecision(4))} is below ${limit}.`] : [];
  });
  return [
    ...(verdict === 'no_evidence' ? [reason] : []),
    ...(worse ? [`Sharpe ratio ${own.toFixed(2)} after costs, ${held.toFixed(2)} for buy-and-hold.`] : []),
    ...tooLow,
  ];
}

function buildTraits({ indicators: used, decider, direction }: Build): string[] {
  const traits = used.map((type) => `use ${type}`);
  if (decider === 'unknown') return traits;
  traits.push(`decide by ${decider.replaceAll('_', ' ')}`);
  return [...traits, direction === 'both' ? 'may trade both sides' : `trade ${direction} only`];
}

function moneyTraits(answer: Answer): string[] {
  const traits = answer.trades_count < fewTrades ? [`made fewer than ${fewTrades} trades`] : [];
  const equity = figure(answer, 'final_equity');
  if (equity === null || equity > answer.initial_capital) return traits;
  const beforeCosts = equity + (figure(answer, 'costs_paid') ?? 0) - answer.initial_capital;
  return [...traits, beforeCosts > 0 ? 'earned before costs and lost after them' : 'lost even before costs'];
}

/** `5 of 7 use rsi`: what at least two and at least half of them have in common, most common first. */
function shared(known: readonly Known[]): string[] {
  const counts = new Map<string, number>();
  for (const { traits } of known) for (const trait of traits) counts.set(trait, (counts.get(trait) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= 2 && 2 * count >= known.length)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 8)
    .map(([trait, count]) => `${count} of ${known.length} ${trait}`);
}
