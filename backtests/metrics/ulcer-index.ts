import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { curveMeans } from '../sample-statistics.ts';

export const ulcerIndex: Metric = {
  name: 'ulcer_index',
  title: 'Ulcer index',
  unit: 'fraction',
  formula: 'sqrt(mean(drawdown^2)) over the initial capital and every bar',
  source: 'P. Martin & B. McCann (1989), The investor’s guide to Fidelity funds',
  headline: true,
  compute(sample) {
    if (sample.equity.length === 0) return undefinedBecause(reasons.noReturns);
    return Math.sqrt(curveMeans(sample).squaredDepth);
  },
};
