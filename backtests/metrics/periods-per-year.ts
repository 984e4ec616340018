import type { Metric } from '../metric.ts';

export const periodsPerYear: Metric = {
  name: 'periods_per_year',
  title: 'Periods a year',
  unit: 'count',
  formula: 'expected sessions a year of the calendar: what the annual figures are scaled by',
  source: 'by definition',
  headline: true,
  compute(sample) {
    return sample.periodsPerYear;
  },
};
