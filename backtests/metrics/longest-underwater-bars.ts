import type { Metric } from '../metric.ts';
import { drawdownsOf } from '../sample-statistics.ts';

export const longestUnderwaterBars: Metric = {
  name: 'longest_underwater_bars',
  title: 'Longest time under water',
  unit: 'bars',
  formula: 'longest run of consecutive points below the peak',
  source: 'by definition',
  headline: false,
  compute(sample) {
    const last = sample.equity.length + 1;
    return drawdownsOf(sample).reduce(
      (longest, { peak, recovery }) => Math.max(longest, (recovery ?? last) - peak - 1),
      0,
    );
  },
};
