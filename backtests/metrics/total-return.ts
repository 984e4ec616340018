import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { curve } from '../sample-statistics.ts';

export const totalReturn: Metric = {
  name: 'total_return',
  title: 'Total return',
  unit: 'fraction',
  formula: 'final equity / initial capital - 1',
  source: 'by definition',
  headline: true,
  compute(sample) {
    const points = curve(sample);
    return points.length < 2 ? undefinedBecause(reasons.noReturns) : points[points.length - 1] / points[0] - 1;
  },
};
