import { exposureTo } from '../exposure-to.ts';
import type { Metric } from '../metric.ts';

export const exposureLong: Metric = {
  name: 'exposure_long',
  title: 'Exposure, long',
  unit: 'fraction',
  formula: 'bars in which a long position was held, if only for a part of them, / bars',
  source: 'backtesting.py 0.6 Exposure Time, by direction',
  headline: false,
  compute(sample) {
    return exposureTo(1, sample);
  },
};
