import { formatInstant } from '@stratlab/data/instant.ts';
import { timeline } from '@stratlab/knowledge/experiments.ts';
import { type BacktestRow, listBacktests } from '@stratlab/knowledge/results.ts';
import { listTaskIds } from '@stratlab/knowledge/tasks.ts';
import { experimentView, overspent } from './experiment-view.ts';
import { requireExperiment } from './find-experiment.ts';
import type { Lab } from './lab.ts';
import { cut } from './similar.ts';
import { requireTask, taskView } from './task-view.ts';

export const timelineColumns = ['at', 'kind', 'id', 'summary'] as const;
export const resultColumns = [
  'backtest_id',
  'strategy',
  'symbol',
  'timeframe',
  'sample',
  'sharpe',
  'total_return',
  'verdict',
] as const;

const longestSummary = 200;

interface Entry {
  at: number;
  kind: string;
  id: string | null;
  summary: string;
}

/** An experiment: its record, all that was done in it in the order of time, and its results, best Sharpe ratio first. */
export function getExperiment(lab: Lab, { experiment_id: id }: { experiment_id: string }) {
  const view = experimentView(lab, requireExperiment(lab, id));
  const backtests = listBacktests(lab.database, { experimentId: id });
  return {
    ...view,
    results: backtests.sort(bySharpe).map(resultRow),
    timeline: entries(lab, id).map(({ at, kind, id: subject, summary }) => [
      formatInstant(at),
      kind,
      subject,
      cut(summary, longestSummary),
    ]),
    warnings: overspent(view),
  };
}

/** Everything that was written down as it happened; tasks by how they stand now. */
function entries(lab: Lab, id: string): Entry[] {
  const tasks = listTaskIds(lab.database, { experimentId: id }).map((task) => {
    const record = requireTask(lab, task);
    const { subject, status } = taskView(lab, record);
    return { at: record.createdAt, kind: 'task', id: task, summary: `${subject}: ${status}` };
  });
  const events = timeline(lab.database, id)
    .filter(({ kind }) => kind !== 'task')
    .map(({ at, kind, subjectId, summary }) => ({ at, kind, id: subjectId, summary }));
  return [...tasks, ...events].sort((a, b) => a.at - b.at);
}

function bySharpe(a: BacktestRow, b: BacktestRow): number {
  return (b.sharpe ?? Number.NEGATIVE_INFINITY) - (a.sharpe ?? Number.NEGATIVE_INFINITY);
}

function resultRow(row: BacktestRow): (string | number | null)[] {
  return [
    row.id,
    `${row.strategyName} v${row.strategyVersion}`,
    row.symbol,
    row.timeframe,
    row.sample,
    row.sharpe,
    row.totalReturn,
    row.verdict,
  ];
}
