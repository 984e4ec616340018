import { type Metric, undefinedBecause } from '../metric.ts';
import { excessReturns, negligible } from '../sample-statistics.ts';

export const omega0: Metric = {
  name: 'omega_0',
  title: 'Omega ratio',
  unit: 'ratio',
  formula: 'sum of max(r - cash, 0) / sum of max(cash - r, 0)',
  source: 'Keating & Shadwick (2002), A universal performance measure; empyrical-reloaded omega_ratio',
  headline: false,
  compute(sample) {
    let [gains, losses] = [0, 0];
    for (const value of excessReturns(sample)) {
      if (value > 0) gains += value;
      else losses -= value;
    }
    return losses <= negligible ? undefinedBecause('no return was below cash') : gains / losses;
  },
};
