import type { SplitMetrics } from '@stratlab/models/class-metrics.ts';

/** The most networks whose figures are shown one by one. */
const mostShown = 24;

interface FoldMetrics {
  fold: number;
  /** Of a composition: the model that the network belongs to. */
  expert?: string | undefined;
  seed: number;
  train: SplitMetrics;
  validation: SplitMetrics | null;
  test: SplitMetrics | null;
}

/** The figures of the first networks, fold by fold, less the counts that would fill the answer. */
export function shownFolds(folds: readonly FoldMetrics[]): Record<string, unknown>[] {
  return folds.slice(0, mostShown).map(({ fold, expert, seed, train, validation, test }) => ({
    fold,
    ...(expert !== undefined && { expert }),
    seed,
    train: shown(train),
    validation: validation && shown(validation),
    test: test && shown(test),
  }));
}

export function shown(metrics: SplitMetrics): Record<string, number | null> {
  const figures = Object.entries(metrics).filter(([, value]) => value === null || typeof value === 'number');
  return Object.fromEntries(figures.map(([name, value]) => [name, rounded(value)]));
}

function rounded(value: unknown): number | null {
  return typeof value === 'number' ? Number(value.toPrecision(5)) : null;
}
