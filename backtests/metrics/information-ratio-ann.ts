import { type Metric, whereDefined } from '../metric.ts';
import { activeMoments } from '../sample-statistics.ts';

export const informationRatioAnn: Metric = {
  name: 'information_ratio_ann',
  title: 'Information ratio',
  unit: 'annual ratio',
  formula: 'mean(r - b) / sd(r - b, n - 1) x sqrt(periods a year)',
  source: 'Grinold & Kahn (1999), Active portfolio management',
  headline: false,
  compute(sample) {
    return whereDefined(
      activeMoments(sample),
      ({ mean, deviation }) => (mean / deviation) * Math.sqrt(sample.periodsPerYear),
    );
  },
};
