import { exposureTo } from '../exposure-to.ts';
import type { Metric } from '../metric.ts';

export const exposure: Metric = {
  name: 'exposure',
  title: 'Exposure',
  unit: 'fraction',
  formula: 'bars in which a position was held, if only for a part of them, / bars: the entry and the exit bar count',
  source: 'backtesting.py 0.6 Exposure Time',
  headline: true,
  compute(sample) {
    return exposureTo(0, sample);
  },
};
