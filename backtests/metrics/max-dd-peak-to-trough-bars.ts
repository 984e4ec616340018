import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { deepestDrawdown } from '../sample-statistics.ts';

export const maxDdPeakToTroughBars: Metric = {
  name: 'max_dd_peak_to_trough_bars',
  title: 'Fall of the maximum drawdown',
  unit: 'bars',
  formula: 'trough index - peak index',
  source: 'by definition',
  headline: false,
  compute(sample) {
    const worst = deepestDrawdown(sample);
    if (worst === undefined) return undefinedBecause(reasons.noDrawdown);
    return worst.trough - worst.peak;
  },
};
