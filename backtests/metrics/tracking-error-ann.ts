import { type Metric, whereDefined } from '../metric.ts';
import { activeMoments } from '../sample-statistics.ts';

export const trackingErrorAnn: Metric = {
  name: 'tracking_error_ann',
  title: 'Tracking error',
  unit: 'annual fraction',
  formula: 'sd(r - b, n - 1) x sqrt(periods a year)',
  source: 'Grinold & Kahn (1999), Active portfolio management',
  headline: false,
  compute(sample) {
    return whereDefined(activeMoments(sample), ({ deviation }) => deviation * Math.sqrt(sample.periodsPerYear));
  },
};
