import { parseSymbol } from '@stratlab/data/instrument.ts';
import { type Experiment, newestOpenExperiment } from '@stratlab/knowledge/experiments.ts';
import { type InsightCategory, searchInsights, topInsights } from '@stratlab/knowledge/insights.ts';
import { recentCallMs } from '@stratlab/knowledge/ledger.ts';
import { listBacktests } from '@stratlab/knowledge/results.ts';
import { openTaskIds, recentTaskMs } from '@stratlab/knowledge/tasks.ts';
import { experimentView, overspent } from './experiment-view.ts';
import { requireExperiment } from './find-experiment.ts';
import type { Lab } from './lab.ts';
import { type MarketBrief, marketBriefs } from './market-brief.ts';
import { cut } from './similar.ts';
import { requireTask, taskView } from './task-view.ts';

export interface GetResearchBrief {
  topic?: string | undefined;
  symbol?: string | undefined;
  experiment_id?: string | undefined;
}

/** Bytes of JSON; with a summary and next calls the answer stays within 4 kB. */
const largestBrief = 3000;
const longestText = 160;
const mostInsights = 4;
const recent = 20;

/** What a session needs to know before it starts, in a few lines whatever the lab holds: the parts that grow are cut. */
export function getResearchBrief(lab: Lab, { topic, symbol: asked, experiment_id }: GetResearchBrief) {
  const { database } = lab;
  const symbol = asked === undefined ? undefined : parseSymbol(asked);
  const experiment =
    experiment_id === undefined ? newestOpenExperiment(database) : requireExperiment(lab, experiment_id);
  const about = [topic, symbol].filter((words) => words !== undefined).join(' ');
  const markets = marketBriefs(lab, 6, symbol);
  const brief = {
    experiment: experiment === undefined ? null : experimentBrief(lab, experiment),
    tasks: openTaskIds(database)
      .slice(0, 5)
      .map((id) => taskBrief(lab, id)),
    results: resultBriefs(lab, symbol, experiment_id),
    held: insightBriefs(lab, about, ['success', 'pattern', 'technique']),
    failed: insightBriefs(lab, about, ['failure']),
    hypotheses: insightBriefs(lab, about, ['hypothesis']),
    markets,
    speed: {
      train_ms: median(recentTaskMs(database, 'train', recent)),
      backtest_ms: median(recentCallMs(database, 'run_backtest', recent)),
    },
    warnings: warningsOf(lab, experiment, symbol, markets),
  };
  shorten([brief.markets, brief.results, brief.held, brief.failed, brief.hypotheses, brief.tasks], brief);
  return brief;
}

/** Takes the last from the longest list until the whole fits. */
function shorten(lists: unknown[][], brief: object): void {
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  while (bytes(brief) > largestBrief) {
    const longest = lists.reduce((a, b) => (bytes(b) > bytes(a) ? b : a));
    if (longest.pop() === undefined) return;
  }
}

function experimentBrief(lab: Lab, experiment: Experiment) {
  const { experiment_id, name, hypothesis, criterion, status, spent, budget_left } = experimentView(lab, experiment);
  return {
    experiment_id,
    name: cut(name, 100),
    hypothesis: cut(hypothesis, 2 * longestText),
    criterion,
    status,
    spent,
    budget_left,
  };
}

function taskBrief(lab: Lab, id: string) {
  const { task_id, kind, subject, status, progress, eta_ms } = taskView(lab, requireTask(lab, id));
  return { task_id, kind, subject: cut(subject, longestText), status, progress, eta_ms };
}

function resultBriefs({ database }: Lab, symbol: string | undefined, experimentId: string | undefined) {
  return listBacktests(database, { symbol, experimentId, most: 5 }).map((row) => ({
    backtest_id: row.id,
    strategy: `${row.strategyName} v${row.strategyVersion}`,
    symbol: row.symbol,
    timeframe: row.timeframe,
    sample: row.sample,
    sharpe: row.sharpe,
    verdict: row.verdict,
  }));
}

/** Those that speak of it, best first; where nothing is asked for, the most important ones. */
function insightBriefs({ database }: Lab, about: string, categories: readonly InsightCategory[]) {
  const found =
    about === ''
      ? topInsights(database, categories, mostInsights)
      : searchInsights(database, about, { categories }).map(({ insight }) => insight);
  return found
    .slice(0, mostInsights)
    .map(({ id, content, importance }) => ({ insight_id: id, text: cut(content, longestText), importance }));
}

function warningsOf(
  lab: Lab,
  experiment: Experiment | undefined,
  symbol: string | undefined,
  markets: readonly MarketBrief[],
): string[] {
  const warnings = experiment === undefined ? [] : overspent(experimentView(lab, experiment));
  if (markets.length > 0) return warnings;
  return [...warnings, symbol === undefined ? 'No market data is stored yet.' : `${symbol} is not stored.`];
}

/** Null where there are none. */
function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return Math.round(sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
}
