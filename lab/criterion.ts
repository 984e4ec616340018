import { metrics } from '@stratlab/backtests/metrics/index.ts';
import { LabError, nearest } from '@stratlab/data/error.ts';
import type { Experiment } from '@stratlab/knowledge/experiments.ts';
import { listBacktests } from '@stratlab/knowledge/results.ts';
import type { Lab } from './lab.ts';
import { backtestAnswerSchema } from './shown-backtest.ts';

export type Criterion = NonNullable<Experiment['criterion']>;

/** Figures of a backtest that something can be said of: those that every answer shows. */
export const metricNames: readonly string[] = metrics
  .filter(({ headline, name }) => headline && name !== 'periods_per_year')
  .map(({ name }) => name);

const lowerIsBetter: ReadonlySet<string> = new Set([
  'volatility',
  'sharpe_se',
  'max_drawdown_days',
  'ulcer_index',
  'kurtosis',
  'turnover',
  'costs_paid',
]);

/** Throws `invalid_input` with the nearest name. */
export function checkMetric(name: string, path: string): void {
  if (metricNames.includes(name)) return;
  const near = nearest(name, metricNames);
  throw new LabError('invalid_input', `"${name.slice(0, 64)}" is not a metric of a backtest.`, {
    path,
    hint: near === undefined ? `Known: ${metricNames.join(', ')}.` : `Did you mean "${near}"?`,
  });
}

/** `sharpe of at least 0.5`. */
export function criterionInWords({ metric, threshold }: Criterion): string {
  return `${metric} of at ${lowerIsBetter.has(metric) ? 'most' : 'least'} ${threshold}`;
}

export interface CriterionCheck {
  metric: string;
  threshold: number;
  /** Best value of the metric among the experiment's backtests of that sample; null where there is none. */
  best: number | null;
  /** Out of sample where there is such a backtest, else the nearest to it. */
  sample: 'out_of_sample' | 'mixed' | 'in_sample' | null;
  backtest_id: string | null;
  /** Only a result out of sample can meet a criterion. */
  met: boolean;
}

/** Holds the experiment's backtests against the criterion that was written down before them. */
export function checkCriterion({ database }: Pick<Lab, 'database'>, id: string, criterion: Criterion): CriterionCheck {
  const { metric, threshold } = criterion;
  const better = (a: number, b: number) => (lowerIsBetter.has(metric) ? a <= b : a >= b);
  const results = listBacktests(database, { experimentId: id }).flatMap((row) => {
    const value = backtestAnswerSchema.safeParse(row.answer).data?.metrics[metric];
    return typeof value === 'number' ? [{ id: row.id, sample: row.sample, value }] : [];
  });
  for (const sample of ['out_of_sample', 'mixed', 'in_sample'] as const) {
    const own = results.filter((result) => result.sample === sample);
    if (own.length === 0) continue;
    const best = own.reduce((found, next) => (better(found.value, next.value) ? found : next));
    const met = sample === 'out_of_sample' && better(best.value, threshold);
    return { metric, threshold, best: best.value, sample, backtest_id: best.id, met };
  }
  return { metric, threshold, best: null, sample: null, backtest_id: null, met: false };
}
