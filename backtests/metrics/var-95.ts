import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { orderedReturns } from '../sample-statistics.ts';

export const var95: Metric = {
  name: 'var_95',
  title: 'Value at risk, 95 %',
  unit: 'fraction',
  formula: '0.05 quantile of returns per period, linear between neighbours; a loss is negative',
  source: 'empyrical-reloaded value_at_risk',
  headline: true,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    return orderedReturns(sample).percentile(0.05);
  },
};
