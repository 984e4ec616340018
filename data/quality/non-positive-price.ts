import type { Bars } from '../bars.ts';
import type { QualityRule } from '../quality.ts';
import { Sightings } from '../sightings.ts';

export const nonPositivePrice: QualityRule = {
  rule: 'non_positive_price',
  title: 'Bars with a price of zero or below',
  source: 'returns and logarithms of such prices are undefined',
  check({ bars }) {
    const { time, open, high, low, close } = bars;
    const seen = new Sightings();
    for (let i = 0; i < time.length; i++) {
      if (open[i] <= 0 || high[i] <= 0 || low[i] <= 0 || close[i] <= 0) seen.add(time[i], 1, describePrices, bars, i);
    }
    const hint =
      'No return can be computed across these bars. Fetch them again, or cut the series before or after them.';
    return seen.finding('non_positive_price', 'error', hint);
  },
};

function describePrices({ open, high, low, close }: Bars, i: number): string {
  return `open ${open[i]}, high ${high[i]}, low ${low[i]}, close ${close[i]}`;
}
