import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { moments } from '../statistics/moments.ts';

export const stabilityR2: Metric = {
  name: 'stability_r2',
  title: 'Stability',
  unit: 'fraction',
  formula: 'R^2 of a straight line through the cumulative log returns',
  source: 'empyrical-reloaded stability_of_timeseries',
  headline: false,
  compute(sample) {
    const { returns } = sample;
    if (returns.length < 2) return undefinedBecause(reasons.tooShort);
    let level = 0;
    const growth = returns.map((value) => {
      level += Math.log1p(value);
      return level;
    });
    if (!Number.isFinite(level)) return undefinedBecause(reasons.ruined);
    const rows = moments(Float64Array.from(growth.keys()));
    const levels = moments(growth);
    if (levels.deviation === 0) return undefinedBecause('equity does not vary');
    const covariance =
      growth.reduce((total, value, row) => total + (value - levels.mean) * (row - rows.mean), 0) / (growth.length - 1);
    return (covariance / (rows.deviation * levels.deviation)) ** 2;
  },
};
