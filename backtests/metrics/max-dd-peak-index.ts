import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { deepestDrawdown } from '../sample-statistics.ts';

export const maxDdPeakIndex: Metric = {
  name: 'max_dd_peak_index',
  title: 'Peak of the maximum drawdown',
  unit: 'index',
  formula: 'last row of the curve (row 0: the initial capital) that holds the peak',
  source: 'empyrical-reloaded get_max_drawdown_underwater',
  headline: false,
  compute(sample) {
    const worst = deepestDrawdown(sample);
    if (worst === undefined) return undefinedBecause(reasons.noDrawdown);
    return worst.peak;
  },
};
