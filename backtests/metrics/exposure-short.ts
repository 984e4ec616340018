import { exposureTo } from '../exposure-to.ts';
import type { Metric } from '../metric.ts';

export const exposureShort: Metric = {
  name: 'exposure_short',
  title: 'Exposure, short',
  unit: 'fraction',
  formula: 'bars in which a short position was held, if only for a part of them, / bars',
  source: 'backtesting.py 0.6 Exposure Time, by direction',
  headline: false,
  compute(sample) {
    return exposureTo(-1, sample);
  },
};
