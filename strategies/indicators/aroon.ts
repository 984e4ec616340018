import { indicator, period } from '../indicator.ts';
import { rollingMaxRow, rollingMinRow, warmingUp } from '../rolling.ts';

export const aroon = indicator({
  type: 'aroon',
  title: 'Aroon',
  category: 'trend',
  parameters: { period: period(25, 2) },
  inputs: {},
  outputs: ['up', 'down', 'oscillator'],
  formula: '100 (n - bars since the highest high, or lowest low, of n + 1 bars, the latest of equals) / n; up - down',
  source: 'T. Chande, TASC Sep 1995; TA-Lib AROON, AROONOSC',
  priceUnits: false,
  warmup: ({ period }) => [period, period, period],
  compute({ bars: { high, low } }, { period }) {
    const rows = high.length;
    const highest = rollingMaxRow(high, period + 1);
    const lowest = rollingMinRow(low, period + 1);
    const [up, down, oscillator] = [0, 1, 2].map(() => warmingUp(rows, period));
    for (let row = period; row < rows; row++) {
      up[row] = (100 * (period - (row - highest[row]))) / period;
      down[row] = (100 * (period - (row - lowest[row]))) / period;
      oscillator[row] = up[row] - down[row];
    }
    return [up, down, oscillator];
  },
});
