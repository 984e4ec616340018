import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { deepestDrawdown } from '../sample-statistics.ts';

export const maxDdRecoveryIndex: Metric = {
  name: 'max_dd_recovery_index',
  title: 'Recovery of the maximum drawdown',
  unit: 'index',
  formula: 'first later row of the curve at or above the peak',
  source: 'empyrical-reloaded get_max_drawdown_underwater',
  headline: false,
  compute(sample) {
    const worst = deepestDrawdown(sample);
    if (worst === undefined) return undefinedBecause(reasons.noDrawdown);
    return worst.recovery ?? undefinedBecause('the peak was not reached again');
  },
};
