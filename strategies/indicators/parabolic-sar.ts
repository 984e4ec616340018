import { indicator } from '../indicator.ts';
import { warmingUp } from '../rolling.ts';

export const parabolicSar = indicator({
  type: 'parabolic_sar',
  title: 'Parabolic stop and reverse',
  category: 'trend',
  parameters: {
    step: { kind: 'number', default: 0.02, min: 0.0001, max: 1 },
    max: { kind: 'number', default: 0.2, min: 0.0001, max: 1 },
  },
  inputs: {},
  outputs: [],
  formula:
    'S + a (E - S) towards the extreme E since the last reversal, held outside the last two bars; a grows by step up to max at each new extreme; reverses to E when touched. The value at a bar is the one in force during it',
  source: 'W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib SAR',
  priceUnits: true,
  warmup: () => [1],
  compute({ bars: { high, low } }, { step, max }) {
    const rows = high.length;
    const stops = warmingUp(rows, 1);
    const slowest = Math.min(step, max);
    let long = !(low[0] - low[1] > Math.max(high[1] - high[0], 0));
    let stop = long ? low[0] : high[0];
    let extreme = long ? high[1] : low[1];
    let pace = slowest;
    for (let row = 1; row < rows; row++) {
      const highest = Math.max(high[row], high[Math.max(row - 1, 1)]);
      const lowest = Math.min(low[row], low[Math.max(row - 1, 1)]);
      if (long ? low[row] <= stop : high[row] >= stop) {
        stops[row] = long ? Math.max(extreme, highest) : Math.min(extreme, lowest);
        stop = stops[row];
        long = !long;
        extreme = long ? high[row] : low[row];
        pace = slowest;
      } else {
        stops[row] = stop;
        if (long ? high[row] > extreme : low[row] < extreme) {
          extreme = long ? high[row] : low[row];
          pace = Math.min(pace + step, max);
        }
      }
      stop += pace * (extreme - stop);
      stop = long ? Math.min(stop, lowest) : Math.max(stop, highest);
    }
    return [stops];
  },
});
