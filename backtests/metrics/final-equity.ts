import type { Metric } from '../metric.ts';

export const finalEquity: Metric = {
  name: 'final_equity',
  title: 'Final equity',
  unit: 'money',
  formula: 'equity after the last bar; the initial capital where there is no bar',
  source: 'by definition',
  headline: true,
  compute(sample) {
    return sample.equity.at(-1) ?? sample.initialCapital;
  },
};
