import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { deepestDrawdown } from '../sample-statistics.ts';

export const maxDdPeakToRecoveryBars: Metric = {
  name: 'max_dd_peak_to_recovery_bars',
  title: 'Length of the maximum drawdown',
  unit: 'bars',
  formula: 'recovery index - peak index',
  source: 'by definition',
  headline: false,
  compute(sample) {
    const worst = deepestDrawdown(sample);
    if (worst === undefined) return undefinedBecause(reasons.noDrawdown);
    return worst.recovery === null ? undefinedBecause('the peak was not reached again') : worst.recovery - worst.peak;
  },
};
