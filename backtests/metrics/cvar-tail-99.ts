import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { orderedReturns } from '../sample-statistics.ts';
import { average } from '../statistics/moments.ts';

export const cvarTail99: Metric = {
  name: 'cvar_tail_99',
  title: 'Expected shortfall of the worst returns, 99 %',
  unit: 'fraction',
  formula: 'mean of the int(0.01 (n - 1)) + 1 smallest returns per period',
  source: 'empyrical-reloaded conditional_value_at_risk',
  headline: false,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    return average(orderedReturns(sample).smallest(Math.floor(0.01 * (sample.returns.length - 1)) + 1));
  },
};
