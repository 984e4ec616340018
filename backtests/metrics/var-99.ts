import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { orderedReturns } from '../sample-statistics.ts';

export const var99: Metric = {
  name: 'var_99',
  title: 'Value at risk, 99 %',
  unit: 'fraction',
  formula: '0.01 quantile of returns per period, linear between neighbours; a loss is negative',
  source: 'empyrical-reloaded value_at_risk',
  headline: false,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    return orderedReturns(sample).percentile(0.01);
  },
};
