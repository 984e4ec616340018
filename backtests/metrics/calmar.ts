import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { deepestDrawdown } from '../sample-statistics.ts';
import { cagr } from './cagr.ts';

export const calmar: Metric = {
  name: 'calmar',
  title: 'Calmar ratio',
  unit: 'annual ratio',
  formula: 'cagr / |max_drawdown|',
  source: 'T. W. Young (1991), Futures 20(1); empyrical-reloaded calmar_ratio',
  headline: true,
  compute(sample) {
    const growth = cagr.compute(sample);
    const worst = deepestDrawdown(sample);
    if (typeof growth !== 'number') return growth;
    return worst === undefined ? undefinedBecause(reasons.noDrawdown) : growth / -worst.depth;
  },
};
