import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { deepestDrawdown } from '../sample-statistics.ts';

export const maxDdTroughIndex: Metric = {
  name: 'max_dd_trough_index',
  title: 'Trough of the maximum drawdown',
  unit: 'index',
  formula: 'row of the curve (row 0: the initial capital) of the lowest point',
  source: 'empyrical-reloaded get_max_drawdown_underwater',
  headline: false,
  compute(sample) {
    const worst = deepestDrawdown(sample);
    if (worst === undefined) return undefinedBecause(reasons.noDrawdown);
    return worst.trough;
  },
};
