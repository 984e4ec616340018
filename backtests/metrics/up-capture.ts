import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { annualCompounded } from '../sample-statistics.ts';

export const upCapture: Metric = {
  name: 'up_capture',
  title: 'Up capture',
  unit: 'ratio',
  formula: 'annual compounded return in the periods with benchmark > 0, over the benchmark’s in the same',
  source: 'empyrical-reloaded up_capture',
  headline: false,
  compute(sample) {
    const { benchmark, periodsPerYear } = sample;
    if (benchmark === undefined) return undefinedBecause(reasons.noBenchmark);
    const own = sample.returns.filter((_, i) => benchmark[i] > 0);
    const other = benchmark.filter((value) => value > 0);
    if (other.length === 0) return undefinedBecause('the benchmark never went up');
    return annualCompounded(own, periodsPerYear) / annualCompounded(other, periodsPerYear);
  },
};
