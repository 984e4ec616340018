import type { Metric } from '../metric.ts';

export const tradedNotional: Metric = {
  name: 'traded_notional',
  title: 'Traded notional',
  unit: 'money',
  formula: 'sum of |price x quantity x multiplier| over all fills',
  source: 'by definition',
  headline: false,
  compute(sample) {
    return sample.tradedNotional;
  },
};
