import { type Metric, undefinedBecause } from '../metric.ts';
import { negligible } from '../sample-statistics.ts';

export const gainToPain: Metric = {
  name: 'gain_to_pain',
  title: 'Gain-to-pain ratio',
  unit: 'ratio',
  formula: 'sum of returns / |sum of negative returns|',
  source: 'J. D. Schwager (2012), Market sense and nonsense',
  headline: false,
  compute(sample) {
    let [total, losses] = [0, 0];
    for (const value of sample.returns) {
      total += value;
      if (value < 0) losses -= value;
    }
    return losses <= negligible ? undefinedBecause('no return was negative') : total / losses;
  },
};
