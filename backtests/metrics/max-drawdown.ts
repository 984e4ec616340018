import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { deepestDrawdown } from '../sample-statistics.ts';

export const maxDrawdown: Metric = {
  name: 'max_drawdown',
  title: 'Maximum drawdown',
  unit: 'fraction',
  formula:
    'min over bars of equity / highest equity so far - 1, the initial capital included; 0 where equity never fell',
  source: 'empyrical-reloaded max_drawdown',
  headline: true,
  compute(sample) {
    if (sample.equity.length === 0) return undefinedBecause(reasons.noReturns);
    return deepestDrawdown(sample)?.depth ?? 0;
  },
};
